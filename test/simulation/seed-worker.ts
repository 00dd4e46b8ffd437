import { parentPort } from "node:worker_threads";
import { newTally, playSeed } from "./campaign.ts";
import type { Batch, Played } from "./crew.ts";
import { describeFailure } from "./report/print.ts";

/** A thread that plays the seeds it is sent, until one breaks an invariant. */
parentPort?.on("message", (batch: Batch) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  void play(batch).then((played) => parentPort?.postMessage(played));
});

async function play({ from, seeds }: Batch): Promise<Played> {
  const tally = newTally();
  for (let seed = from; seed < from + seeds; seed += 1) {
    const failure = await playSeed(tally, seed);
    if (failure !== null) return { tally, failure: { seed, words: describeFailure(failure) } };
  }
  return { tally, failure: null };
}
