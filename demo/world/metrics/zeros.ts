import { CALL_RESULTS } from "../edges/call-log.ts";
import { ERROR_TYPES, FATES } from "../edges/delivery.ts";
import { integrationsOf, systemName, type SystemKind } from "../names.ts";
import { OUTCOMES } from "../outcomes.ts";
import type { ShopContext } from "../shop-context.ts";
import type { ShopMetrics } from "./contract.ts";

export const SYSTEMS: readonly SystemKind[] = ["shop", "oms", "erp", "wms"];
/** The systems whose rows carry a lifecycle. */
const LIFECYCLES = [
  { system: "oms", entity: "order" },
  { system: "wms", entity: "fulfilment" },
] as const;
const HAND_EDITED: readonly SystemKind[] = ["oms", "erp"];

/**
 * Reports every series at 0 before anything has happened: a counter that is born at 1 shows no increase,
 * so the first duplicate would go unseen.
 */
export function reportZeros({ config, names }: ShopContext, metrics: ShopMetrics): void {
  reportEdgeZeros(config.name, names, metrics);

  for (const { system, entity } of LIFECYCLES) {
    for (const result of ["ok", "invalid"]) {
      metrics.transitions.inc({ system: systemName(system, config.name), entity, result }, 0);
    }
  }
  for (const system of HAND_EDITED) {
    metrics.manual.inc({ system: systemName(system, config.name), entity: "order", kind: "direct_db" }, 0);
  }
  for (const channel of Object.values(names.channels)) {
    metrics.orders.inc({ channel }, 0);
    metrics.checkouts.inc({ channel }, 0);
    metrics.orderLines.inc({ channel }, 0);
    metrics.orderValue.inc({ channel, currency: config.currency }, 0);
    for (const defect of ["oversold", "short_pick"]) metrics.lineDefects.inc({ channel, defect }, 0);
  }
  const { id: integration, entity } = names.omsToErp;
  for (const variant of ["on", "off"]) {
    metrics.evaluations.inc({ flag: config.flag, variant }, 0);
    for (const outcome of OUTCOMES) {
      metrics.outcomes.inc({ flag: config.flag, variant, integration, entity, outcome }, 0);
    }
  }
}

function reportEdgeZeros(shop: string, names: ShopContext["names"], metrics: ShopMetrics): void {
  for (const { id: integration, entity, source, target, owner, tier, runbook } of integrationsOf(names)) {
    for (const result of FATES) metrics.processed.inc({ integration, entity, result }, 0);
    for (const error_type of ERROR_TYPES) {
      metrics.attempts.inc({ integration, entity, result: attemptResult(error_type), error_type }, 0);
    }
    metrics.duplicateEffects.inc({ integration, entity }, 0);
    metrics.propagation.zero({ integration, entity });
    metrics.flowMember.set({ flow: names.flow, integration }, 1);
    const [source_system, target_system] = [systemName(source, shop), systemName(target, shop)];
    metrics.integrationInfo.set({ integration, source_system, target_system, owner, tier, runbook }, 1);
  }
  for (const system of SYSTEMS) {
    for (const result of CALL_RESULTS)
      metrics.apiRequests.inc({ system: systemName(system, shop), result }, 0);
  }
}

/** Each reason of failure belongs to one kind of result, so no impossible pair is reported. */
function attemptResult(errorType: (typeof ERROR_TYPES)[number]): string {
  if (errorType === "none") return "ok";
  return errorType === "mapping" ? "fatal_error" : "retryable_error";
}
