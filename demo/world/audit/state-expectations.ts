import type { Expectation } from "./expectation.ts";

const STATES = `
  SELECT 'oms' AS system, 'order' AS entity, s.column1 AS state, s.column2 AS waits FROM
    (VALUES ('received', 1), ('paid', 1), ('exporting', 1), ('posted', 1), ('released', 1), ('shipped', 0),
      ('export_failed', 0)) s
  UNION ALL SELECT 'wms', 'fulfilment', 'picking', 1
  UNION ALL SELECT 'wms', 'fulfilment', 'shipped', 0`;

const ENTITIES = `
  SELECT 'oms' AS system, state, entered_at FROM oms_order
  UNION ALL SELECT 'wms', state, entered_at FROM wms_fulfilment`;

export const STATE_EXPECTATIONS: readonly Expectation[] = [
  {
    metric: "commerce_entities_in_state",
    sql: `SELECT s.system || '-' || name AS system, s.entity, s.state, count(e.state) AS value
          FROM shop, (${STATES}) s LEFT JOIN (${ENTITIES}) e ON e.system = s.system AND e.state = s.state
          GROUP BY s.system, s.entity, s.state`,
  },
  {
    metric: "commerce_entities_stuck",
    sql: `SELECT s.system || '-' || name AS system, s.entity, s.state,
            sum(CASE WHEN now - e.entered_at > stuck_limit * shop_second_ms THEN 1 ELSE 0 END) AS value
          FROM shop, (${STATES}) s LEFT JOIN (${ENTITIES}) e ON e.system = s.system AND e.state = s.state
          WHERE s.waits GROUP BY s.system, s.entity, s.state`,
  },
  {
    metric: "commerce_state_oldest_entry_timestamp_seconds",
    sql: `SELECT s.system || '-' || name AS system, s.entity, s.state,
            COALESCE(min(e.entered_at), now) / 1000.0 AS value
          FROM shop, (${STATES}) s LEFT JOIN (${ENTITIES}) e ON e.system = s.system AND e.state = s.state
          WHERE s.waits GROUP BY s.system, s.entity, s.state`,
  },
  {
    metric: "commerce_state_transitions_total",
    sql: `SELECT t.column1 || '-' || name AS system, t.column2 AS entity, r.column1 AS result,
            CASE t.column1
              WHEN 'oms' THEN (SELECT count(*) FROM oms_transition x WHERE x.result = r.column1)
              ELSE (SELECT count(*) FROM wms_transition x WHERE x.result = r.column1) END AS value
          FROM shop, (VALUES ('oms', 'order'), ('wms', 'fulfilment')) t, (VALUES ('ok'), ('invalid')) r`,
  },
  {
    metric: "commerce_manual_interventions_total",
    sql: `SELECT t.column1 || '-' || name AS system, 'order' AS entity, 'direct_db' AS kind,
            (SELECT count(*) FROM manual_change m WHERE m.system = t.column1) AS value
          FROM shop, (VALUES ('oms'), ('erp')) t`,
  },
];
