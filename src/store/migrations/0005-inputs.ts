import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** What decisions were made from. Decisions that were stored before have none. */
export const inputs: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("recorded_gates")
    .addColumn("hash", "text", (column) => column.primaryKey().notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("decision_inputs")
    .addColumn("decision", "text", (column) =>
      column.primaryKey().notNull().references("decisions.id").onDelete("cascade"),
    )
    .addColumn("definition", "text", (column) => column.notNull().references("recorded_gates.hash"))
    .addColumn("body", "blob", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("inputs_of_gate").on("decision_inputs").column("definition").execute();
}
