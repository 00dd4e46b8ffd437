import type { Kysely, Selectable } from "kysely";
import type { ChangesAsked, Clock, StoredReply } from "../control/ports.ts";
import type { Change, Deploy } from "../domain/change.ts";
import type { Instant } from "../domain/instant.ts";
import { appendAudit } from "./audit/audit.ts";
import { changeEntry } from "./audit/commit-entries.ts";
import { decodeBody, encodeBody } from "./body.ts";
import { findReply, insertReply } from "./replies.ts";
import type { Tables } from "./tables.ts";

const TABLE = "changes";

export async function insertChange(db: Kysely<Tables>, change: Change): Promise<void> {
  await db.insertInto(TABLE).values(rowOf(change)).execute();
}

/** Keeps the deploy and the reply together, or neither: false when a reply stands under that key already. */
export async function addDeploy(
  db: Kysely<Tables>,
  clock: Clock,
  deploy: Deploy,
  reply: StoredReply | null,
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    if (reply !== null && (await findReply(transaction, reply.principal, reply.key)) !== null) return false;
    await insertChange(transaction, deploy);
    if (reply !== null) await insertReply(transaction, reply);
    await appendAudit(transaction, [changeEntry(deploy, clock.now())]);
    return true;
  });
}

/** By when they went out, the newest first. */
export async function deploysOf(
  db: Kysely<Tables>,
  service: string,
  since: Instant,
  limit: number,
): Promise<readonly Deploy[]> {
  const rows = await db
    .selectFrom(TABLE)
    .where("service", "=", service)
    .where("at", ">=", since)
    .orderBy("at", "desc")
    .orderBy("seq", "desc")
    .limit(limit)
    .select(["id", "body"])
    .execute();
  return rows.map(({ id, body }) => decodeBody<Deploy>({ table: TABLE, field: "id", key: id, body }));
}

/**
 * By when they happened, the newest first: a deploy may be told late. A cursor that is not among what is asked for (any
 * more) has nothing before it.
 */
export async function changesOf(
  db: Kysely<Tables>,
  asked: ChangesAsked,
  limit: number,
  before: string | null,
): Promise<readonly Change[]> {
  const among = entries(db, asked);
  const newest = among.orderBy("at", "desc").orderBy("seq", "desc").limit(limit).select(["id", "body"]);
  const page =
    before === null
      ? newest
      : newest.where((row) => {
          const cursor = among.where("id", "=", before).select(["at", "seq"]);
          return row(row.refTuple("at", "seq"), "<", cursor.$asTuple("at", "seq"));
        });
  return (await page.execute()).map(({ id, body }) =>
    decodeBody<Change>({ table: TABLE, field: "id", key: id, body }),
  );
}

/** What is said about the gate or about the service; where neither is named, everything. */
function entries(db: Kysely<Tables>, { gate, service }: ChangesAsked) {
  const all = db.selectFrom(TABLE);
  if (gate === null && service === null) return all;
  // Comparing with null holds for no row, so the half that is not asked for adds none.
  return all.where((row) => row.or([row("gate", "=", gate), row("service", "=", service)]));
}

function rowOf(change: Change): Omit<Selectable<Tables["changes"]>, "seq"> {
  const { id, at } = change;
  const about = {
    gate: change.kind === "exposure" ? change.gate : null,
    service: change.kind === "deploy" ? change.service : null,
  };
  return { id, at, ...about, body: encodeBody(change) };
}
