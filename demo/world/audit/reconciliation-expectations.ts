import type { Expectation } from "./expectation.ts";

type Copies = {
  readonly edge: string;
  readonly entity: string;
  /** Table, reference and time column; the amount where money is compared. */
  readonly source: readonly [table: string, ref: string, since: string];
  readonly target: readonly [table: string, ref: string, since: string];
  readonly money: boolean;
};

const COPIES: readonly Copies[] = [
  {
    edge: "shop-to-oms-orders",
    entity: "order",
    source: ["shop_order", "ref", "placed_at"],
    target: ["oms_order", "shop_ref", "received_at"],
    money: true,
  },
  {
    edge: "oms-to-erp-orders",
    entity: "order",
    source: ["oms_order", "ref", "paid_at"],
    target: ["erp_order", "external_ref", "posted_at"],
    money: true,
  },
  {
    edge: "oms-to-wms-fulfilments",
    entity: "fulfilment",
    source: ["oms_order", "ref", "posted_at"],
    target: ["wms_fulfilment", "order_ref", "created_at"],
    money: false,
  },
];

const LAST_RUN = (edge: string): string =>
  `(SELECT r.* FROM reconciliation_run r, shop WHERE r.integration = '${edge}-' || name
    AND r.finished_at = (SELECT max(finished_at) FROM reconciliation_run WHERE integration = '${edge}-' || name)
    ORDER BY r.id DESC LIMIT 1)`;

/** The window and the instant come from the last run; what lies in it is compared anew, by sets instead of joins. */
function recomparedCopies(copies: Copies): Expectation[] {
  const [source, sourceRef, sourceSince] = copies.source;
  const [target, targetRef, targetSince] = copies.target;
  const labels = `run.integration, run.entity`;
  const judged = `SELECT ${sourceRef} FROM ${source} WHERE ${sourceSince} >= run.window_from
    AND ${sourceSince} < run.watermark`;
  const from = `FROM ${LAST_RUN(copies.edge)} run`;
  const kind = (name: string, count: string): Expectation => ({
    metric: "commerce_reconciliation_mismatched_entities",
    sql: `SELECT ${labels}, '${name}' AS kind, (${count}) AS value ${from}`,
  });
  const expectations = [
    {
      metric: "commerce_reconciliation_checked_entities",
      sql: `SELECT ${labels}, (SELECT count(*) FROM (${judged})) AS value ${from}`,
    },
    kind("missing_in_target", `SELECT count(*) FROM (${judged} EXCEPT SELECT ${targetRef} FROM ${target})`),
    kind(
      "duplicate",
      `SELECT count(*) FROM (SELECT ${targetRef} FROM ${target} WHERE ${targetRef} IN (${judged})
        GROUP BY ${targetRef} HAVING count(*) >= 2)`,
    ),
    kind(
      "orphaned_link",
      `SELECT count(*) FROM ${target} WHERE ${targetSince} >= run.window_from AND ${targetSince} < run.watermark
        AND ${targetRef} NOT IN (SELECT ${sourceRef} FROM ${source})`,
    ),
  ];
  return copies.money ? [...expectations, ...recomparedMoney(copies, judged, from)] : expectations;
}

function recomparedMoney(copies: Copies, judged: string, from: string): Expectation[] {
  const [source, sourceRef] = copies.source;
  const [target, targetRef] = copies.target;
  const gross = `(SELECT COALESCE(sum(amount_minor), 0) FROM ${source} WHERE ${sourceRef} IN (${judged}))`;
  const booked = `(SELECT COALESCE(sum(amount_minor), 0) FROM ${target} WHERE ${targetRef} IN (${judged}))`;
  const labels = "run.integration, run.entity";
  return [
    {
      metric: "commerce_reconciliation_mismatched_entities",
      sql: `SELECT ${labels}, 'amount_mismatch' AS kind, (SELECT count(DISTINCT s.${sourceRef})
              FROM ${source} s, ${target} t WHERE s.${sourceRef} = t.${targetRef}
              AND s.amount_minor <> t.amount_minor AND s.${sourceRef} IN (${judged})) AS value ${from}`,
    },
    {
      metric: "commerce_reconciliation_gross_amount",
      sql: `SELECT ${labels}, shop.currency, ${gross} / 100.0 AS value ${from}, shop`,
    },
    {
      metric: "commerce_reconciliation_difference_amount",
      sql: `SELECT ${labels}, shop.currency, (${gross} - ${booked}) / 100.0 AS value ${from}, shop`,
    },
  ];
}

const AVAILABILITY = `
  SELECT o.sku, o.on_hand - o.reserved AS atp, s.quantity AS shown, run.integration, run.entity
  FROM ${LAST_RUN("oms-to-shop-inventory")} run, oms_stock o LEFT JOIN shop_stock s ON s.sku = o.sku
  WHERE o.goods_in_at < run.watermark`;

const AVAILABILITY_EXPECTATIONS: readonly Expectation[] = [
  {
    metric: "commerce_reconciliation_checked_entities",
    sql: `SELECT integration, entity, count(*) AS value FROM (${AVAILABILITY}) GROUP BY 1, 2`,
  },
  ...Object.entries({
    missing_in_target: "shown IS NULL",
    false_stockout: "shown < 1 AND atp >= 2",
    false_availability: "shown >= 2 AND atp < 1",
    quantity_mismatch: "shown >= 1 AND atp >= 1 AND abs(atp - shown) > 1 AND abs(atp - shown) * 50 > atp",
  }).map(([kind, condition]) => ({
    metric: "commerce_reconciliation_mismatched_entities",
    sql: `SELECT integration, entity, '${kind}' AS kind, count(CASE WHEN ${condition} THEN 1 END) AS value
          FROM (${AVAILABILITY}) GROUP BY 1, 2`,
  })),
];

const RUN_TIMES: readonly Expectation[] = ["finished_at", "watermark"].map((column) => ({
  metric:
    column === "watermark"
      ? "commerce_reconciliation_watermark_timestamp_seconds"
      : "commerce_reconciliation_last_success_timestamp_seconds",
  sql: `SELECT r.integration, r.entity, max(r.${column}) / 1000.0 AS value FROM reconciliation_run r GROUP BY 1, 2`,
}));

export const RECONCILIATION_EXPECTATIONS: readonly Expectation[] = [
  ...COPIES.flatMap((copies) => recomparedCopies(copies)),
  ...AVAILABILITY_EXPECTATIONS,
  ...RUN_TIMES,
];
