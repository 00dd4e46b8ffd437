import { execFile } from "node:child_process";
import { open, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "../../../src/store/open-store.ts";
import { openDatabase } from "../../../src/store/sqlite/database.ts";
import { makeFolder, mustOpen, options } from "./folder.ts";
import { decision, moment, record } from "./samples.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let path: string;

beforeEach(async () => {
  folder = await makeFolder();
  ({ path } = folder);
});
afterEach(() => folder.remove());

describe("the file", () => {
  test("is written ahead, synchronised at every commit and held by one process", () => {
    const result = openDatabase(path);
    if (!result.ok) throw new Error(result.message);
    const { database } = result;
    const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
    expect(pragma("journal_mode")).toBe("wal");
    expect(pragma("synchronous")).toBe(2);
    expect(pragma("locking_mode")).toBe("exclusive");
    expect(pragma("foreign_keys")).toBe(1);
    expect(pragma("busy_timeout")).toBe(200);
    database.close();
  });

  test("and its log can be read by their owner alone", async () => {
    const store = await mustOpen(path);
    for (const each of [path, `${path}-wal`]) expect((await stat(each)).mode & 0o777).toBe(0o600);
    await store.close();
  });

  test("is refused to a second process while the first one lives, and given to it afterwards", async () => {
    const store = await mustOpen(path);
    expect(await openElsewhere(path)).toEqual({
      ok: false,
      code: "locked",
      message: `the store ${path} is locked by another process: only one may use it at a time`,
    });
    expect(await store.commit(moment(record("checkout")))).toBe(true);
    await store.close();
    expect(await openElsewhere(path)).toEqual({ ok: true });
  });

  test("is refused to the same process too, without losing the first lock", async () => {
    const store = await mustOpen(path);
    expect(await openStore(options(path))).toMatchObject({ ok: false, code: "locked" });
    expect(await openElsewhere(path)).toMatchObject({ code: "locked" });
    await store.close();
  });

  test("that cannot be made is refused with the reason", async () => {
    expect(await openStore(options(`${folder.folder}/none/store.sqlite`))).toMatchObject({
      ok: false,
      code: "unopenable",
      message: expect.stringContaining("ENOENT"),
    });
    expect(await openStore(options(folder.folder))).toMatchObject({ ok: false, code: "unopenable" });
  });
});

describe("a damaged file", () => {
  test("that is no database is refused", async () => {
    await writeFile(path, "not a database at all. ".repeat(400));
    expect(await openStore(options(path))).toEqual({
      ok: false,
      code: "corrupted",
      message: `the store ${path} is damaged (file is not a database): move it and its -wal file away, then put back a backup or start with an empty store`,
    });
  });

  test("with overwritten pages is refused", async () => {
    await fill(path);
    const file = await open(path, "r+");
    const { size } = await file.stat();
    for (let at = 8 * 4096; at < size; at += 4096) await file.write(Buffer.alloc(2048, 0xa5), 0, 2048, at);
    await file.close();
    expect(await openStore(options(path))).toMatchObject({ ok: false, code: "corrupted" });
  });

  test("cut in half is refused, and left as it is", async () => {
    await fill(path);
    await truncate(path, Math.floor((await stat(path)).size / 2 / 4096) * 4096);
    const before = await readFile(path);
    expect(await openStore(options(path))).toMatchObject({ ok: false, code: "corrupted" });
    expect((await readFile(path)).equals(before)).toBe(true);
  });
});

describe("a file of somebody else", () => {
  test("that a newer version wrote is refused, and left as it is", async () => {
    await (await mustOpen(path)).close();
    edit("insert into kysely_migration (name, timestamp) values ('0099-later', '2030-01-01')");
    expect(await openStore(options(path))).toEqual({
      ok: false,
      code: "newer",
      message: `the store ${path} was written by a newer version (it holds the migration 0099-later): start that version, or put back a backup made before the upgrade`,
    });
    edit("delete from kysely_migration where name = '0099-later'");
    const store = await mustOpen(path);
    expect(store.epoch()).toBeGreaterThan(1);
    await store.close();
  });

  test("that another program keeps is refused", async () => {
    edit("create table bookmarks (url text)");
    expect(await openStore(options(path))).toMatchObject({
      ok: false,
      code: "foreign",
      message: `${path} is an SQLite database of another program: give the store a file of its own`,
    });
  });
});

describe("a row that cannot be decoded", () => {
  test.each([
    ["text that is cut off", "update gate_records set body = substr(body, 1, 40)", "its body is not JSON"],
    [
      "the body of another gate",
      `update gate_records set body = '{"gate":"erp"}'`,
      "does not carry that gate",
    ],
    ["no object", "update gate_records set body = 'null'", "does not carry that gate"],
  ])("is an error that names it: %s", async (_, sql, complaint) => {
    const first = await mustOpen(path);
    await first.commit(moment(record("checkout")));
    await first.close();
    edit(sql);
    const store = await mustOpen(path);
    const says = new RegExp(`row checkout of gate_records cannot be read: .*${complaint}`);
    await expect(store.record("checkout")).rejects.toThrow(says);
    await expect(store.all()).rejects.toThrow(says);
    await store.close();
  });
});

test("a closed store takes nothing more", async () => {
  const store = await mustOpen(path);
  const last = store.commit(moment(record("checkout")));
  await store.close();
  expect(await last).toBe(true);
  await expect(store.commit(moment(record("erp")))).rejects.toThrow();
});

async function fill(at: string): Promise<void> {
  const store = await mustOpen(at);
  for (let index = 0; index < 60; index++) {
    const kept = decision(`dec_${index}`, { approvals: ["x".repeat(2_000)] });
    const expecting = index === 0 ? null : index;
    await store.commit(
      moment(record("checkout"), { expecting, decision: { kind: "insert", decision: kept } }),
    );
  }
  await store.close();
}

function edit(sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

async function openElsewhere(at: string): Promise<unknown> {
  const program = fileURLToPath(new URL("opener.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, at]);
  return JSON.parse(stdout);
}
