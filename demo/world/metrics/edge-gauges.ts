import { integrationsOf, systemName } from "../names.ts";
import type { ShopContext } from "../shop-context.ts";
import { rows } from "../rows.ts";
import { erpQuota } from "../systems/erp.ts";
import type { ShopMetrics } from "./contract.ts";
import type { Fold } from "./fold.ts";

type Waiting = { integration: string; stage: string; n: number; oldest: number };

/** Returns the step that retells what waits on the edges and how much of the ERP's quota is left. */
export function createEdgeGauges(context: ShopContext, metrics: ShopMetrics): (now: number) => void {
  const { config, db, names } = context;
  const waiting = db.prepare(
    `SELECT integration, stage, count(*) AS n, min(created_at) AS oldest FROM edge_message
     WHERE stage <> 'done' GROUP BY integration, stage`,
  );
  const recent = db.prepare("SELECT count(*) AS n FROM api_request WHERE system = :system AND at > :since");
  const erp = systemName("erp", config.name);
  const windowMs = context.ms(config.times.quotaWindow);
  const quota = erpQuota(context);

  return (now) => {
    const found = new Map(rows<Waiting>(waiting).map((it) => [`${it.integration} ${it.stage}`, it]));
    for (const { id: integration, entity, stages } of integrationsOf(names)) {
      for (const stage of stages) {
        const queued = found.get(`${integration} ${stage}`);
        metrics.backlog.set({ integration, entity, stage }, queued?.n ?? 0);
        metrics.backlogOldest.set({ integration, entity, stage }, (queued?.oldest ?? now) / 1000);
      }
    }
    const calls = rows<{ n: number }>(recent, { system: erp, since: now - windowMs })[0]?.n ?? 0;
    metrics.quota.set({ system: erp }, Math.max(0, 1 - calls / quota));
  };
}

/**
 * The heartbeat of each edge beats when the target took something, new or again; a sender that only says so does
 * not count. Until the first time it stands at the shop's start, so that a dead edge ages from there.
 */
export function heartbeatFold(context: ShopContext, metrics: ShopMetrics, startedAt: number): Fold {
  for (const { id: integration, entity } of integrationsOf(context.names)) {
    metrics.lastSuccess.set({ integration, entity }, startedAt / 1000);
  }
  return {
    table: "edge_attempt",
    sql: `SELECT integration, entity, max(at) AS at FROM edge_attempt
          WHERE id > :from AND id <= :to AND fate IN ('applied', 'duplicate_suppressed')
          GROUP BY integration, entity`,
    take: ({ integration, entity, at }) =>
      metrics.lastSuccess.set(
        { integration: String(integration), entity: String(entity) },
        Number(at) / 1000,
      ),
  };
}
