import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { type Tally, merge, newTally } from "./campaign.ts";

/** The first seed that broke an invariant, in words for people. */
export type FailedSeed = { readonly seed: number; readonly words: string };

/** Some seeds to play, and what one worker made of them. It stops at the first that fails. */
export type Batch = { readonly from: number; readonly seeds: number };
export type Played = { readonly tally: Tally; readonly failure: FailedSeed | null };

const SEEDS_IN_A_BATCH = 5;

/** Plays seeds in several threads; of the seeds that fail the lowest is told, whichever thread was first. */
export async function playSeeds(asked: Batch & { readonly workers: number }): Promise<Played> {
  const tally = newTally();
  const end = asked.from + asked.seeds;
  let next = asked.from;
  let failure: FailedSeed | null = null;

  async function work(): Promise<void> {
    const worker = new Worker(new URL("seed-worker.ts", import.meta.url));
    try {
      while (next < Math.min(end, failure?.seed ?? end)) {
        const from = next;
        next = Math.min(end, from + SEEDS_IN_A_BATCH);
        const played = await play(worker, { from, seeds: next - from });
        merge(tally, played.tally);
        if (played.failure !== null && played.failure.seed < (failure?.seed ?? end)) {
          failure = played.failure;
        }
      }
    } finally {
      await worker.terminate();
    }
  }

  const batches = Math.ceil(asked.seeds / SEEDS_IN_A_BATCH);
  await Promise.all(Array.from({ length: Math.min(asked.workers, batches) }, work));
  return { tally, failure };
}

/** Rejects when the thread dies of an error. */
async function play(worker: Worker, batch: Batch): Promise<Played> {
  const answered = once(worker, "message");
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker.postMessage(batch);
  const [played]: Played[] = await answered;
  if (played === undefined) throw new Error("a worker answered nothing");
  return played;
}
