import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What people promise once: nothing in what was stored before. */
export const promises: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update gate_records set body = json_set(body, '$.promises', json('[]'))
    where json_valid(body)`.execute(db);
  // The hash stays the one that running ramps name.
  await sql`
    update definitions set body = json_set(body, '$.gate.promises', json('[]'))
    where json_valid(body)`.execute(db);
}
