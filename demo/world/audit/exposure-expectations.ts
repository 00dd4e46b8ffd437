import type { Expectation } from "./expectation.ts";

/**
 * Each order's fate, told again from the transitions, the ERP's own entries and the prices paid, as of the moment
 * it was judged; beside max(t.id), SQLite takes to_state from that very transition. Orders somebody edited by hand since keep the outcome they were given.
 */
const RETOLD = `
  SELECT x.flag, x.variant,
    CASE
      WHEN edited THEN recorded
      WHEN state = 'export_failed' THEN 'error'
      WHEN entries >= 2 THEN 'duplicate'
      WHEN entries = 1 AND booked <> paid THEN 'mismatch'
      WHEN state IN ('received', 'paid', 'exporting') THEN 'stuck'
      WHEN entries = 0 THEN 'missing'
      ELSE 'ok'
    END AS outcome
  FROM (
    SELECT v.flag, v.variant, o.outcome AS recorded,
      v.order_ref IN (SELECT order_ref FROM manual_change) AS edited,
      max(t.id), t.to_state AS state,
      (SELECT count(*) FROM erp_order e WHERE e.external_ref = v.order_ref
        AND e.posted_at <= COALESCE(o.at, now)) AS entries,
      (SELECT sum(e.amount_minor) FROM erp_order e WHERE e.external_ref = v.order_ref
        AND e.posted_at <= COALESCE(o.at, now)) AS booked,
      (SELECT minor FROM paid_amount p WHERE p.order_ref = v.order_ref) AS paid
    FROM shop, order_exposure v LEFT JOIN exposure_outcome o ON o.order_ref = v.order_ref AND o.flag = v.flag
    LEFT JOIN oms_transition t ON t.order_ref = v.order_ref AND t.result = 'ok' AND t.at <= COALESCE(o.at, now)
    WHERE v.decided_at <= now - outcome_after * shop_second_ms
    GROUP BY v.id
  ) x`;

export const EXPOSURE_EXPECTATIONS: readonly Expectation[] = [
  {
    // The exporter an order was handed to is the decision that took effect.
    metric: "commerce_exposure_evaluations_total",
    sql: `SELECT flag, v.column1 AS variant, (SELECT count(DISTINCT m.entity_id) FROM edge_message m
            WHERE m.integration = 'oms-to-erp-orders-' || name AND m.first_stage = v.column2) AS value
          FROM shop, (VALUES ('on', 'queue'), ('off', 'batch')) v`,
  },
  {
    metric: "commerce_exposure_outcomes_total",
    sql: `SELECT shop.flag, v.column1 AS variant, 'oms-to-erp-orders-' || name AS integration, 'order' AS entity,
            k.column1 AS outcome, COALESCE(r.n, 0) AS value
          FROM shop, (VALUES ('on'), ('off')) v,
            (VALUES ('ok'), ('error'), ('stuck'), ('missing'), ('mismatch'), ('duplicate')) k
          LEFT JOIN (SELECT flag, variant, outcome, count(*) AS n FROM (${RETOLD}) GROUP BY 1, 2, 3) r
            ON r.flag = shop.flag AND r.variant = v.column1 AND r.outcome = k.column1`,
  },
];
