import { systemName, type SystemKind } from "../names.ts";
import type { ShopContext } from "../shop-context.ts";
import type { ShopMetrics } from "./contract.ts";
import type { Fold } from "./fold.ts";

type Labels = Record<string, string>;

/** How the counters follow from the tables. */
export function counterFolds(context: ShopContext, metrics: ShopMetrics): readonly Fold[] {
  return [
    ...storefrontFolds(metrics),
    ...edgeFolds(metrics),
    ...exposureFolds(metrics),
    ...duplicateFolds(context, metrics),
    ...lifecycleFolds(context, metrics),
  ];
}

function storefrontFolds(metrics: ShopMetrics): Fold[] {
  return [
    {
      table: "shop_checkout",
      sql: grouped("shop_checkout", "channel"),
      take: ({ n, ...labels }) => metrics.checkouts.inc(labels as Labels, Number(n)),
    },
    {
      table: "shop_order",
      sql: `SELECT channel, currency, count(*) AS n, sum(line_count) AS lines, sum(amount_minor) AS minor
            FROM shop_order WHERE id > :from AND id <= :to GROUP BY channel, currency`,
      take: ({ channel, currency, n, lines, minor }) => {
        metrics.orders.inc({ channel: String(channel) }, Number(n));
        metrics.orderLines.inc({ channel: String(channel) }, Number(lines));
        metrics.orderValue.inc({ channel: String(channel), currency: String(currency) }, Number(minor) / 100);
      },
    },
    {
      table: "order_line_defect",
      sql: grouped("order_line_defect", "channel, defect"),
      take: ({ n, ...labels }) => metrics.lineDefects.inc(labels as Labels, Number(n)),
    },
  ];
}

function edgeFolds(metrics: ShopMetrics): Fold[] {
  return [
    {
      table: "edge_attempt",
      sql: `SELECT integration, entity, result, error_type, fate, propagation_ms
            FROM edge_attempt WHERE id > :from AND id <= :to`,
      take: ({ integration, entity, result, error_type, fate, propagation_ms }) => {
        const edge = { integration: String(integration), entity: String(entity) };
        metrics.attempts.inc({ ...edge, result: String(result), error_type: String(error_type) });
        if (typeof fate === "string") metrics.processed.inc({ ...edge, result: fate });
        if (propagation_ms !== null) metrics.propagation.observe(edge, Number(propagation_ms) / 1000);
      },
    },
    {
      table: "api_request",
      sql: grouped("api_request", "system, result"),
      take: ({ n, ...labels }) => metrics.apiRequests.inc(labels as Labels, Number(n)),
    },
  ];
}

function exposureFolds(metrics: ShopMetrics): Fold[] {
  return [
    {
      table: "order_exposure",
      sql: grouped("order_exposure", "flag, variant"),
      take: ({ n, ...labels }) => metrics.evaluations.inc(labels as Labels, Number(n)),
    },
    {
      table: "exposure_outcome",
      sql: grouped("exposure_outcome", "flag, variant, integration, entity, outcome"),
      take: ({ n, ...labels }) => metrics.outcomes.inc(labels as Labels, Number(n)),
    },
  ];
}

/** A second effect is a second row for the same order at the target, however it came there. */
function duplicateFolds({ names }: ShopContext, metrics: ShopMetrics): Fold[] {
  const targets = [
    { table: "oms_order", ref: "shop_ref", edge: names.shopToOms },
    { table: "erp_order", ref: "external_ref", edge: names.omsToErp },
    { table: "wms_fulfilment", ref: "order_ref", edge: names.omsToWms },
  ];
  return targets.map(({ table, ref, edge }) => ({
    table,
    sql: `SELECT count(*) AS n FROM ${table} new WHERE new.id > :from AND new.id <= :to
          AND EXISTS (SELECT 1 FROM ${table} old WHERE old.${ref} = new.${ref} AND old.id < new.id)`,
    take: ({ n }) => metrics.duplicateEffects.inc({ integration: edge.id, entity: edge.entity }, Number(n)),
  }));
}

function lifecycleFolds({ config }: ShopContext, metrics: ShopMetrics): Fold[] {
  const transitions = (table: string, system: SystemKind, entity: string): Fold => ({
    table,
    sql: grouped(table, "result"),
    take: ({ n, result }) =>
      metrics.transitions.inc(
        { system: systemName(system, config.name), entity, result: String(result) },
        Number(n),
      ),
  });
  return [
    transitions("oms_transition", "oms", "order"),
    transitions("wms_transition", "wms", "fulfilment"),
    {
      table: "manual_change",
      sql: grouped("manual_change", "system, entity"),
      take: ({ n, system, entity }) =>
        metrics.manual.inc(
          {
            system: systemName(system as SystemKind, config.name),
            entity: String(entity),
            kind: "direct_db",
          },
          Number(n),
        ),
    },
  ];
}

function grouped(table: string, columns: string): string {
  return `SELECT ${columns}, count(*) AS n FROM ${table} WHERE id > :from AND id <= :to GROUP BY ${columns}`;
}
