import { open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type Lane, type LaneGate, LONG, startLane, stateOf, waitFor, waitForGate } from "./lane.ts";
import { brokenLaws } from "./laws.ts";
import { mountSmall } from "./mounts.ts";
import { type Report, type Scenario, Tally, played } from "./scenario.ts";
import { readStored } from "./stored.ts";
import { type Surroundings, uniqueName } from "./surroundings.ts";

/** The reserve of the store takes 4 MiB of it. */
const SIZE = 16 * 1024 * 1024;

/** The disk of the store fills up while ramps grow, and something turns bad before there is space again. */
export const disk: Scenario = {
  name: "disk",
  unit: "full disk",
  count: 8,
  shortCount: 1,
  async play(surroundings, count) {
    const mounted = await mountSmall(SIZE);
    if (!mounted.ok) return { kind: "skipped", why: mounted.why };
    try {
      return await fillAndFree(surroundings, mounted.mount.folder, count);
    } finally {
      await mounted.mount.remove();
    }
  },
};

async function fillAndFree(surroundings: Surroundings, folder: string, count: number): Promise<Report> {
  const name = uniqueName("disk");
  const ramp = { gate: `${name}-ramp`, steps: LONG, holdMs: 1_000 };
  const bad = Array.from({ length: count }, (_, index) => ({
    gate: `${name}-bad-${index}`,
    steps: [20, 100],
    holdMs: 600_000,
  }));
  const gates: readonly LaneGate[] = [ramp, ...bad];
  const lane = await startLane(surroundings, { gates, storeFolder: folder });
  const tally = new Tally([
    "raises before and after",
    "passes that failed for want of space",
    "rollbacks that landed on a full disk",
  ]);
  const violations: string[] = [];
  try {
    for (const { gate } of gates) await lane.start(gate);
    for (const { gate } of bad) {
      await waitForGate(lane, gate, "reaches 20%", async () => (await surroundings.percentOf(gate)) === 20);
    }
    for (const { gate } of bad) {
      violations.push(...(await fillOnce(surroundings, lane, tally, folder, { ramp: ramp.gate, bad: gate })));
    }
    lane.service.signal("SIGKILL");
    await lane.service.ended();
    const stored = await readStored(lane.service.storePath);
    for (const own of gates) {
      const writes = await surroundings.writes(own.gate);
      tally.add("raises before and after", writes.filter(({ from, to }) => to > from).length);
      violations.push(...brokenLaws(own, surroundings.rampart.id, writes, stored));
    }
    return played(tally, violations);
  } finally {
    await lane.stop();
  }
}

async function fillOnce(
  surroundings: Surroundings,
  lane: Lane,
  tally: Tally,
  folder: string,
  { ramp, bad }: { readonly ramp: string; readonly bad: string },
): Promise<readonly string[]> {
  const violations: string[] = [];
  const failed = await failedPasses(lane);
  const filler = join(folder, "filler");
  await fill(filler, folder);
  await waitFor("a pass fails for want of space", async () => (await failedPasses(lane)) > failed);
  lane.signals.set(bad, 30);
  await waitForGate(
    lane,
    bad,
    "is set to 0% on a full disk",
    async () => (await surroundings.percentOf(bad)) === 0,
  );
  // Until the reserve is in use a raise may still have found room.
  const before = await surroundings.percentOf(ramp);
  await waitForGate(
    lane,
    bad,
    "is rolled back on a full disk",
    async () => (await stateOf(lane, bad)) === "rolled-back",
  );
  tally.add("rollbacks that landed on a full disk");
  tally.add("passes that failed for want of space", (await failedPasses(lane)) - failed);
  if (lane.service.exitCode() !== null)
    return [`the process ended with ${lane.service.exitCode()} on a full disk`];
  if ((await surroundings.percentOf(ramp)) !== before) violations.push(`${ramp}: raised on a full disk`);

  await rm(filler);
  await waitForGate(lane, ramp, "goes on", async () => (await surroundings.percentOf(ramp)) > before);
  const left = await surroundings.percentOf(bad);
  if (left !== 0) violations.push(`${bad}: rolled back, and Unleash has ${left}%`);
  return violations;
}

/** To the last byte. */
async function fill(path: string, folder: string): Promise<void> {
  const file = await open(path, "a");
  try {
    for (let size = 256 * 1024; size >= 4_096;) {
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < size) size /= 2;
      else await file.write(Buffer.alloc(size));
    }
  } finally {
    await file.close();
  }
}

async function failedPasses(lane: Lane): Promise<number> {
  return (await lane.service.stdout()).split("the store is unavailable").length - 1;
}
