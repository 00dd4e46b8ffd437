import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

export const first: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("meta")
    .addColumn("one", "integer", (column) => column.primaryKey().check(sql`one = 1`))
    .addColumn("store_id", "text", (column) => column.notNull())
    .addColumn("epoch", "integer", (column) => column.notNull())
    .addColumn("checked_at", "integer", (column) => column.notNull())
    .execute();
  await records(db);
  await decisions(db);
  await outbox(db);
  await replies(db);
  await tokens(db);
}

async function records(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("gate_records")
    .addColumn("gate", "text", (column) => column.primaryKey().notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("definitions")
    .addColumn("hash", "text", (column) => column.primaryKey().notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("sources")
    .addColumn("name", "text", (column) => column.primaryKey().notNull())
    .addColumn("dark_since", "integer", (column) => column.notNull())
    .execute();
}

async function decisions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("decisions")
    .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("gate", "text", (column) => column.notNull())
    .addColumn("at", "integer", (column) => column.notNull())
    .addColumn("last_at", "integer", (column) => column.notNull())
    .addColumn("count", "integer", (column) => column.notNull())
    .addColumn("keep_long", "integer", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("decisions_of_gate").on("decisions").columns(["gate", "seq"]).execute();
  await db.schema.createIndex("decisions_by_age").on("decisions").columns(["keep_long", "last_at"]).execute();
}

async function outbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("outbox")
    .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("key", "text", (column) => column.notNull().unique())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("created_at", "integer", (column) => column.notNull())
    .addColumn("next_at", "integer", (column) => column.notNull())
    .addColumn("attempts", "integer", (column) => column.notNull())
    .addColumn("last_error", "text")
    .addColumn("delivered_at", "integer")
    .execute();
  await db.schema.createIndex("outbox_due").on("outbox").columns(["delivered_at", "next_at"]).execute();
}

async function replies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("replies")
    .addColumn("principal", "text", (column) => column.notNull())
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("request", "text", (column) => column.notNull())
    .addColumn("status", "integer", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("at", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("replies_key", ["principal", "key"])
    .execute();
  await db.schema.createIndex("replies_by_age").on("replies").column("at").execute();
}

async function tokens(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("tokens")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("digest", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("scopes", "text", (column) => column.notNull())
    .addColumn("created_at", "integer", (column) => column.notNull())
    .addColumn("created_by", "text", (column) => column.notNull())
    .addColumn("expires_at", "integer", (column) => column.notNull())
    .addColumn("revoked_at", "integer")
    .execute();
}
