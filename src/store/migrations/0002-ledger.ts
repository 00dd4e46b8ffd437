import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** The ledger; and alert guards, deploys and observed decisions in what was stored before they existed. */
export const ledger: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("changes")
    .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("at", "integer", (column) => column.notNull())
    .addColumn("gate", "text")
    .addColumn("service", "text")
    .addColumn("body", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("changes_by_age").on("changes").column("at").execute();
  await db.schema.createIndex("changes_of_gate").on("changes").columns(["gate", "at"]).execute();
  await db.schema.createIndex("changes_of_service").on("changes").columns(["service", "at"]).execute();
  await rewriteBodies(db);
}

/**
 * When exposure last rose is not known of what was stored before, and unknown is what it stays. A body that is not JSON is
 * left as it is, so that reading its row names it. SQLite copies numbers and texts as they were written.
 */
async function rewriteBodies(db: Kysely<unknown>): Promise<void> {
  await sql`
    update gate_records
    set body = json_set(body, '$.exposure.raisedAt', null, '$.deploy', null, '$.woulds', json('[]'),
      '$.entryApprovals', json('[]'))
    where json_valid(body)`.execute(db);
  await sql`
    update decisions
    set body = json_set(body, '$.exposure.raisedAt', null, '$.alerts', json('[]'))
    where json_valid(body)`.execute(db);
  // The hash stays the one that running ramps name.
  await sql`
    update definitions
    set body = json_set(body, '$.gate.alerts', json('[]'), '$.gate.service', null, '$.gate.onDeploy', 'settle')
    where json_valid(body)`.execute(db);
  // Authors became a list: whoever wrote a library that a gate draws on is one of them.
  await sql`
    update definitions
    set body = json_remove(
      json_set(body, '$.author.people', json_array(json_extract(body, '$.author.person'))), '$.author.person')
    where json_valid(body) and json_extract(body, '$.author.kind') = 'known'`.execute(db);
}
