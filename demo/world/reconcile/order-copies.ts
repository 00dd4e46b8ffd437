import type { DatabaseSync } from "node:sqlite";

import type { Integration } from "../names.ts";
import { rows } from "../rows.ts";
import type { Comparison } from "./reconciliation.ts";

/** Which columns hold the same order on both sides of an edge. */
export type OrderCopies = {
  readonly integration: Integration;
  readonly source: {
    readonly table: string;
    readonly ref: string;
    /** When the target should have been told. */
    readonly since: string;
    readonly amount: string | null;
  };
  readonly target: {
    readonly table: string;
    readonly ref: string;
    readonly since: string;
    readonly amount: string | null;
  };
};

/** Looks for every source order at the target, and for target orders that no source order explains. */
export function compareOrderCopies(db: DatabaseSync, copies: OrderCopies): Comparison {
  const { integration, source, target } = copies;
  const hasMoney = source.amount !== null && target.amount !== null;
  const sourceAmount = source.amount ?? "NULL";
  const targetAmount = target.amount ?? "NULL";
  const perOrder = db.prepare(`
    SELECT count(*) AS checked,
      COALESCE(sum(copies = 0), 0) AS missing,
      COALESCE(sum(copies > 1), 0) AS duplicate,
      COALESCE(sum(copies > 0 AND (lowest <> amount OR highest <> amount)), 0) AS wrong,
      COALESCE(sum(amount), 0) AS gross,
      COALESCE(sum(amount), 0) - COALESCE(sum(total), 0) AS difference
    FROM (
      SELECT s.${source.ref}, ${money("s", sourceAmount)} AS amount, count(t.${target.ref}) AS copies,
        min(${money("t", targetAmount)}) AS lowest, max(${money("t", targetAmount)}) AS highest,
        sum(${money("t", targetAmount)}) AS total
      FROM ${source.table} s LEFT JOIN ${target.table} t ON t.${target.ref} = s.${source.ref}
      WHERE s.${source.since} >= :from AND s.${source.since} < :watermark
      GROUP BY s.${source.ref}
    )`);
  const orphans = db.prepare(`
    SELECT count(*) AS orphaned FROM ${target.table} t
    WHERE t.${target.since} >= :from AND t.${target.since} < :watermark
      AND NOT EXISTS (SELECT 1 FROM ${source.table} s WHERE s.${source.ref} = t.${target.ref})`);

  return {
    integration,
    kinds: ["missing_in_target", "duplicate", ...(hasMoney ? ["amount_mismatch"] : []), "orphaned_link"],
    compare: ({ from, watermark }) => {
      const found = rows<Record<string, number>>(perOrder, { from, watermark })[0] ?? {};
      const orphaned = rows<{ orphaned: number }>(orphans, { from, watermark })[0]?.orphaned ?? 0;
      return {
        checked: found["checked"] ?? 0,
        mismatched: {
          missing_in_target: found["missing"] ?? 0,
          duplicate: found["duplicate"] ?? 0,
          ...(hasMoney ? { amount_mismatch: found["wrong"] ?? 0 } : {}),
          orphaned_link: orphaned,
        },
        money: hasMoney
          ? { differenceMinor: found["difference"] ?? 0, grossMinor: found["gross"] ?? 0 }
          : null,
      };
    },
  };
}

function money(alias: string, column: string): string {
  return column === "NULL" ? "NULL" : `${alias}.${column}`;
}
