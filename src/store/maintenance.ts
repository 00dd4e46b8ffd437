import type { Kysely } from "kysely";
import type { Clock, MaintenanceKept } from "../control/ports.ts";
import type { Instant } from "../domain/instant.ts";
import type { Maintenance } from "../domain/maintenance.ts";
import { appendAudit } from "./audit/audit.ts";
import { changeEntry } from "./audit/commit-entries.ts";
import { insertChange } from "./changes.ts";
import { findReply, insertReply } from "./replies.ts";
import type { Tables } from "./tables.ts";

/** What ends after this instant, oldest first. */
export async function maintenanceEndingAfter(
  db: Kysely<Tables>,
  endsAfter: Instant,
): Promise<readonly Maintenance[]> {
  return db
    .selectFrom("maintenance")
    .where("until", ">", endsAfter)
    .orderBy("since")
    .orderBy("id")
    .select(["id", "source", "since", "until", "by", "reason"])
    .execute();
}

/** Keeps all of one order, or nothing of it: false when a reply stands under that key already. */
export async function keepMaintenance(
  db: Kysely<Tables>,
  clock: Clock,
  { change, begins, reply }: MaintenanceKept,
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    if (reply !== null && (await findReply(transaction, reply.principal, reply.key)) !== null) return false;
    await transaction
      .updateTable("maintenance")
      .where("source", "=", change.source)
      .where("until", ">", change.at)
      .set({ until: change.at })
      .execute();
    if (begins !== null) await transaction.insertInto("maintenance").values(begins).execute();
    await insertChange(transaction, change);
    if (reply !== null) await insertReply(transaction, reply);
    await appendAudit(transaction, [changeEntry(change, clock.now())]);
    return true;
  });
}
