import type { Kysely } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Tables } from "./tables.ts";

export async function darkSince(db: Kysely<Tables>, source: string): Promise<Instant | null> {
  const row = await db
    .selectFrom("sources")
    .where("name", "=", source)
    .select("dark_since")
    .executeTakeFirst();
  return row?.dark_since ?? null;
}

export async function setDarkSince(db: Kysely<Tables>, source: string, since: Instant | null): Promise<void> {
  if (since === null) {
    await db.deleteFrom("sources").where("name", "=", source).execute();
    return;
  }
  await db
    .insertInto("sources")
    .values({ name: source, dark_since: since })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ dark_since: since }))
    .execute();
}
