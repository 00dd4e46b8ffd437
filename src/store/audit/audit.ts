import type { Kysely } from "kysely";
import type { Audit, AuditEntry, AuditHead } from "../../control/ports.ts";
import type { Tables } from "../tables.ts";
import { nextRow } from "./chain.ts";

export function auditIn(db: Kysely<Tables>): Audit {
  return {
    append: (entries) => db.transaction().execute((transaction) => appendAudit(transaction, entries)),
    head: () => auditHead(db),
  };
}

/** Adds records at the end of the chain; to be called in the transaction of what they tell. */
export async function appendAudit(db: Kysely<Tables>, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  let last: Pick<AuditHead, "seq" | "hash"> | null = await auditHead(db);
  for (const entry of entries) {
    const row = nextRow(last, entry);
    await db.insertInto("audit").values(row).execute();
    last = row;
  }
}

async function auditHead(db: Kysely<Tables>): Promise<AuditHead | null> {
  const last = await db
    .selectFrom("audit")
    .orderBy("seq", "desc")
    .limit(1)
    .select(["seq", "hash", "at"])
    .executeTakeFirst();
  return last ?? null;
}
