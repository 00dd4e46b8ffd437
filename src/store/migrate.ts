import type { Kysely } from "kysely";
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from "kysely/migration";
import type { OpenFailure } from "./sqlite/database.ts";
import type { Tables } from "./tables.ts";

/** Tables that only Kysely's migrator makes, as far as we read them. */
type Bookkeeping = {
  sqlite_master: { type: string; name: string };
  [DEFAULT_MIGRATION_TABLE]: { name: string };
};

/**
 * Brings the database to the newest form in one transaction: all of the missing migrations, or none. A database that
 * holds a migration this program does not know was written by a newer one and is left untouched.
 */
export async function migrate(
  db: Kysely<Tables>,
  path: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<OpenFailure | null> {
  const refused = await refusal(db.withTables<Bookkeeping>(), path, Object.keys(migrations));
  if (refused !== null) return refused;

  await db.transaction().execute(async (transaction) => {
    const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
    const { error } = await new Migrator({ db: transaction, provider }).migrateToLatest();
    // The migrator hands its error back; only a throw undoes the transaction.
    if (error !== undefined) throw error;
  });
  return null;
}

async function refusal(
  db: Kysely<Tables & Bookkeeping>,
  path: string,
  known: readonly string[],
): Promise<OpenFailure | null> {
  const tables = await db.selectFrom("sqlite_master").where("type", "=", "table").select("name").execute();
  if (tables.length === 0) return null;
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) {
    const message = `${path} is an SQLite database of another program: give the store a file of its own`;
    return { ok: false, code: "foreign", message };
  }

  const done = await db.selectFrom(DEFAULT_MIGRATION_TABLE).select("name").execute();
  const unknown = done.map(({ name }) => name).filter((name) => !known.includes(name));
  if (unknown.length === 0) return null;
  const message = `the store ${path} was written by a newer version (it holds the migration ${unknown.join(", ")}): start that version, or put back a backup made before the upgrade`;
  return { ok: false, code: "newer", message };
}
