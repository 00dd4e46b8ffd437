import { Registry } from "prom-client";

import type { ShopContext } from "../shop-context.ts";
import { readAtOnce } from "../shop-database.ts";
import { defineMetrics } from "./contract.ts";
import { counterFolds } from "./counters.ts";
import { createEdgeGauges, heartbeatFold } from "./edge-gauges.ts";
import { createFolds } from "./fold.ts";
import { createFlowGauges, createReconciliationGauges } from "./run-gauges.ts";
import { createStateGauges } from "./state-gauges.ts";
import { reportZeros } from "./zeros.ts";

export type MetricsPage = {
  readonly contentType: string;
  /** The page as of `now`, read from the tables. */
  render(now: number): Promise<string>;
};

export function createMetricsPage(context: ShopContext, startedAt: number): MetricsPage {
  const registry = new Registry();
  const metrics = defineMetrics(registry);
  reportZeros(context, metrics);
  const fold = createFolds(context.db, [
    ...counterFolds(context, metrics),
    heartbeatFold(context, metrics, startedAt),
  ]);
  const gauges = [
    createStateGauges(context, metrics),
    createEdgeGauges(context, metrics),
    createReconciliationGauges(context, metrics),
    createFlowGauges(context, metrics),
  ];

  return {
    contentType: registry.contentType,
    render: (now) => {
      readAtOnce(context.db, () => {
        fold();
        for (const gauge of gauges) gauge(now);
      });
      return registry.metrics();
    },
  };
}
