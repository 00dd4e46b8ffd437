import { type KillPoint, pointsHere } from "./kill-points.ts";
import { AFTER_ROLLBACK, type Cast, Killer, REFUSED } from "./killer.ts";
import { HALTING, LONG, startLane } from "./lane.ts";
import { brokenLaws } from "./laws.ts";
import { type Report, type Scenario, Tally, allOf, played } from "./scenario.ts";
import { whyNoStrace } from "./strace.ts";
import { type Surroundings, uniqueName } from "./surroundings.ts";

/** Services side by side: most of a life is waiting for the next pass. */
const LANES = 3;
const HOLD_MS = 1_000;
const DECREASES: readonly KillPoint[] = ["before a decrease was passed on", "after a decrease was applied"];

/** The whole service is killed again and again, in the middle of everything, while it drives ramps on a real Unleash. */
export const kills: Scenario = {
  name: "kills",
  unit: "kill -9",
  count: 200,
  shortCount: 24,
  async play(surroundings, count) {
    const tally = new Tally(["raises in Unleash's log", REFUSED, AFTER_ROLLBACK, ...pointsHere()]);
    const each = Math.ceil(count / LANES);
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      // So that few kills, too, come to every point.
      playLane(surroundings, tally, each, lane * LANES),
    );
    return told(tally, (await allOf(lanes)).flat());
  },
};

function told(tally: Tally, violations: readonly string[]): Report {
  const blind = whyNoStrace();
  return played(tally, violations, blind === null ? [] : [`SKIPPED kills at chosen writes: ${blind}`]);
}

function cast(): Cast {
  const name = uniqueName("kill");
  const slow = { steps: [1, 100], holdMs: 600_000 };
  return {
    ramps: ["a", "b"].map((letter) => ({ gate: `${name}-${letter}`, steps: LONG, holdMs: HOLD_MS })),
    halted: { gate: `${name}-halted`, ...HALTING },
    paused: { gate: `${name}-paused`, ...slow },
  };
}

async function playLane(
  surroundings: Surroundings,
  tally: Tally,
  count: number,
  offset: number,
): Promise<readonly string[]> {
  const own = cast();
  const gates = [...own.ramps, own.halted, own.paused];
  const lane = await startLane(surroundings, { gates });
  const killer = new Killer(surroundings, lane, own, tally);
  try {
    await killer.prepare();
    const points = pointsHere();
    for (let round = 0; round < count - 1 - DECREASES.length; round += 1) {
      await killer.round(points[(round + offset) % points.length] ?? "at random");
    }
    await killer.round("before a raise was passed on");
    killer.keepForTheEnd();
    for (const { gate } of own.ramps) lane.signals.set(gate, 30);
    for (const point of DECREASES) await killer.round(point);
    await killer.settle();
    const stored = await killer.bury();
    const ours = surroundings.rampart.id;
    for (const gate of gates) {
      const writes = await surroundings.writes(gate.gate);
      tally.add(
        "raises in Unleash's log",
        writes.filter(({ by, from, to }) => by === ours && to > from).length,
      );
      tally.add("writes in Unleash's log", writes.length);
      killer.violations.push(
        ...brokenLaws(gate, ours, writes, stored, { late: killer.landedLate(gate.gate) }),
      );
    }
    tally.add("acknowledged decisions looked for after every kill", killer.acknowledged.size);
    return killer.violations;
  } finally {
    await lane.stop();
  }
}
