import { open, rm, stat } from "node:fs/promises";
import type { Kysely } from "kysely";
import { resultCodeOf } from "./failure.ts";
import { openDatabase, type OpenFailure } from "./sqlite/database.ts";
import type { SqliteHandle } from "./sqlite/driver.ts";
import type { Tables } from "./tables.ts";

export type BackupOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Writes a whole, compacted copy of the database to a new file, durable when this resolves. */
export function backup(db: Kysely<Tables>, handle: SqliteHandle, path: string): Promise<BackupOutcome> {
  // Past the guard of the driver, but in its turn: a full or broken disk under the copy says nothing about the store.
  return writeCopy(path, () => db.connection().execute(async () => copyTo(handle, path)));
}

export type CopyOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: OpenFailure["code"] | "missing" | "unwritable";
      readonly message: string;
    };

/**
 * The same of a store that no server holds, in whatever form it is: it is neither brought to a newer form nor given an
 * epoch, so that a copy made before an upgrade can still be opened by the version before.
 */
export async function copyStore(store: string, path: string): Promise<CopyOutcome> {
  // Opening would make a store where there is none.
  const isThere = await stat(store).then(
    () => true,
    () => false,
  );
  if (!isThere) return { ok: false, code: "missing", message: `there is no store ${store}` };
  const opened = openDatabase(store);
  if (!opened.ok) return opened;
  const { database } = opened;
  try {
    if (!isStore(database)) {
      const message = `${store} is an SQLite database of another program`;
      return { ok: false, code: "foreign", message };
    }
    const written = await writeCopy(path, async () => copyTo(database, path));
    return written.ok ? written : { ...written, code: "unwritable" };
  } finally {
    database.close();
  }
}

function isStore(handle: SqliteHandle): boolean {
  const query = "select 1 from sqlite_master where type = 'table' and name = 'gate_records'";
  return handle.prepare(query).get() !== undefined;
}

/** SQLite writes into the empty file as into a new one. */
function copyTo(handle: SqliteHandle, path: string): void {
  handle.prepare("vacuum into ?").run(path);
}

async function writeCopy(path: string, copy: () => Promise<void>): Promise<BackupOutcome> {
  // Only ever a file of our own making: what is removed below when the copy fails is never somebody else's.
  const refused = await attempt(async () => (await open(path, "wx", 0o600)).close());
  if (refused !== null) return refused;

  const failed = await attempt(async () => {
    await copy();
    await syncFile(path);
  });
  if (failed === null) return { ok: true };
  await rm(path, { force: true });
  return failed;
}

/** SQLite leaves the copy to the kernel's caches. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function attempt(write: () => Promise<void>): Promise<{ ok: false; message: string } | null> {
  try {
    await write();
    return null;
  } catch (error) {
    const ofTheDisk = error instanceof Error && ("syscall" in error || resultCodeOf(error) !== null);
    if (!ofTheDisk) throw error;
    return { ok: false, message: `the backup cannot be written: ${error.message}` };
  }
}
