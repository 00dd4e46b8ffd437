import { createHash } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBackups } from "../../../src/backups.ts";
import type { TakenBackup } from "../../../src/http/door.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeFolder, mustOpen } from "../store/folder.ts";
import { moment, record } from "../store/samples.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let store: Store;

beforeEach(async () => {
  folder = await makeFolder();
  store = await mustOpen(folder.path);
  await store.commit(moment(record("checkout")));
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

function taken(outcome: TakenBackup): Extract<TakenBackup, { kind: "taken" }> {
  if (outcome.kind !== "taken") throw new Error(outcome.kind);
  return outcome;
}

test("what is sent is a whole store, of the announced length and digest, and leaves nothing beside the store", async () => {
  const { bytes, sha256, content } = taken(await createBackups(store, folder.path).take());
  expect((await readdir(folder.folder)).filter((name) => name.includes("backup"))).toEqual([]);
  const sent = await buffer(content);
  expect(sent).toHaveLength(bytes);
  expect(createHash("sha256").update(sent).digest("hex")).toBe(sha256);
  const copy = join(folder.folder, "arrived.sqlite");
  await writeFile(copy, sent);
  const restored = await mustOpen(copy);
  expect((await restored.record("checkout"))?.gate).toBe("checkout");
  await restored.close();
});

test("two who ask in one moment: one gets it, the other is told to come again, and later does", async () => {
  const backups = createBackups(store, folder.path);
  const [first, second] = await Promise.all([backups.take(), backups.take()]);
  expect([first.kind, second.kind]).toEqual(["taken", "busy"]);
  const third = taken(await backups.take());
  for (const { content } of [taken(first), third]) content.destroy();
});

test("what a killed process left under way is in nobody's way", async () => {
  await writeFile(`${folder.path}.backup-under-way`, "half of a copy");
  const { content } = taken(await createBackups(store, folder.path).take());
  content.destroy();
});

test("a copy that cannot be made says why, and the next one can be", async () => {
  const broken = createBackups(store, join(folder.folder, "none", "store.sqlite"));
  expect(await broken.take()).toMatchObject({
    kind: "failed",
    message: expect.stringContaining("the backup cannot be written: ENOENT"),
  });
  expect(await broken.take()).toMatchObject({ kind: "failed" });
});
