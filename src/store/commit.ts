import type { Kysely } from "kysely";
import type { Clock, Commit } from "../control/ports.ts";
import type { Definition } from "../domain/gate.ts";
import type { GateRecord } from "../domain/record.ts";
import { appendAudit } from "./audit/audit.ts";
import { commitEntries } from "./audit/commit-entries.ts";
import { encodeBody } from "./body.ts";
import { insertChange } from "./changes.ts";
import { foldDecision, insertDecision } from "./decisions.ts";
import { insertRecording } from "./inputs.ts";
import { findRecord } from "./gate-record.ts";
import { insertTelling } from "./outbox.ts";
import { findReply, insertReply } from "./replies.ts";
import type { Tables } from "./tables.ts";

/**
 * Keeps all of one moment, or nothing of it. False when somebody was first: the record has another version by now, or a
 * reply already stands under the idempotency key.
 */
export async function commitMoment(db: Kysely<Tables>, clock: Clock, moment: Commit): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    // Both refusals come before the first insert, so that returning here leaves nothing behind.
    const { reply } = moment;
    if (reply !== null && (await findReply(transaction, reply.principal, reply.key)) !== null) return false;
    const before = moment.expecting === null ? null : await findRecord(transaction, moment.record.gate);
    if (!(await saveRecord(transaction, moment.record, moment.expecting))) return false;

    if (moment.decision.kind === "insert") await insertDecision(transaction, moment.decision.decision);
    if (moment.decision.kind === "fold") await foldDecision(transaction, moment.decision.decision);
    if (moment.inputs !== null) await insertRecording(transaction, moment.inputs);
    for (const telling of moment.tellings) await insertTelling(transaction, telling, clock.now());
    for (const change of moment.changes) await insertChange(transaction, change);
    if (moment.pin !== null) await keepDefinition(transaction, moment.pin);
    if (reply !== null) await insertReply(transaction, reply);
    await appendAudit(transaction, commitEntries(moment, before, clock.now()));
    return true;
  });
}

async function saveRecord(
  db: Kysely<Tables>,
  record: GateRecord,
  expecting: number | null,
): Promise<boolean> {
  const version = (expecting ?? 0) + 1;
  const row = { version, body: encodeBody({ ...record, version }) };
  if (expecting === null) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto("gate_records")
      .values({ gate: record.gate, ...row })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }
  const { numUpdatedRows } = await db
    .updateTable("gate_records")
    .set(row)
    .where("gate", "=", record.gate)
    .where("version", "=", expecting)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** The hash names the content, so a definition that is there already is the same one. */
async function keepDefinition(db: Kysely<Tables>, definition: Definition): Promise<void> {
  await db
    .insertInto("definitions")
    .values({ hash: definition.hash, body: encodeBody(definition) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
