import { StoreUnavailable } from "../control/ports.ts";

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
