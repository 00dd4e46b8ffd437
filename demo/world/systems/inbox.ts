import type { DatabaseSync } from "node:sqlite";

import type { SystemKind } from "../names.ts";

/** Remembers the keys a system has applied: true the first time a key comes, false ever after. */
export type Inbox = (key: string, now: number) => boolean;

export function createInbox(db: DatabaseSync, system: SystemKind): Inbox {
  const insert = db.prepare("INSERT OR IGNORE INTO inbox (system, key, at) VALUES (:system, :key, :now)");
  return (key, now) => insert.run({ system, key, now }).changes === 1;
}
