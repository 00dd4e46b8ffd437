import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** The audit: a chain of records to which the database itself lets nothing happen but growing at its end. */
export const audit: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit (
      seq integer primary key not null,
      at integer not null,
      kind text not null,
      actor text not null,
      gate text,
      body text not null,
      prev text not null,
      hash text not null
    )`.execute(db);
  await sql`
    create trigger audit_never_changed before update on audit
    begin select raise(abort, 'a record of the audit is never changed'); end`.execute(db);
  await sql`
    create trigger audit_never_removed before delete on audit
    begin select raise(abort, 'a record of the audit is never removed'); end`.execute(db);
  // Replacing a row would remove it without the trigger above.
  await sql`
    create trigger audit_only_grows before insert on audit
    when new.seq <> (select coalesce(max(seq), 0) + 1 from audit)
      or new.prev <> coalesce((select hash from audit order by seq desc limit 1), new.prev)
    begin select raise(abort, 'a record of the audit is only added at its end'); end`.execute(db);
}
