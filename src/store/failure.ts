/**
 * The database could not do what it was asked: disk full, IO error, damage. Nothing of the failed transaction is kept, so
 * the caller must act as if the moment had not happened, and raise nothing.
 */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  /**
   * True when no later success could be believed: after a failed fsync the kernel may have dropped the pages it
   * reported on, and the next fsync passes over the hole. The process must end and open the file anew.
   */
  readonly fatal: boolean;

  constructor(detail: string, fatal: boolean, cause: unknown) {
    super(`the store is unavailable: ${detail}`, { cause });
    this.fatal = fatal;
  }
}

/** Primary result codes of SQLite, by number: https://sqlite.org/rescode.html */
export const SQLITE = {
  perm: 3,
  busy: 5,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

const FATAL: readonly number[] = [SQLITE.ioError, SQLITE.corrupt, SQLITE.notADatabase];

const PASSING: readonly number[] = [
  SQLITE.perm,
  SQLITE.busy,
  SQLITE.noMemory,
  SQLITE.readOnly,
  SQLITE.full,
  SQLITE.cannotOpen,
];

/** SQLite's primary result code of an error thrown by node:sqlite; null for anything else. */
export function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error)) return null;
  const { errcode } = error;
  // The low byte is the primary code; the rest says where it happened.
  return typeof errcode === "number" ? errcode & 0xff : null;
}

export function isFull(error: unknown): boolean {
  return error instanceof StoreUnavailable && resultCodeOf(error.cause) === SQLITE.full;
}

/** A failure of the machine becomes `StoreUnavailable`; everything else (a constraint, wrong SQL) stays the bug it is. */
export function storeFailure(error: unknown): unknown {
  const code = resultCodeOf(error);
  if (code === null || !(error instanceof Error)) return error;
  if (FATAL.includes(code)) return new StoreUnavailable(error.message, true, error);
  if (PASSING.includes(code)) return new StoreUnavailable(error.message, false, error);
  return error;
}
