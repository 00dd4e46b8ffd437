import type { Kysely } from "kysely";
import type { Outbox } from "../control/ports.ts";
import type { Instant } from "../domain/instant.ts";
import type { Telling } from "../domain/telling.ts";
import { decodeBody, encodeBody } from "./body.ts";
import type { Tables } from "./tables.ts";

const TABLE = "outbox";

/** Due at once. A telling whose key is there already is the same event told again and changes nothing. */
export async function insertTelling(db: Kysely<Tables>, telling: Telling, now: Instant): Promise<void> {
  await db
    .insertInto(TABLE)
    .values({
      key: telling.key,
      body: encodeBody(telling),
      created_at: now,
      next_at: now,
      attempts: 0,
      last_error: null,
      delivered_at: null,
    })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
}

export function outboxIn(db: Kysely<Tables>): Outbox {
  return {
    async due(now, limit) {
      const rows = await db
        .selectFrom(TABLE)
        .where("delivered_at", "is", null)
        .where("next_at", "<=", now)
        .orderBy("seq")
        .limit(limit)
        .select(["key", "body", "created_at", "attempts"])
        .execute();
      return rows.map(({ key, body, created_at, attempts }) => ({
        ...decodeBody<Telling>({ table: TABLE, field: "key", key, body }),
        createdAt: created_at,
        attempts,
      }));
    },
    async delivered(key, at) {
      await db
        .updateTable(TABLE)
        .set({ delivered_at: at, last_error: null })
        .where("key", "=", key)
        .where("delivered_at", "is", null)
        .execute();
    },
    async failed(key, nextAt, error) {
      await db
        .updateTable(TABLE)
        .set(({ eb }) => ({ attempts: eb("attempts", "+", 1), next_at: nextAt, last_error: error }))
        .where("key", "=", key)
        .where("delivered_at", "is", null)
        .execute();
    },
  };
}
