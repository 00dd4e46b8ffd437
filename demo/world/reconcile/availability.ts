import type { DatabaseSync } from "node:sqlite";

import type { Integration } from "../names.ts";
import { rows } from "../rows.ts";
import type { Comparison } from "./reconciliation.ts";

const KINDS = ["false_stockout", "false_availability", "quantity_mismatch", "missing_in_target"] as const;

/**
 * Compares what the storefront sells with what the OMS can promise. One unit or 2 % apart is no finding:
 * orders are always under way between the two. Goods that came in after the watermark are not judged yet.
 */
export function compareAvailability(db: DatabaseSync, integration: Integration): Comparison {
  const statement = db.prepare(`
    SELECT count(*) AS checked,
      COALESCE(sum(shown IS NULL), 0) AS missing_in_target,
      COALESCE(sum(shown <= 0 AND promised > 1), 0) AS false_stockout,
      COALESCE(sum(shown > 1 AND promised <= 0), 0) AS false_availability,
      COALESCE(sum(shown > 0 AND promised > 0 AND abs(shown - promised) > MAX(1, promised * 0.02)), 0)
        AS quantity_mismatch
    FROM (
      SELECT o.on_hand - o.reserved AS promised, s.quantity AS shown
      FROM oms_stock o LEFT JOIN shop_stock s USING (sku)
      WHERE o.goods_in_at < :watermark
    )`);
  return {
    integration,
    kinds: KINDS,
    compare: ({ watermark }) => {
      const found = rows<Record<string, number>>(statement, { watermark })[0] ?? {};
      return {
        checked: found["checked"] ?? 0,
        mismatched: Object.fromEntries(KINDS.map((kind) => [kind, found[kind] ?? 0])),
        money: null,
      };
    },
  };
}
