import type { Expectation } from "./expectation.ts";

const BUCKETS = ["1", "5", "15", "60", "300", "900", "1800", "3600", "7200", "14400", "86400"];

const APPLIED_DELAYS = `
  SELECT a.integration, a.entity, (a.at - m.created_at) / 1000.0 AS seconds
  FROM edge_attempt a JOIN edge_message m ON m.id = a.message_id WHERE a.fate = 'applied'`;

const COPIES_LOST = (system: string): string =>
  `SELECT count(*) > 0 FROM manual_change WHERE system = '${system}' AND change <> 'insert'`;

/** What arrived is counted in the memory of the system it arrived at, not in the log of the one that sent it. */
export const EDGE_EXPECTATIONS: readonly Expectation[] = [
  {
    metric: "commerce_messages_processed_total",
    sql: `SELECT integration, entity, 'applied' AS result,
            (SELECT count(*) FROM inbox i WHERE i.system = hears AND i.key LIKE key_prefix || '%') AS value
          FROM edge WHERE hears IS NOT NULL`,
  },
  {
    // The storefront keeps no inbox: every notice it got and neither suppressed nor discarded was applied.
    metric: "commerce_messages_processed_total",
    sql: `SELECT integration, entity, 'applied' AS result,
            (SELECT count(*) FROM edge_message m WHERE m.integration = edge.integration AND m.stage = 'done')
            - (SELECT count(*) FROM edge_attempt a WHERE a.integration = edge.integration
                AND a.fate IN ('duplicate_suppressed', 'stale_discarded', 'rejected')) AS value
          FROM edge WHERE hears IS NULL`,
  },
  {
    metric: "commerce_messages_processed_total",
    sql: `SELECT edge.integration, edge.entity, f.column1 AS result, COALESCE(a.n, 0) AS value
          FROM edge, (VALUES ('rejected'), ('duplicate_suppressed'), ('stale_discarded'), ('dead_lettered')) f
          LEFT JOIN (SELECT integration, fate, count(*) AS n FROM edge_attempt GROUP BY 1, 2) a
            ON a.integration = edge.integration AND a.fate = f.column1`,
  },
  {
    metric: "commerce_message_attempts_total",
    sql: `SELECT edge.integration, edge.entity, r.column1 AS result, r.column2 AS error_type, COALESCE(a.n, 0) AS value
          FROM edge, (VALUES ('ok', 'none'), ('retryable_error', 'timeout'), ('retryable_error', 'throttled'),
            ('retryable_error', 'unavailable'), ('fatal_error', 'mapping')) r
          LEFT JOIN (SELECT m.integration, a.result, a.error_type, count(*) AS n
              FROM edge_attempt a JOIN edge_message m ON m.id = a.message_id GROUP BY 1, 2, 3) a
            ON a.integration = edge.integration AND a.result = r.column1 AND a.error_type = r.column2`,
  },
  duplicateEffects("oms-to-erp-orders", "order", "erp", "erp_order", "external_ref"),
  duplicateEffects("shop-to-oms-orders", "order", "oms", "oms_order", "shop_ref"),
  duplicateEffects("oms-to-wms-fulfilments", "fulfilment", "wms", "wms_fulfilment", "order_ref"),
  {
    metric: "commerce_duplicate_effects_total",
    sql: `SELECT integration, entity, 0 AS value FROM edge WHERE entity IN ('shipment', 'inventory')`,
  },
  {
    metric: "commerce_entity_propagation_seconds_count",
    sql: `SELECT edge.integration, edge.entity, count(seconds) AS value
          FROM edge LEFT JOIN (${APPLIED_DELAYS}) d ON d.integration = edge.integration GROUP BY 1, 2`,
  },
  {
    metric: "commerce_entity_propagation_seconds_sum",
    sql: `SELECT edge.integration, edge.entity, COALESCE(sum(seconds), 0) AS value
          FROM edge LEFT JOIN (${APPLIED_DELAYS}) d ON d.integration = edge.integration GROUP BY 1, 2`,
  },
  {
    metric: "commerce_entity_propagation_seconds_bucket",
    sql: `SELECT edge.integration, edge.entity, b.column1 AS le, COALESCE(sum(d.n), 0) AS value
          FROM edge, (VALUES ${[...BUCKETS, "+Inf"].map((le) => `('${le}')`).join(", ")}) b
          LEFT JOIN (SELECT integration, seconds, count(*) AS n FROM (${APPLIED_DELAYS}) GROUP BY 1, 2) d
            ON d.integration = edge.integration AND (b.column1 = '+Inf' OR d.seconds <= CAST(b.column1 AS REAL))
          GROUP BY 1, 2, 3`,
  },
  {
    metric: "commerce_api_requests_total",
    sql: `SELECT s.column1 || '-' || name AS system, r.column1 AS result,
            (SELECT count(*) FROM api_request a WHERE a.system = s.column1 || '-' || name AND a.result = r.column1)
              AS value
          FROM shop, (VALUES ('shop'), ('oms'), ('erp'), ('wms')) s,
            (VALUES ('ok'), ('throttled'), ('timeout'), ('error')) r`,
  },
  {
    metric: "commerce_api_quota_available_ratio",
    sql: `SELECT 'erp-' || name AS system, MAX(0.0, 1.0 -
            CAST((SELECT count(*) FROM api_request a WHERE a.system = 'erp-' || name
              AND a.at > now - quota_window * shop_second_ms) AS REAL)
            / MAX(50, ceil(quota_headroom * orders_per_second * quota_window * shop_second_ms / 1000.0))) AS value
          FROM shop`,
  },
  {
    metric: "commerce_backlog_messages",
    sql: `SELECT integration, entity, st.column1 AS stage, (SELECT count(*) FROM edge_message m
            WHERE m.integration = edge.integration AND m.stage = st.column1) AS value
          FROM edge, (VALUES ('queue'), ('batch'), ('dead_letter')) st
          WHERE st.column1 <> 'batch' OR target = 'erp'`,
  },
  {
    metric: "commerce_backlog_oldest_timestamp_seconds",
    sql: `SELECT integration, entity, st.column1 AS stage,
            COALESCE((SELECT min(created_at) FROM edge_message m WHERE m.integration = edge.integration
              AND m.stage = st.column1), now) / 1000.0 AS value
          FROM shop, edge, (VALUES ('queue'), ('batch'), ('dead_letter')) st
          WHERE st.column1 <> 'batch' OR target = 'erp'`,
  },
  {
    metric: "commerce_sync_last_success_timestamp_seconds",
    sql: `SELECT integration, entity, COALESCE((SELECT max(a.at) FROM edge_attempt a
            JOIN edge_message m ON m.id = a.message_id WHERE m.integration = edge.integration
            AND (a.fate = 'applied' OR a.fate = 'duplicate_suppressed')), started_at) / 1000.0 AS value
          FROM shop, edge`,
  },
  {
    metric: "commerce_integration_info",
    sql: `SELECT integration, source || '-' || name AS source_system, target || '-' || name AS target_system,
            owner, tier, runbook, 1 AS value FROM edge, shop`,
  },
  {
    metric: "commerce_flow_member_info",
    sql: `SELECT 'order-to-cash-' || name AS flow, integration, 1 AS value FROM edge, shop`,
  },
];

function duplicateEffects(
  edge: string,
  entity: string,
  system: string,
  table: string,
  ref: string,
): Expectation {
  return {
    metric: "commerce_duplicate_effects_total",
    sql: `SELECT '${edge}-' || name AS integration, '${entity}' AS entity,
            (SELECT count(*) - count(DISTINCT ${ref}) FROM ${table}) AS value FROM shop`,
    lostWhen: COPIES_LOST(system),
  };
}
