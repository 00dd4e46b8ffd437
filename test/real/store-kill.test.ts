import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyAudit } from "../../src/standalone/audit.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { NOON, setClock } from "../unit/store/samples.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rampart-kill-"));
  path = join(folder, "store.sqlite");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test(
  "no acknowledged commit is lost over 15 kills, and none is kept by half",
  { timeout: 120_000 },
  async () => {
    const seen: string[] = [];
    let before = 0;
    for (let round = 1; round <= 15; round++) {
      const afterMs = randomInt(150);
      const acked = await writeUntilKilled(afterMs);
      const kept = await inspect();
      seen.push(`after ${afterMs} ms: ${acked - before} acknowledged, ${kept - acked} more kept`);
      expect(acked, seen.join("\n")).toBeGreaterThan(before);
      expect(kept, seen.join("\n")).toBeGreaterThanOrEqual(acked);
      // At most the one commit whose acknowledgement the kill cut off.
      expect(kept, seen.join("\n")).toBeLessThanOrEqual(acked + 1);
      before = kept;
    }
    process.stdout.write(`store killed 15 times at ${before} commits:\n${seen.join("\n")}\n`);
  },
);

test("a process killed while it makes the store leaves one that opens", { timeout: 120_000 }, async () => {
  for (let round = 1; round <= 6; round++) {
    const writer = startWriter();
    await appears(path, writer);
    await sleep(randomInt(8));
    await kill(writer);
    const kept = await inspect();
    expect(kept).toBeGreaterThanOrEqual(0);
    for (const suffix of ["", "-wal"]) await rm(`${path}${suffix}`, { force: true });
  }
});

/** Lets a writer work for that long after its first acknowledgement; gives the last number it acknowledged. */
async function writeUntilKilled(afterMs: number): Promise<number> {
  const writer = startWriter();
  let text = "";
  writer.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(writer, "exit").then(() => {
    throw new Error("the writer ended before it acknowledged anything");
  });
  if (writer.stdout === null) throw new Error("the writer has no output");
  await Promise.race([once(writer.stdout, "data"), ended]);
  ended.catch(() => undefined);
  await sleep(afterMs);
  await kill(writer);
  // The kill may have cut the last line.
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}

/** Opens the store, which checks its integrity, and gives the number of its last commit, all parts of it being there. */
async function inspect(): Promise<number> {
  const audited = await auditedAsFound();
  const store = await open();
  const record = await store.record("checkout");
  const last = record?.holdMs ?? 0;
  expect(record?.version ?? 0).toBe(last);
  expect(await store.decisions("checkout", last + 5, null)).toHaveLength(last);
  expect(await store.due(NOON, last + 5)).toHaveLength(last);
  if (last > 0) expect(await store.decision(`dec_${last}`)).not.toBeNull();
  await store.close();
  // What cannot be read before it is opened for writing holds nothing yet.
  expect(audited ?? 0).toBe(last);
  return last;
}

/** Length of the audit in the file as the kill left it, log and all; null: the store was not made yet. */
async function auditedAsFound(): Promise<number | null> {
  const place = { store: path, config: "none", head: null, headFile: null, publicKeyFile: null };
  const found = await verifyAudit(place);
  if (found.kind === "unseen") return null;
  if (found.kind === "broken") throw new Error(`record ${found.seq} of the audit: ${found.why}`);
  return found.head?.seq ?? 0;
}

async function open(): Promise<Store> {
  const opened = await openStore({
    path,
    clock: setClock(),
    randomBytes,
    onFatal: (failure) => {
      throw failure;
    },
  });
  if (!opened.ok) throw new Error(opened.message);
  return opened.store;
}

function startWriter(): ChildProcess {
  const program = fileURLToPath(new URL("store-writer.ts", import.meta.url));
  return spawn(process.execPath, [program, path], { stdio: ["ignore", "pipe", "inherit"] });
}

async function kill(writer: ChildProcess): Promise<void> {
  // `close` comes after the last byte of its output, `exit` may come before.
  const closed = once(writer, "close");
  writer.kill("SIGKILL");
  await closed;
}

async function appears(file: string, writer: ChildProcess): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (writer.exitCode === null) {
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return;
    if (performance.now() > deadline) throw new Error(`${file} did not appear`);
    await sleep(1);
  }
  throw new Error("the writer ended early");
}
