import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** A restart may take another groupId: none of the runs that were stored before did. */
export const cohorts: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update gate_records set body = json_set(body, '$.run.cohort', null)
    where json_valid(body) and json_type(body, '$.run') = 'object'`.execute(db);
  await sql`
    update definitions set body = json_set(body, '$.gate.rotateCohort', null)
    where json_valid(body)`.execute(db);
}
