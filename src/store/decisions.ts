import type { Kysely, Selectable } from "kysely";
import type { Decision } from "../domain/decision.ts";
import { decodeBody, encodeBody } from "./body.ts";
import type { Tables } from "./tables.ts";

/** `actor` of a decision that nobody caused but time. */
const CLOCK = "clock";

export async function insertDecision(db: Kysely<Tables>, decision: Decision): Promise<void> {
  await db.insertInto("decisions").values(rowOf(decision)).execute();
}

/**
 * Replaces the decision under its id, keeping its place in the order. A row that is gone is written again: the folded
 * decision says all that the row said.
 */
export async function foldDecision(db: Kysely<Tables>, decision: Decision): Promise<void> {
  const { id, ...rest } = rowOf(decision);
  await db
    .insertInto("decisions")
    .values({ id, ...rest })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(rest))
    .execute();
}

export async function decisionById(db: Kysely<Tables>, id: string): Promise<Decision | null> {
  const row = await db.selectFrom("decisions").where("id", "=", id).select(["id", "body"]).executeTakeFirst();
  return row === undefined ? null : decisionOf(row);
}

/** Newest first. A cursor that is not known (any more) has nothing before it. */
export async function decisionsOf(
  db: Kysely<Tables>,
  gate: string,
  limit: number,
  before: string | null,
): Promise<readonly Decision[]> {
  const newest = db
    .selectFrom("decisions")
    .where("gate", "=", gate)
    .orderBy("seq", "desc")
    .limit(limit)
    .select(["id", "body"]);
  const page =
    before === null
      ? newest
      : newest.where("seq", "<", (query) =>
          query.selectFrom("decisions").where("id", "=", before).where("gate", "=", gate).select("seq"),
        );
  return (await page.execute()).map(decisionOf);
}

function rowOf(decision: Decision): Omit<Selectable<Tables["decisions"]>, "seq"> {
  const { id, gate, at, lastAt, count } = decision;
  const wrote = decision.action.kind !== "none";
  const keepLong = wrote || decision.actor !== CLOCK ? 1 : 0;
  return { id, gate, at, last_at: lastAt, count, keep_long: keepLong, body: encodeBody(decision) };
}

function decisionOf(row: { readonly id: string; readonly body: string }): Decision {
  return decodeBody<Decision>({ table: "decisions", field: "id", key: row.id, body: row.body });
}
