import { Kysely } from "kysely";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrate } from "../../../src/store/migrate.ts";
import { MIGRATIONS } from "../../../src/store/migrations/all.ts";
import { sqliteDialect } from "../../../src/store/sqlite/dialect.ts";
import type { Tables } from "../../../src/store/tables.ts";

let database: DatabaseSync;
let db: Kysely<Tables>;

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  db = new Kysely<Tables>({
    dialect: sqliteDialect(database, (failure) => {
      throw failure;
    }),
  });
});
afterEach(() => db.destroy());

const addColumn = {
  up: async (any: Kysely<unknown>) => {
    await any.schema.alterTable("meta").addColumn("note", "text").execute();
  },
};

const broken = {
  up: async (any: Kysely<unknown>) => {
    await any.schema.createTable("half_done").addColumn("a", "text").execute();
    throw new Error("the migration breaks");
  },
};

test("a database is brought forward by the migrations it lacks, and a second time by none", async () => {
  expect(await migrate(db, "store", MIGRATIONS)).toBeNull();
  expect(await migrate(db, "store", { ...MIGRATIONS, "0098-note": addColumn })).toBeNull();
  expect(await migrate(db, "store", { ...MIGRATIONS, "0098-note": addColumn })).toBeNull();
  expect(applied()).toEqual([...Object.keys(MIGRATIONS), "0098-note"]);
  expect(database.prepare("select note from meta").all()).toEqual([]);
});

test("when one migration breaks, none of the pending ones has happened", async () => {
  await migrate(db, "store", MIGRATIONS);
  const pending = { ...MIGRATIONS, "0098-note": addColumn, "0099-broken": broken };
  await expect(migrate(db, "store", pending)).rejects.toThrow("the migration breaks");
  expect(applied()).toEqual(Object.keys(MIGRATIONS));
  expect(() => database.prepare("select note from meta").all()).toThrow("no such column: note");
  expect(() => database.prepare("select * from half_done").all()).toThrow("no such table: half_done");
});

test("a first migration that breaks leaves an empty database, open to another try", async () => {
  await expect(migrate(db, "store", { "0001-broken": broken })).rejects.toThrow("the migration breaks");
  expect(database.prepare("select name from sqlite_master").all()).toEqual([]);
  expect(await migrate(db, "store", MIGRATIONS)).toBeNull();
});

function applied(): readonly unknown[] {
  return database
    .prepare("select name from kysely_migration order by name")
    .all()
    .map(({ name }) => name);
}
