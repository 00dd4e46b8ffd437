import type { DatabaseSync } from "node:sqlite";

import type { WorldConfig } from "./config.ts";
import { rows } from "./rows.ts";

/** What a reader of the database must know about the shop that filled it. */
export type WorldRecord = { readonly config: WorldConfig; readonly startedAt: number };

/** Writes the record; the first start of a shop on this database stays its start. */
export function writeRecord(db: DatabaseSync, record: WorldRecord): void {
  db.prepare(
    "INSERT INTO world_config (key, value) VALUES ('config', :value) ON CONFLICT (key) DO UPDATE SET value = :value",
  ).run({ value: JSON.stringify(record.config) });
  db.prepare("INSERT OR IGNORE INTO world_config (key, value) VALUES ('started_at', :value)").run({
    value: String(record.startedAt),
  });
}

export function readRecord(db: DatabaseSync): WorldRecord | undefined {
  const look = db.prepare("SELECT value FROM world_config WHERE key = :key");
  const config = rows<{ value: string }>(look, { key: "config" })[0];
  const startedAt = rows<{ value: string }>(look, { key: "started_at" })[0];
  if (config === undefined || startedAt === undefined) return undefined;
  return { config: JSON.parse(config.value) as WorldConfig, startedAt: Number(startedAt.value) };
}
