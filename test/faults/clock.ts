import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FlagWrite } from "./flag-log.ts";
import { type Lane, type LaneGate, LONG, ask, startLane, stateOf, waitForGate } from "./lane.ts";
import { brokenLaws } from "./laws.ts";
import { type Report, type Scenario, Tally, played } from "./scenario.ts";
import { readStored } from "./stored.ts";
import { type Surroundings, uniqueName } from "./surroundings.ts";

const HOUR_SECONDS = 3_600;
const HOLD_MS = 3_000;
/** With the clock off for so long a ramp would have risen at least once. */
const OFF_MS = 5_000;

/** The clock of the machine jumps by an hour while ramps hold, and back again. Prometheus and Unleash keep theirs. */
export const clock: Scenario = {
  name: "clock",
  unit: "jump of the clock by an hour, and back",
  count: 12,
  shortCount: 2,
  async play(surroundings, count) {
    const library = await findLibrary();
    if (library === null) return { kind: "skipped", why: "libfaketime is not installed" };
    const folder = await mkdtemp(join(tmpdir(), "rampart-clock-"));
    const hand = new Hand(join(folder, "offset"));
    await hand.set(0);
    try {
      return await jump(surroundings, hand, library, count);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** Moves the clock of one process while it runs. */
class Hand {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  set(seconds: number): Promise<void> {
    return writeFile(this.path, `${seconds < 0 ? "" : "+"}${seconds}\n`);
  }

  env(library: string): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.path,
      FAKETIME_CACHE_DURATION: "1",
      // Timers go on, as they do when an administrator or NTP sets the clock.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
  }
}

async function jump(surroundings: Surroundings, hand: Hand, library: string, count: number): Promise<Report> {
  const name = uniqueName("clock");
  const ramp = { gate: `${name}-ramp`, steps: LONG, holdMs: HOLD_MS };
  const bad = Array.from({ length: count }, (_, index) => ({
    gate: `${name}-bad-${index}`,
    steps: [20, 100],
    holdMs: 6 * HOUR_SECONDS * 1_000,
  }));
  const gates: readonly LaneGate[] = [ramp, ...bad];
  const lane = await startLane(surroundings, { gates, run: { env: hand.env(library) } });
  const tally = new Tally(["jumps ahead", "raises", "rollbacks that landed under a wrong clock"]);
  const closed: Span[] = [];
  try {
    for (const { gate } of gates) await lane.start(gate);
    for (const { gate } of bad)
      await waitForGate(lane, gate, "reaches 20%", async () => (await surroundings.percentOf(gate)) === 20);
    for (const [index, { gate }] of bad.entries()) {
      const ahead = index % 2 === 0;
      tally.add(ahead ? "jumps ahead" : "jumps back");
      await hand.set(ahead ? HOUR_SECONDS : -HOUR_SECONDS);
      closed.push(await whileWrong(surroundings, lane, ramp.gate, gate));
      tally.add("rollbacks that landed under a wrong clock");
      await hand.set(0);
      const before = await surroundings.percentOf(ramp.gate);
      await waitForGate(
        lane,
        ramp.gate,
        "goes on",
        async () => (await surroundings.percentOf(ramp.gate)) > before,
      );
    }
    lane.service.signal("SIGKILL");
    await lane.service.ended();
    return await judge(surroundings, lane, tally, gates, closed);
  } finally {
    await lane.stop();
  }
}

/** Unleash's time from the first pass that knew of the wrong clock to the last before it was set right. */
type Span = { readonly gate: string; readonly from: number; readonly to: number };

async function whileWrong(surroundings: Surroundings, lane: Lane, ramp: string, bad: string): Promise<Span> {
  await waitForGate(lane, ramp, "does not grow for the clock", async () =>
    (await codes(lane, ramp)).includes("health/clock"),
  );
  const from = Date.now();
  lane.signals.set(bad, 30);
  await waitForGate(lane, bad, "is set to 0%", async () => (await surroundings.percentOf(bad)) === 0);
  await waitForGate(lane, bad, "is rolled back", async () => (await stateOf(lane, bad)) === "rolled-back");
  await sleep(OFF_MS);
  return { gate: ramp, from, to: Date.now() };
}

async function judge(
  surroundings: Surroundings,
  lane: Lane,
  tally: Tally,
  gates: readonly LaneGate[],
  closed: readonly Span[],
): Promise<Report> {
  const stored = await readStored(lane.service.storePath);
  const violations: string[] = [];
  for (const own of gates) {
    const writes = await surroundings.writes(own.gate);
    const raises = writes.filter(({ from, to }) => to > from);
    tally.add("raises", raises.length);
    violations.push(
      ...brokenLaws(own, surroundings.rampart.id, writes, stored, { ahead: HOUR_SECONDS * 1_000 }),
    );
    violations.push(...raisedMeanwhile(own.gate, raises, closed));
  }
  return played(tally, violations);
}

function raisedMeanwhile(
  gate: string,
  raises: readonly FlagWrite[],
  closed: readonly Span[],
): readonly string[] {
  return raises
    .filter(({ at }) => closed.some((span) => span.gate === gate && span.from <= at && at <= span.to))
    .map(({ to }) => `${gate}: raised to ${to}% while the clock was an hour off and known to be`);
}

async function codes(lane: Lane, gate: string): Promise<readonly string[]> {
  const found = await ask<{ readonly because: readonly { readonly kind: string; readonly code: string }[] }>(
    lane,
    `/v1/gates/${gate}`,
  );
  return (found?.because ?? []).map(({ kind, code }) => `${kind}/${code}`);
}

/** Debian keeps it in a folder of each architecture. */
async function findLibrary(): Promise<string | null> {
  for (const folder of await readdir("/usr/lib").catch(() => [])) {
    const place = join("/usr/lib", folder, "faketime");
    const found = (await readdir(place).catch(() => [])).find((name) => name.startsWith("libfaketime.so"));
    if (found !== undefined) return join(place, found);
  }
  return null;
}
