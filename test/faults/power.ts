import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openStore } from "../../src/store/open-store.ts";
import { setClock } from "../unit/store/samples.ts";
import { Acknowledged } from "./acknowledged.ts";
import { HALTING, type Lane, LONG, startLane, stateOf, waitFor, waitForGate } from "./lane.ts";
import { type Mount, copyStill, makeImage, mountImage } from "./mounts.ts";
import { type Report, type Scenario, Tally, played } from "./scenario.ts";
import { readStored } from "./stored.ts";
import { type Surroundings, uniqueName } from "./surroundings.ts";

const WRITER = fileURLToPath(new URL("../real/store-writer.ts", import.meta.url));
const IMAGE_SIZE = "512M";
/** The fast writer works only so long before each snapshot, or it would fill the disk. */
const BURST_MS = 150;

/**
 * The power goes out: of an ext4 on a block device only what was written to the device is left, and nothing of what the kernel
 * still kept in memory. Beside two stores a plain file grows that nobody syncs: it has to lose, or nothing was tried.
 */
export const power: Scenario = {
  name: "power",
  unit: "snapshot of the disk",
  count: 20,
  shortCount: 4,
  async play(surroundings, count) {
    const folder = await mkdtemp(join(tmpdir(), "rampart-power-"));
    try {
      const image = join(folder, "disk.img");
      await makeImage(image, IMAGE_SIZE);
      const mounted = await mountImage(image);
      if (!mounted.ok) return { kind: "skipped", why: mounted.why };
      try {
        return await playOn(surroundings, mounted.mount, join(folder, "copy.img"), count);
      } finally {
        await mounted.mount.remove();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function playOn(surroundings: Surroundings, disk: Mount, copy: string, count: number): Promise<Report> {
  const name = uniqueName("power");
  const ramp = { gate: `${name}-ramp`, steps: LONG, holdMs: 1_000 };
  const halted = { gate: `${name}-halted`, ...HALTING };
  const lane = await startLane(surroundings, { gates: [ramp, halted], storeFolder: disk.folder });
  const writer = new Writer(join(disk.folder, "writer.db"));
  const plain = new PlainFile(join(disk.folder, "plain"));
  const acknowledged = new Acknowledged();
  const over = new AbortController();
  try {
    for (const { gate } of [ramp, halted]) await lane.start(gate);
    await waitForGate(
      lane,
      halted.gate,
      "reaches 1%",
      async () => (await surroundings.percentOf(halted.gate)) === 1,
    );
    lane.signals.set(halted.gate, 15);
    await waitForGate(
      lane,
      halted.gate,
      "halts",
      async () => (await stateOf(lane, halted.gate)) === "halted",
    );
    lane.signals.set(halted.gate, 0);
    const watching = acknowledged.watch(lane, [ramp.gate, halted.gate], over.signal);
    await waitFor("a first commit", () => writer.acknowledged() > 0);
    writer.suspend();
    const blackout = { lane, writer, plain, acknowledged, disk, copy, halted: halted.gate };
    const report = await blackOut(blackout, count);
    over.abort();
    await watching;
    return report;
  } finally {
    over.abort();
    plain.stop();
    await writer.stop();
    await lane.stop();
  }
}

type Blackout = {
  readonly lane: Lane;
  readonly writer: Writer;
  readonly plain: PlainFile;
  readonly acknowledged: Acknowledged;
  readonly disk: Mount;
  readonly copy: string;
  readonly halted: string;
};

async function blackOut(blackout: Blackout, count: number): Promise<Report> {
  const tally = new Tally(["stores that opened again", "snapshots in which the plain file lost lines"]);
  const violations: string[] = [];
  const { lane, writer, disk, copy } = blackout;
  for (let round = 0; round < count; round += 1) {
    await sleep(200 + randomInt(1_000));
    writer.resume();
    await sleep(20 + randomInt(BURST_MS));
    lane.service.signal("SIGSTOP");
    writer.suspend();
    // The more of what was said has come through the pipes, the more is looked for.
    await sleep(100);
    const told = blackout.acknowledged.snapshot();
    const [acked, lines] = [writer.acknowledged(), blackout.plain.lines()];
    await copyStill(disk.image ?? "", copy);
    lane.service.signal("SIGCONT");
    const mounted = await mountImage(copy);
    if (!mounted.ok) throw new Error(mounted.why);
    try {
      violations.push(...(await inspect(blackout, tally, mounted.mount.folder, { told, acked, lines })));
    } finally {
      await mounted.mount.remove();
      await rm(copy);
    }
  }
  tally.add("commits of the plain writer", writer.acknowledged());
  tally.add("decisions that were told", blackout.acknowledged.size);
  return played(tally, violations);
}

type Promised = { readonly told: Acknowledged; readonly acked: number; readonly lines: number };

async function inspect(
  { halted }: Blackout,
  tally: Tally,
  folder: string,
  { told, acked, lines }: Promised,
): Promise<readonly string[]> {
  const stored = await readStored(join(folder, "rampart.db"));
  const violations = [...told.lost(stored)];
  const state = stored.records.get(halted)?.ramp.state;
  if (state !== "halted") violations.push(`${halted}: was halted, the store says ${state}`);
  const writer = await readStored(join(folder, "writer.db"));
  const [kept, decisions] = [writer.records.get("checkout")?.version ?? 0, writer.decisions.size];
  if (kept < acked) violations.push(`the store was told to keep commit ${acked}, and has ${kept}`);
  if (decisions !== kept) violations.push(`the store has ${decisions} decisions of ${kept} commits`);
  for (const name of ["rampart.db", "writer.db"]) {
    const opened = await openStore({
      path: join(folder, name),
      clock: setClock(),
      randomBytes,
      onFatal: (failure) => {
        throw failure;
      },
    });
    if (opened.ok) await opened.store.close();
    else violations.push(`${name}: ${opened.message}`);
    if (opened.ok) tally.add("stores that opened again");
  }
  const plain = await readFile(join(folder, "plain"), "utf8").catch(() => "");
  if (plain.split("\n").length - 1 < lines) tally.add("snapshots in which the plain file lost lines");
  return violations;
}

/** Commits as fast as it can, and says so only afterwards. */
class Writer {
  readonly #child: ChildProcess;
  #said = "";

  constructor(path: string) {
    this.#child = spawn(process.execPath, [WRITER, path], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-200);
    });
  }

  acknowledged(): number {
    return Number(this.#said.slice(0, this.#said.lastIndexOf("\n")).split("\n").at(-1));
  }

  suspend(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
  }
}

/** Lines that were written and never synced. */
class PlainFile {
  readonly #timer: NodeJS.Timeout;
  #lines = 0;

  constructor(path: string) {
    this.#timer = setInterval(() => {
      appendFileSync(path, `${this.#lines}\n`);
      this.#lines += 1;
    }, 20);
  }

  lines(): number {
    return this.#lines;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
