import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { openFailure, type OpenFailure } from "../sqlite/database.ts";

/** How long the lock of a running server is waited for; it is held for that process's whole life, so briefly. */
const BUSY_TIMEOUT_MS = 200;

export type AuditFile = {
  /** Rows above a seq, by seq, as they lie there: nothing of them may be believed before it was checked. */
  rows(after: number): Iterable<Readonly<Record<string, unknown>>>;
  close(): void;
};

export type OpenedAuditFile =
  | { readonly ok: true; readonly file: AuditFile }
  | { readonly ok: false; readonly code: OpenFailure["code"] | "no-audit"; readonly message: string };

/** The audit in the store of a stopped server or in a backup, read-only and without bringing it to a newer form. */
export function openAuditFile(path: string): OpenedAuditFile {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(addressOf(path), { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    const found = database
      .prepare("select 1 from sqlite_master where type = 'table' and name = 'audit'")
      .get();
    if (found === undefined) {
      database.close();
      const message = `${path} has no audit: it is no store of Rampart, or one that was last opened by a version without`;
      return { ok: false, code: "no-audit", message };
    }
    return { ok: true, file: auditFile(database) };
  } catch (error) {
    database?.close();
    return openFailure(path, error);
  }
}

function auditFile(database: DatabaseSync): AuditFile {
  return {
    *rows(after) {
      const query = database.prepare(
        "select seq, at, kind, actor, gate, body, prev, hash from audit where seq > ? order by seq",
      );
      // A number too large for JavaScript is a finding, not a failure.
      query.setReadBigInts(true);
      yield* query.iterate(after);
    },
    close: () => database.close(),
  };
}

/**
 * SQLite reads a write-ahead log only with an index file beside it. Where there is nothing in the log there is nobody who
 * writes either, and the file can be read as it lies: nothing is made beside it, and its folder may be read-only.
 */
function addressOf(path: string): string | URL {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (log !== undefined && log.size > 0) return path;
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  return url;
}
