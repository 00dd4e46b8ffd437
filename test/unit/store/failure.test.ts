import { Kysely } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreUnavailable } from "../../../src/control/ports.ts";
import { storeFailure } from "../../../src/store/failure.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { first } from "../../../src/store/migrations/0001-first.ts";
import { storeOn } from "../../../src/store/open-store.ts";
import { openDatabase } from "../../../src/store/sqlite/database.ts";
import { sqliteDialect } from "../../../src/store/sqlite/dialect.ts";
import type { SqliteHandle } from "../../../src/store/sqlite/driver.ts";
import type { Tables } from "../../../src/store/tables.ts";
import { makeFolder, mustOpen, opened, options } from "./folder.ts";
import { decision, moment, NOON, record, telling } from "./samples.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;

beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

describe("a full disk", () => {
  test("keeps nothing of the moment, and hinders neither reading nor what comes after", async () => {
    const database = databaseAt(folder.path);
    const store = opened(await storeOn(database, options(folder.path)));
    await store.commit(moment(record("checkout")));
    const large = moment(record("checkout", { holdMs: 1 }), {
      expecting: 1,
      decision: { kind: "insert", decision: decision("dec_1", { approvals: ["x".repeat(100_000)] }) },
      tellings: [telling("t1")],
    });

    database.exec("pragma max_page_count = 1");
    await expect(store.commit(large)).rejects.toThrow("the store is unavailable: database or disk is full");
    await expect(store.commit(large)).rejects.toMatchObject({ name: "StoreUnavailable", fatal: false });
    expect(await store.record("checkout")).toMatchObject({ version: 1, holdMs: 90_000 });
    expect(await store.due(NOON, 5)).toEqual([]);

    database.exec("pragma max_page_count = 100000");
    expect(await store.healthy()).toBe(true);
    expect(await store.commit(large)).toBe(true);
    await store.close();
  });
});

describe("a disk that fills up while a store is brought to a newer form", () => {
  test("leaves the store in its old form, and the next try brings it forward", async () => {
    const old = databaseAt(folder.path);
    const db = new Kysely<Tables>({ dialect: sqliteDialect(old, () => undefined) });
    await migrate(db, folder.path, { "0001-first": first });
    await db.destroy();

    const full = databaseAt(folder.path);
    full.exec("pragma max_page_count = 1");
    expect(await storeOn(full, options(folder.path))).toEqual({
      ok: false,
      code: "unopenable",
      message: `the store ${folder.path} cannot be opened: database or disk is full`,
    });
    const left = databaseAt(folder.path);
    expect(left.prepare("select name from kysely_migration").all()).toEqual([{ name: "0001-first" }]);
    expect(left.prepare("select name from sqlite_master where name in ('changes', 'audit')").all()).toEqual(
      [],
    );
    left.close();
    await (await mustOpen(folder.path)).close();
  });
});

describe("a failed fsync", () => {
  test("ends the store: it is told once, and no later call can succeed", async () => {
    const database = databaseAt(folder.path);
    const disk = breakable(database);
    const told: StoreUnavailable[] = [];
    const onFatal = (failure: StoreUnavailable) => void told.push(failure);
    const store = opened(await storeOn(disk.handle, options(folder.path, { onFatal })));
    expect(await store.healthy()).toBe(true);

    disk.failNextCommit();
    const refused = store.commit(moment(record("checkout")));
    await expect(refused).rejects.toThrow("the store is unavailable: disk I/O error");
    await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);

    // The disk works again, which proves nothing about what the failed one left out.
    await expect(store.commit(moment(record("checkout")))).rejects.toMatchObject({ fatal: true });
    await expect(store.record("checkout")).rejects.toMatchObject({ fatal: true });
    expect(await store.healthy()).toBe(false);
    expect(told).toMatchObject([{ fatal: true }]);

    await store.close();
    expect(database.isOpen).toBe(false);
  });
});

describe("what the database throws", () => {
  test.each([
    ["an IO error of any kind", 10 | (4 << 8), true],
    ["a damaged page", 11, true],
    ["a full disk", 13, false],
    ["a file that became read-only", 8, false],
    ["a lock", 5, false],
  ])("%s means that the store is unavailable", (_, errcode, fatal) => {
    const failure = storeFailure(thrown(errcode));
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(failure).toMatchObject({ fatal, message: "the store is unavailable: said SQLite" });
  });

  test.each([
    ["a violated constraint", thrown(19 | (8 << 8))],
    ["wrong SQL", thrown(1)],
    ["an error of our own", new TypeError("bug")],
    ["something that is no error", "text"],
  ])("%s stays what it is", (_, error) => {
    expect(storeFailure(error)).toBe(error);
  });
});

function databaseAt(path: string) {
  const result = openDatabase(path);
  if (!result.ok) throw new Error(result.message);
  return result.database;
}

/** The database with a disk under it that can be told to fail at the end of a transaction. */
function breakable(database: ReturnType<typeof databaseAt>): {
  handle: SqliteHandle;
  failNextCommit(): void;
} {
  let failing = false;
  const exec = (sql: string): void => {
    if (failing && sql === "commit") {
      failing = false;
      throw Object.assign(new Error("disk I/O error"), { errcode: 10 | (4 << 8) });
    }
    database.exec(sql);
  };
  const handle = {
    prepare: (sql: string) => database.prepare(sql),
    exec,
    close: () => database.close(),
    get isTransaction() {
      return database.isTransaction;
    },
  };
  return { handle, failNextCommit: () => (failing = true) };
}

function thrown(errcode: number): Error {
  return Object.assign(new Error("said SQLite"), { errcode });
}
