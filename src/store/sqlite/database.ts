import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { resultCodeOf, SQLITE } from "../failure.ts";

export const IN_MEMORY = ":memory:";

/** How long another process's lock is waited for at open; it is held for that process's whole life, so briefly. */
const BUSY_TIMEOUT_MS = 200;

export type OpenFailure = {
  readonly ok: false;
  readonly code: "locked" | "corrupted" | "unopenable" | "newer" | "foreign";
  /** Names the file and says what to do. */
  readonly message: string;
};

export type OpenedDatabase = { readonly ok: true; readonly database: DatabaseSync } | OpenFailure;

/** Opens the file for this process alone, durable at every commit, and proves it sound before anything reads it. */
export function openDatabase(path: string): OpenedDatabase {
  let database: DatabaseSync | null = null;
  try {
    if (path !== IN_MEMORY) createPrivately(path);
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    const problem = configure(database, path) ?? damage(database, path);
    if (problem === null) return { ok: true, database };
    database.close();
    return problem;
  } catch (error) {
    database?.close();
    return openFailure(path, error);
  }
}

/**
 * The file holds token digests, so others may not read it; SQLite gives the log beside it the same mode. Only ever
 * creates: closing a second descriptor of an existing database would drop the locks this process holds on it.
 */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, "ax", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function configure(database: DatabaseSync, path: string): OpenFailure | null {
  // First of all: in WAL mode an exclusive connection then never makes a shared-memory index another could join.
  pragma(database, "locking_mode = EXCLUSIVE");
  const mode = pragma(database, "journal_mode = WAL");
  if (mode !== "wal" && path !== IN_MEMORY) {
    return unopenable(path, `it cannot keep a write-ahead log there (journal mode ${String(mode)})`);
  }
  database.exec("pragma synchronous = FULL");
  database.exec("pragma foreign_keys = ON");
  // Takes the lock now instead of at the first write.
  database.exec("begin immediate; commit");
  return null;
}

function damage(database: DatabaseSync, path: string): OpenFailure | null {
  const found = pragma(database, "integrity_check(1)");
  return found === "ok" ? null : corrupted(path, String(found));
}

function pragma(database: DatabaseSync, text: string): unknown {
  const [value] = Object.values(database.prepare(`pragma ${text}`).get() ?? {});
  return value;
}

const DAMAGE: readonly number[] = [SQLITE.corrupt, SQLITE.notADatabase];

const OUT_OF_REACH: readonly number[] = [
  SQLITE.cannotOpen,
  SQLITE.perm,
  SQLITE.readOnly,
  SQLITE.ioError,
  SQLITE.full,
];

/** What went wrong while opening, in words; an error that is not the file's is a bug and is thrown on. */
export function openFailure(path: string, error: unknown): OpenFailure {
  if (!(error instanceof Error)) throw error;
  const code = resultCodeOf(error);
  if (code === SQLITE.busy) return locked(path);
  if (code !== null && DAMAGE.includes(code)) return corrupted(path, error.message);
  if (code !== null && OUT_OF_REACH.includes(code)) return unopenable(path, error.message);
  if ("syscall" in error) return unopenable(path, error.message);
  throw error;
}

function locked(path: string): OpenFailure {
  const message = `the store ${path} is locked by another process: only one may use it at a time`;
  return { ok: false, code: "locked", message };
}

function corrupted(path: string, detail: string): OpenFailure {
  const message = `the store ${path} is damaged (${detail}): move it and its -wal file away, then put back a backup or start with an empty store`;
  return { ok: false, code: "corrupted", message };
}

function unopenable(path: string, detail: string): OpenFailure {
  return { ok: false, code: "unopenable", message: `the store ${path} cannot be opened: ${detail}` };
}
