import { copyFile, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyStore } from "../../../src/store/backup.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeFolder, mustOpen } from "./folder.ts";
import { decision, moment, record } from "./samples.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let copy: string;

beforeEach(async () => {
  folder = await makeFolder();
  copy = join(folder.folder, "copy.sqlite");
});
afterEach(() => folder.remove());

async function filled(): Promise<Store> {
  const store = await mustOpen(folder.path);
  const kept = decision("dec_1");
  await store.commit(moment(record("checkout"), { decision: { kind: "insert", decision: kept } }));
  return store;
}

async function stopped(): Promise<void> {
  await (await filled()).close();
}
test("a copy of a stopped server's store holds all that was committed, and counts as no opening of it", async () => {
  await stopped();
  expect(await copyStore(folder.path, copy)).toEqual({ ok: true });
  expect((await stat(copy)).mode & 0o777).toBe(0o600);
  const [restored, again] = [await mustOpen(copy), await mustOpen(folder.path)];
  expect(await restored.decision("dec_1")).toEqual(decision("dec_1"));
  // Each is the second opening, and draws the same.
  expect(again.epoch()).toBe(restored.epoch());
  await restored.close();
  await again.close();
});

const drawn = (byte: number) => ({ randomBytes: (size: number) => new Uint8Array(size).fill(byte) });

test("a copy that is put back gives out no epoch that came after it was made", async () => {
  await stopped();
  await copyStore(folder.path, copy);
  const lost = await mustOpen(folder.path, drawn(1));
  const restored = await mustOpen(copy, drawn(2));
  expect(Math.min(lost.epoch(), restored.epoch())).toBeGreaterThan(1);
  expect(restored.epoch()).not.toBe(lost.epoch());
  await lost.close();
  await restored.close();
});

test("it holds what a killed server had only in its log", async () => {
  const store = await filled();
  const killed = join(folder.folder, "killed.sqlite");
  for (const end of ["", "-wal"]) await copyFile(`${folder.path}${end}`, `${killed}${end}`);
  await store.close();
  expect(await copyStore(killed, copy)).toEqual({ ok: true });
  const restored = await mustOpen(copy);
  expect(await restored.decision("dec_1")).toEqual(decision("dec_1"));
  await restored.close();
});

test("it keeps the form it has: a version that is older can open it, and none is brought forward", async () => {
  await stopped();
  edit(folder.path, "insert into kysely_migration (name, timestamp) values ('0099-later', '2030-01-01')");
  expect(await copyStore(folder.path, copy)).toEqual({ ok: true });
  const names = edit(copy, "select name from kysely_migration");
  expect(names).toContainEqual({ name: "0099-later" });
});

test("it is refused while a server holds the store", async () => {
  const store = await filled();
  expect(await copyStore(folder.path, copy)).toMatchObject({ ok: false, code: "locked" });
  expect(await readdir(folder.folder)).not.toContain("copy.sqlite");
  await store.close();
});

test("it is refused where there is no store, and none is made", async () => {
  const nowhere = join(folder.folder, "nowhere.sqlite");
  expect(await copyStore(nowhere, copy)).toMatchObject({ ok: false, code: "missing" });
  expect(await readdir(folder.folder)).not.toContain("nowhere.sqlite");
});

test("it is refused for a database of another program, and where a file is", async () => {
  const other = join(folder.folder, "other.sqlite");
  edit(other, "create table bookmarks (url text)");
  expect(await copyStore(other, copy)).toMatchObject({ ok: false, code: "foreign" });
  await stopped();
  await writeFile(copy, "somebody's");
  expect(await copyStore(folder.path, copy)).toMatchObject({ ok: false, code: "unwritable" });
  expect(await readFile(copy, "utf8")).toBe("somebody's");
});

function edit(path: string, sql: string): unknown {
  const database = new DatabaseSync(path);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}
