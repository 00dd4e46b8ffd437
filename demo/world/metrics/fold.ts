import type { DatabaseSync } from "node:sqlite";

import { rows } from "../rows.ts";

/** Counts the rows of one append-only table, each exactly once. */
export type Fold = {
  readonly table: string;
  /** Reads the rows with :from < id <= :to. */
  readonly sql: string;
  readonly take: (row: Record<string, unknown>) => void;
};

/**
 * Returns the step that takes in all rows added since it last ran, whoever added them. It starts from the first
 * row of the table, so a restarted exporter reports the same totals.
 */
export function createFolds(db: DatabaseSync, folds: readonly Fold[]): () => void {
  const cursors = folds.map(({ table, sql, take }) => ({
    newest: db.prepare(`SELECT COALESCE(max(id), 0) AS id FROM ${table}`),
    read: db.prepare(sql),
    take,
    from: 0,
  }));
  return () => {
    for (const cursor of cursors) {
      const to = rows<{ id: number }>(cursor.newest)[0]?.id ?? 0;
      if (to <= cursor.from) continue;
      for (const found of rows<Record<string, unknown>>(cursor.read, { from: cursor.from, to }))
        cursor.take(found);
      cursor.from = to;
    }
  };
}
