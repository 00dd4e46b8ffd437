import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isRaise } from "./fault-proxy.ts";
import type { FlagWrite } from "./flag-log.ts";
import { type Lane, type LaneGate, startLane, stateOf, waitFor, waitForGate } from "./lane.ts";
import { unrecorded } from "./laws.ts";
import { type Scenario, Tally, played } from "./scenario.ts";
import { readStored, type Stored } from "./stored.ts";
import { ENVIRONMENT, type Surroundings, uniqueName } from "./surroundings.ts";

/** Flags that race side by side in one service. */
const BATCH = 20;
const [FIRST, SECOND, BY_HAND] = [20, 60, 7];
/** As docs/invariants.md allows of a race inside Unleash. */
const FORGIVEN_PASSES = 3;
const STOPPED: readonly (string | null)[] = ["halted", "rolled-back"];

/** Somebody lowers a flag by hand in the very instant in which it is raised. */
export const races: Scenario = {
  name: "races",
  unit: "decrease by hand in the instant of a raise",
  count: 200,
  shortCount: 20,
  async play(surroundings, count) {
    const tally = new Tally(["decreases by hand in Unleash's log", "raises in Unleash's log"]);
    const found: Judged[] = [];
    for (let done = 0; done < count; done += BATCH) {
      found.push(...(await playBatch(surroundings, tally, Math.min(BATCH, count - done))));
    }
    const most = Math.max(0, ...found.map(({ passes }) => passes));
    return played(
      tally,
      found.flatMap(({ violations }) => violations),
      [`what was run over was given back with at most ${most} passes in between`],
    );
  },
};

type Judged = {
  readonly violations: readonly string[];
  /** That began between a decrease that was run over and its return. */
  readonly passes: number;
};

async function playBatch(
  surroundings: Surroundings,
  tally: Tally,
  count: number,
): Promise<readonly Judged[]> {
  const name = uniqueName("race");
  const gates = Array.from({ length: count }, (_, index) => ({
    gate: `${name}-${index}`,
    steps: [FIRST, SECOND, 100],
    holdMs: 1_000,
  }));
  const lane = await startLane(surroundings, { gates });
  try {
    return await race(surroundings, lane, tally, gates);
  } finally {
    await lane.stop();
  }
}

async function race(
  surroundings: Surroundings,
  lane: Lane,
  tally: Tally,
  gates: readonly LaneGate[],
): Promise<readonly Judged[]> {
  const hands = new Map<string, Promise<unknown>>();
  const ids = new Map<string, string>();
  for (const { gate } of gates) ids.set(gate, (await surroundings.rolloutOf(gate)).id);
  lane.proxy.treat(async ({ write }, pass) => {
    if (write === null || !isRaise(write) || write.to !== SECOND || hands.has(write.flag)) return pass();
    // In one instant, or within some milliseconds, so that each order of reading and writing inside Unleash occurs.
    const jitter = 1 + (hands.size % 3) * 5;
    const [ours, theirs] = [randomInt(jitter), randomInt(jitter)];
    const id = ids.get(write.flag) ?? "";
    hands.set(
      write.flag,
      sleep(theirs).then(() => lower(surroundings, write.flag, id)),
    );
    await sleep(ours);
    return pass();
  });
  for (const { gate } of gates) await lane.start(gate);
  await waitFor("every flag has raced", () => hands.size === gates.length);
  await Promise.all(hands.values());
  for (const { gate } of gates) {
    await waitForGate(lane, gate, "stops", async () => STOPPED.includes(await stateOf(lane, gate)));
  }
  // Some passes more, in which nothing may come back.
  await sleep(4_000);
  lane.service.signal("SIGKILL");
  await lane.service.ended();
  const stored = await readStored(lane.service.storePath);
  const found: Judged[] = [];
  for (const { gate } of gates) {
    found.push(judge(surroundings, tally, gate, await surroundings.writes(gate), stored));
  }
  return found;
}

/** Now to a percent, now to nobody. */
async function lower(surroundings: Surroundings, flag: string, id: string): Promise<void> {
  const place = { flag, environment: ENVIRONMENT };
  await surroundings.byHand.setRollout(place, id, randomInt(3) === 0 ? 0 : BY_HAND);
}

function judge(
  surroundings: Surroundings,
  tally: Tally,
  gate: string,
  writes: readonly FlagWrite[],
  stored: Stored,
): Judged {
  const byHand = writes.find(({ by }) => by === surroundings.colleague.id);
  const ours = writes.filter(({ by }) => by === surroundings.rampart.id);
  const raises = ours.filter(({ from, to }) => to > from);
  tally.add("raises in Unleash's log", raises.length);
  const violations = raises.flatMap((raise) => unrecorded(gate, raise, stored));
  if (byHand === undefined) return { violations: [...violations, `${gate}: nobody lowered it`], passes: 0 };
  tally.add("decreases by hand in Unleash's log");
  const left = writes.at(-1)?.to ?? 0;
  const lowered = `${gate}: lowered to ${byHand.to}% by hand`;
  if (left > byHand.to) violations.push(`${lowered}, Unleash's log ends at ${left}%`);
  const above = ours.find(({ id, to }) => id > byHand.id && to > byHand.to);
  if (above === undefined) {
    tally.add(`races in which the decrease ${byHand.from === SECOND ? "came second" : "stopped the raise"}`);
    return { violations, passes: 0 };
  }
  tally.add("races in which Unleash let the raise run over the decrease");
  const given = writes.find(({ id, to }) => id > above.id && to <= byHand.to);
  const passes = passesBetween(stored, gate, above.at, given?.at ?? Number.POSITIVE_INFINITY);
  if (passes > FORGIVEN_PASSES) violations.push(`${lowered}, run over and given back after ${passes} passes`);
  return { violations, passes };
}

/** Passes that began in between; of equal ones that share a row all that may have. */
function passesBetween({ decisions }: Stored, gate: string, from: number, to: number): number {
  return [...decisions.values()]
    .filter((row) => row.gate === gate && row.lastAt > from && row.at < to)
    .reduce((sum, { at, count }) => sum + (at > from ? count : 1), 0);
}
