import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What people may order since: pauses that end by themselves, and definitions that are adopted. */
export const people: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update gate_records set body = json_set(body, '$.ramp.until', null)
    where json_valid(body) and json_extract(body, '$.ramp.state') = 'paused'`.execute(db);
  await sql`
    update gate_records set body = json_set(body, '$.run.adoptions', json('[]'))
    where json_valid(body) and json_extract(body, '$.run') is not null`.execute(db);
}
