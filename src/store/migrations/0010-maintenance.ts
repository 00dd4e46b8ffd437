import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Maintenance of sources: when their clocks stood, and who said so. */
export const maintenance: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("maintenance")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("since", "integer", (column) => column.notNull())
    .addColumn("until", "integer", (column) => column.notNull())
    .addColumn("by", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("maintenance_by_end").on("maintenance").column("until").execute();
}
