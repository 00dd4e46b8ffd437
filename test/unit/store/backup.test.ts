import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../../../src/store/store.ts";
import { makeFolder, mustOpen } from "./folder.ts";
import { decision, moment, record } from "./samples.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let store: Store;
let copy: string;

beforeEach(async () => {
  folder = await makeFolder();
  store = await mustOpen(folder.path);
  copy = join(folder.folder, "copy.sqlite");
  const kept = decision("dec_1");
  await store.commit(moment(record("checkout"), { decision: { kind: "insert", decision: kept } }));
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

test("a copy made while the store is in use holds all that was committed, and opens as the same store", async () => {
  expect(await store.backup(copy)).toEqual({ ok: true });
  expect(await store.commit(moment(record("erp")))).toBe(true);

  const restored = await mustOpen(copy);
  expect(restored.storeId()).toBe(store.storeId());
  expect(await restored.decision("dec_1")).toEqual(decision("dec_1"));
  expect(await restored.record("erp")).toBeNull();
  await restored.close();
});

test("a copy can be read by its owner alone", async () => {
  await store.backup(copy);
  expect((await stat(copy)).mode & 0o777).toBe(0o600);
});

test("a file that is there already is not touched", async () => {
  await writeFile(copy, "somebody's");
  expect(await store.backup(copy)).toEqual({
    ok: false,
    message: expect.stringMatching(/^the backup cannot be written: EEXIST/),
  });
  expect(await readFile(copy, "utf8")).toBe("somebody's");
});

test("a copy that cannot be written leaves nothing behind and the store as it was", async () => {
  expect(await store.backup(join(folder.folder, "none", "copy.sqlite"))).toMatchObject({ ok: false });
  expect(await readdir(folder.folder)).not.toContain("none");
  expect(await store.healthy()).toBe(true);
});

test("a copy waits for the transaction that is under way", async () => {
  const committing = store.commit(moment(record("erp")));
  const copying = store.backup(copy);
  expect(await committing).toBe(true);
  expect(await copying).toEqual({ ok: true });
});
