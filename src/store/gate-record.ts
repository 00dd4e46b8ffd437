import type { Kysely } from "kysely";
import type { GateRecord } from "../domain/record.ts";
import { decodeBody } from "./body.ts";
import type { Tables } from "./tables.ts";

export async function findRecord(db: Kysely<Tables>, gate: string): Promise<GateRecord | null> {
  const row = await db.selectFrom("gate_records").where("gate", "=", gate).selectAll().executeTakeFirst();
  return row === undefined ? null : recordOf(row);
}

export function recordOf(row: Tables["gate_records"]): GateRecord {
  const body = decodeBody<GateRecord>({
    table: "gate_records",
    field: "gate",
    key: row.gate,
    body: row.body,
  });
  return { ...body, version: row.version };
}
