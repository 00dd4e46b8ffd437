import { open, rm } from "node:fs/promises";
import type { Kysely } from "kysely";
import { resultCodeOf } from "./failure.ts";
import type { SqliteHandle } from "./sqlite/driver.ts";
import type { Tables } from "./tables.ts";

export type BackupOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Writes a whole, compacted copy of the database to a new file, durable when this resolves. */
export async function backup(db: Kysely<Tables>, handle: SqliteHandle, path: string): Promise<BackupOutcome> {
  // Only ever a file of our own making: what is removed below when the copy fails is never somebody else's.
  const refused = await attempt(async () => (await open(path, "wx", 0o600)).close());
  if (refused !== null) return refused;

  const failed = await attempt(async () => {
    await db.connection().execute(() => copyTo(handle, path));
    await syncFile(path);
  });
  if (failed === null) return { ok: true };
  await rm(path, { force: true });
  return failed;
}

/**
 * Past the guard of the driver, but in its turn: a full or broken disk under the copy says nothing about the store.
 * SQLite writes into the empty file as into a new one.
 */
async function copyTo(handle: SqliteHandle, path: string): Promise<void> {
  handle.prepare("vacuum into ?").run(path);
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
