import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Acknowledged } from "./acknowledged.ts";
import { HALTING, type Lane, type LaneGate, LONG, startLane, stateOf, waitForGate } from "./lane.ts";
import { brokenLaws } from "./laws.ts";
import { type Report, type Scenario, Tally, played } from "./scenario.ts";
import { readStored } from "./stored.ts";
import { inject, whyNoStrace } from "./strace.ts";
import { type Surroundings, uniqueName } from "./surroundings.ts";

const ENDS_WITHIN_MS = 30_000;

/** From some commit on the disk reports that it could not keep it: nothing said after that could be believed. */
export const fsync: Scenario = {
  name: "fsync",
  unit: "fsync that fails from some commit on",
  count: 20,
  shortCount: 2,
  async play(surroundings, count) {
    const why = whyNoStrace();
    if (why !== null) return { kind: "skipped", why };
    const name = uniqueName("fsync");
    const ramp = { gate: `${name}-ramp`, steps: LONG, holdMs: 1_000 };
    const halted = { gate: `${name}-halted`, ...HALTING };
    const lane = await startLane(surroundings, { gates: [ramp, halted] });
    try {
      return await failAgainAndAgain(surroundings, lane, { ramp, halted }, count);
    } finally {
      await lane.stop();
    }
  },
};

type Cast = { readonly ramp: LaneGate; readonly halted: LaneGate };

async function failAgainAndAgain(
  surroundings: Surroundings,
  lane: Lane,
  { ramp, halted }: Cast,
  count: number,
): Promise<Report> {
  const tally = new Tally(["processes that ended by themselves", "raises in Unleash's log"]);
  const violations: string[] = [];
  const acknowledged = new Acknowledged();
  for (const { gate } of [ramp, halted]) await lane.start(gate);
  await waitForGate(
    lane,
    halted.gate,
    "reaches 1%",
    async () => (await surroundings.percentOf(halted.gate)) === 1,
  );
  lane.signals.set(halted.gate, 15);
  await waitForGate(lane, halted.gate, "halts", async () => (await stateOf(lane, halted.gate)) === "halted");
  lane.signals.set(halted.gate, 0);

  for (let round = 0; round < count; round += 1) {
    const over = new AbortController();
    const watching = acknowledged.watch(lane, [ramp.gate, halted.gate], over.signal);
    await inject(lane.service.pid(), {
      inject: `fsync,fdatasync:error=EIO:when=${1 + randomInt(12)}+`,
      path: `${lane.service.storePath}-wal`,
    });
    const code = await Promise.race([lane.service.ended(), sleep(ENDS_WITHIN_MS, null, { ref: false })]);
    if (code !== 1)
      throw new Error(`with a failing fsync the process should end with 1, and did ${String(code)}`);
    over.abort();
    await watching;
    tally.add("processes that ended by themselves");
    const stored = await readStored(lane.service.storePath);
    violations.push(...acknowledged.lost(stored));
    const state = stored.records.get(halted.gate)?.ramp.state;
    if (state !== "halted") violations.push(`${halted.gate}: was halted, the store says ${state}`);
    await lane.service.startAgain();
  }
  tally.add("acknowledged decisions looked for after every end", acknowledged.size);
  lane.service.signal("SIGKILL");
  await lane.service.ended();
  const stored = await readStored(lane.service.storePath);
  for (const own of [ramp, halted]) {
    const writes = await surroundings.writes(own.gate);
    tally.add("raises in Unleash's log", writes.filter(({ from, to }) => to > from).length);
    violations.push(...brokenLaws(own, surroundings.rampart.id, writes, stored));
  }
  return played(tally, violations);
}
