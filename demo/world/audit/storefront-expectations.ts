import type { Expectation } from "./expectation.ts";

/** Volumes, from the order lines wherever they tell as much as the order heads. */
export const STOREFRONT_EXPECTATIONS: readonly Expectation[] = [
  {
    metric: "commerce_checkouts_started_total",
    sql: "SELECT channel, (SELECT count(*) FROM shop_checkout c WHERE c.channel = channel.channel) AS value FROM channel",
  },
  {
    metric: "commerce_orders_total",
    sql: `SELECT channel, (SELECT count(DISTINCT l.order_ref) FROM shop_order_line l
            JOIN shop_order o ON o.ref = l.order_ref WHERE o.channel = channel.channel) AS value FROM channel`,
  },
  {
    metric: "commerce_order_lines_total",
    sql: `SELECT channel, (SELECT count(*) FROM shop_order_line l
            JOIN shop_order o ON o.ref = l.order_ref WHERE o.channel = channel.channel) AS value FROM channel`,
  },
  {
    metric: "commerce_order_value_amount_total",
    sql: `SELECT channel, currency, (SELECT COALESCE(sum(l.quantity * l.price_minor), 0) / 100.0
            FROM shop_order_line l JOIN shop_order o ON o.ref = l.order_ref
            WHERE o.channel = channel.channel) AS value FROM channel, shop`,
  },
  {
    metric: "commerce_order_line_defects_total",
    sql: `SELECT channel, d.column1 AS defect, (SELECT count(*) FROM order_line_defect x
            WHERE x.channel = channel.channel AND x.defect = d.column1) AS value
          FROM channel, (VALUES ('oversold'), ('short_pick')) d`,
  },
  {
    metric: "commerce_journey_success",
    sql: `SELECT journey, success AS value FROM journey_run WHERE at = (SELECT max(at) FROM journey_run)`,
  },
  {
    metric: "commerce_flow_unaccounted_entities",
    sql: `SELECT 'order-to-cash-' || name AS flow, 'order' AS entity,
            (SELECT count(*) FROM shop_order s WHERE s.placed_at > now - flow_window * shop_second_ms)
            - (SELECT count(*) FROM shop_order s WHERE s.placed_at > now - flow_window * shop_second_ms
                AND s.ref IN (SELECT shop_ref FROM oms_order
                  UNION SELECT entity_id FROM edge_message WHERE stage <> 'done'
                    AND integration = 'shop-to-oms-orders-' || name)) AS value
          FROM shop`,
  },
];
