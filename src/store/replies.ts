import type { Kysely } from "kysely";
import type { StoredReply } from "../control/ports.ts";
import type { Tables } from "./tables.ts";

export async function findReply(
  db: Kysely<Tables>,
  principal: string,
  key: string,
): Promise<StoredReply | null> {
  const reply = await db
    .selectFrom("replies")
    .where("principal", "=", principal)
    .where("key", "=", key)
    .select(["principal", "key", "request", "status", "body", "at"])
    .executeTakeFirst();
  return reply ?? null;
}

export async function insertReply(db: Kysely<Tables>, reply: StoredReply): Promise<void> {
  const { principal, key, request, status, body, at } = reply;
  await db.insertInto("replies").values({ principal, key, request, status, body, at }).execute();
}
