/**
 * What a metric must read, as SQL over the tables: one column per label and one named `value`. Written apart from
 * the exporter and, where the tables allow, from other rows than the exporter reads.
 */
export type Expectation = {
  readonly metric: string;
  readonly sql: string;
  /** A query answering 1 when edits made by hand have destroyed what the number could be recomputed from. */
  readonly lostWhen?: string;
};

/** Named sets every expectation may read from. :now is the instant of the page in milliseconds. */
export const PRELUDE = `
WITH shop AS (
  SELECT
    json_extract(value, '$.name') AS name,
    json_extract(value, '$.flag') AS flag,
    json_extract(value, '$.currency') AS currency,
    json_extract(value, '$.ordersPerSecond') AS orders_per_second,
    json_extract(value, '$.quotaHeadroom') AS quota_headroom,
    1000.0 / json_extract(value, '$.speed') AS shop_second_ms,
    json_extract(value, '$.times.stuckLimit') AS stuck_limit,
    json_extract(value, '$.times.outcomeAfter') AS outcome_after,
    json_extract(value, '$.times.quotaWindow') AS quota_window,
    json_extract(value, '$.times.reconciliationWindow') AS flow_window,
    (SELECT CAST(value AS INTEGER) FROM world_config WHERE key = 'started_at') AS started_at,
    CAST(:now AS INTEGER) AS now
  FROM world_config WHERE key = 'config'
),
edge (integration, entity, source, target, owner, tier, runbook, hears, key_prefix) AS (
  SELECT 'shop-to-oms-orders-' || name, 'order', 'shop', 'oms', 'order management', '1', 'RB-03', 'oms', 'order:' FROM shop
  UNION ALL
  SELECT 'oms-to-erp-orders-' || name, 'order', 'oms', 'erp', 'ERP integration', '1', 'RB-03', 'erp', 'order:' FROM shop
  UNION ALL
  SELECT 'oms-to-wms-fulfilments-' || name, 'fulfilment', 'oms', 'wms', 'fulfilment', '1', 'RB-05', 'wms', 'fulfil:' FROM shop
  UNION ALL
  SELECT 'wms-to-oms-shipments-' || name, 'shipment', 'wms', 'oms', 'fulfilment', '2', 'RB-16', 'oms', 'shipped:' FROM shop
  UNION ALL
  SELECT 'oms-to-shop-inventory-' || name, 'inventory', 'oms', 'shop', 'inventory', '1', 'RB-01', NULL, NULL FROM shop
),
channel (channel) AS (SELECT 'web-' || name FROM shop UNION ALL SELECT 'app-' || name FROM shop),
paid_amount (order_ref, minor) AS MATERIALIZED (
  SELECT order_ref, sum(quantity * price_minor) FROM shop_order_line GROUP BY order_ref
)
`;
