import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** How far older epochs had come is not known of records stored before: their tokens count as this store's, as they did. */
export const epochs: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update gate_records set body = json_set(body, '$.olderSequence', json_extract(body, '$.sequence'))
    where json_valid(body)`.execute(db);
}
