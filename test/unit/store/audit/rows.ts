import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { type AuditRow, exportedLine } from "../../../../src/store/audit/chain.ts";
import { openAuditFile } from "../../../../src/store/audit/audit-file.ts";
import { auditRowOf } from "../../../../src/store/audit/verify.ts";

/** Every record of a store that is closed. */
export function auditOf(path: string): readonly AuditRow[] {
  const opened = openAuditFile(path);
  if (!opened.ok) throw new Error(opened.message);
  try {
    return [...opened.file.rows(0)].map((found) => {
      const row = auditRowOf(found);
      if (row === null) throw new Error(`a record cannot be read: ${JSON.stringify(String(found["seq"]))}`);
      return row;
    });
  } finally {
    opened.file.close();
  }
}

/** What a record says, without its place in the chain. */
export function said(row: AuditRow): unknown {
  const { seq: _, hash: __, prev: ___, ...rest } = JSON.parse(exportedLine(row));
  return rest;
}

/** Whoever owns the file can take the guards away first. */
export function asOwner(
  path: string,
  change: (run: (sql: string, ...values: SQLInputValue[]) => void) => void,
): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("pragma synchronous = off");
    for (const guard of ["audit_never_changed", "audit_never_removed", "audit_only_grows"]) {
      database.exec(`drop trigger if exists ${guard}`);
    }
    change((sql, ...values) => void database.prepare(sql).run(...values));
  } finally {
    database.close();
  }
}
