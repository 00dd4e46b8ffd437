import { MINUTE } from "../../../src/domain/instant.ts";
import type { AlertRuleGiven } from "../../../src/rehearsal/ports.ts";

/** A rule of the checkout that fires as soon as its condition holds. */
export function anAlertRuleGiven(fields: Partial<AlertRuleGiven> = {}): AlertRuleGiven {
  return {
    alert: "CheckoutErrors",
    group: "checkout",
    expression: "errors > 1",
    labels: { service: "checkout" },
    forMs: 0,
    intervalMs: MINUTE,
    untestable: null,
    ...fields,
  };
}
