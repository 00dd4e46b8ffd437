import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type Asked, hang } from "./fault-proxy.ts";
import { tokenIn } from "./flag-log.ts";
import { type Lane, type LaneGate, LONG, startLane, stateOf, waitFor, waitForGate } from "./lane.ts";
import { brokenLaws } from "./laws.ts";
import { type Scenario, Tally, played } from "./scenario.ts";
import { readStored } from "./stored.ts";
import { type Surroundings, uniqueName } from "./surroundings.ts";

const RAMPS = 4;
const PATIENCE_FOR_ONE_MS = 20_000;
const BAD_GATEWAY: Answer = { status: 502, headers: {}, body: Buffer.from("bad gateway") };
/** What the writer gets to hear of a change that was made. */
const ANSWERS = {
  "the connection is cut": () => Promise.resolve(null),
  "nothing comes": hang,
  "a gateway answers 502": () => Promise.resolve(BAD_GATEWAY),
} as const;
type AnswerKind = keyof typeof ANSWERS;
const KINDS = Object.keys(ANSWERS) as readonly AnswerKind[];

/** Unleash makes a change and its answer gets lost. */
export const reply: Scenario = {
  name: "reply",
  unit: "answer lost after Unleash applied the write",
  count: 40,
  shortCount: 9,
  async play(surroundings, count) {
    const name = uniqueName("reply");
    const gates = Array.from({ length: RAMPS }, (_, index) => ({
      gate: `${name}-${index}`,
      steps: LONG,
      holdMs: 1_000,
    }));
    const lane = await startLane(surroundings, { gates });
    try {
      return await loseReplies(surroundings, lane, gates, count);
    } finally {
      await lane.stop();
    }
  },
};

async function loseReplies(
  surroundings: Surroundings,
  lane: Lane,
  gates: readonly LaneGate[],
  count: number,
) {
  const tally = new Tally(["raises whose answer was lost", "decreases whose answer was lost", ...KINDS]);
  const lost: { readonly flag: string; readonly token: string | null }[] = [];
  const isMeant = ({ write }: Asked): boolean => write !== null && (write.to === 0 || lost.length < count);
  lane.proxy.treat(async (asked, pass) => {
    const { write } = asked;
    const answer = await pass();
    if (write === null || !isMeant(asked)) return answer;
    const kind = KINDS[lost.length % KINDS.length] ?? "nothing comes";
    lost.push({ flag: write.flag, token: tokenIn(write.title) });
    tally.add(kind);
    tally.add(`${write.to === 0 ? "decreases" : "raises"} whose answer was lost`);
    return ANSWERS[kind]();
  });
  for (const { gate } of gates) await lane.start(gate);
  await waitFor(`${count} lost answers`, () => lost.length >= count, count * PATIENCE_FOR_ONE_MS);
  for (const { gate } of gates) lane.signals.set(gate, 30);
  for (const { gate } of gates) {
    await waitForGate(
      lane,
      gate,
      "is rolled back",
      async () => (await stateOf(lane, gate)) === "rolled-back",
    );
  }
  // Time for a write that nobody should make any more.
  await sleep(2_000);
  lane.service.signal("SIGKILL");
  await lane.service.ended();
  const stored = await readStored(lane.service.storePath);
  const violations: string[] = [];
  for (const own of gates) {
    const writes = await surroundings.writes(own.gate);
    violations.push(...brokenLaws(own, surroundings.rampart.id, writes, stored));
    for (const { token } of lost.filter(({ flag }) => flag === own.gate)) {
      const times = writes.filter((write) => write.token === token).length;
      if (times !== 1)
        violations.push(`${own.gate}: the write with the token ${token} was made ${times} times`);
    }
    const left = writes.at(-1)?.to;
    if (left !== 0) violations.push(`${own.gate}: rolled back, and Unleash's log ends at ${left}%`);
  }
  return played(tally, violations);
}
