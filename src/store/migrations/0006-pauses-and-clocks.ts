import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * A halt keeps the pause that it came upon, and a pass whether its clock was wrong: neither is known of what was stored
 * before.
 */
export const pausesAndClocks: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update gate_records set body = json_set(body, '$.ramp.paused', null)
    where json_valid(body) and json_extract(body, '$.ramp.state') = 'halted'`.execute(db);
  await sql`
    update gate_records set body = json_set(body, '$.lastPass.astray', json('false'))
    where json_valid(body) and json_extract(body, '$.lastPass') is not null`.execute(db);
}
