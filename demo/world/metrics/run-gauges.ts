import { integrationsOf } from "../names.ts";
import type { ShopContext } from "../shop-context.ts";
import { rows } from "../rows.ts";
import type { ShopMetrics } from "./contract.ts";

type Run = {
  id: number;
  watermark: number;
  finished_at: number;
  checked: number;
  difference_minor: number | null;
  gross_minor: number | null;
};

/** Returns the step that retells the last run of each comparison. Before its first run an edge reports none. */
export function createReconciliationGauges(context: ShopContext, metrics: ShopMetrics): () => void {
  const { config, db, names } = context;
  const { currency } = config;
  const latest = db.prepare(
    `SELECT id, watermark, finished_at, checked, difference_minor, gross_minor FROM reconciliation_run
     WHERE integration = :integration ORDER BY id DESC LIMIT 1`,
  );
  const findings = db.prepare("SELECT kind, mismatched FROM reconciliation_finding WHERE run_id = :run");

  return () => {
    for (const { id: integration, entity } of integrationsOf(names)) {
      const run = rows<Run>(latest, { integration })[0];
      if (run === undefined) continue;
      const edge = { integration, entity };
      metrics.reconciliationChecked.set(edge, run.checked);
      metrics.reconciliationFinished.set(edge, run.finished_at / 1000);
      metrics.reconciliationWatermark.set(edge, run.watermark / 1000);
      for (const { kind, mismatched } of rows<{ kind: string; mismatched: number }>(findings, {
        run: run.id,
      })) {
        metrics.reconciliationMismatched.set({ ...edge, kind }, mismatched);
      }
      if (run.difference_minor === null || run.gross_minor === null) continue;
      metrics.reconciliationDifference.set({ ...edge, currency }, run.difference_minor / 100);
      metrics.reconciliationGross.set({ ...edge, currency }, run.gross_minor / 100);
    }
  };
}

/** Returns the step that retells the flow as a whole: the robot customer, and orders nobody knows about. */
export function createFlowGauges(context: ShopContext, metrics: ShopMetrics): (now: number) => void {
  const { config, db, names } = context;
  const windowMs = context.ms(config.times.reconciliationWindow);
  const lost = db.prepare(
    `SELECT count(*) AS n FROM shop_order s WHERE s.placed_at > :since AND s.placed_at <= :now
       AND NOT EXISTS (SELECT 1 FROM oms_order o WHERE o.shop_ref = s.ref)
       AND NOT EXISTS (SELECT 1 FROM edge_message m
         WHERE m.integration = :integration AND m.entity_id = s.ref AND m.stage <> 'done')`,
  );
  const journey = db.prepare("SELECT success FROM journey_run ORDER BY id DESC LIMIT 1");

  return (now) => {
    const integration = names.shopToOms.id;
    const unaccounted = rows<{ n: number }>(lost, { since: now - windowMs, now, integration })[0]?.n ?? 0;
    metrics.unaccounted.set({ flow: names.flow, entity: "order" }, unaccounted);
    const last = rows<{ success: number }>(journey)[0];
    if (last !== undefined) metrics.journey.set({ journey: names.journey }, last.success);
  };
}
