import type { AlertGuard, Gate } from "../../domain/gate.ts";
import type { Instant } from "../../domain/instant.ts";
import { nearestName } from "../../text/nearest-name.ts";
import type { MetricPorts } from "./ask-signal.ts";
import { type OnlineFault, together, told, unseen } from "./told.ts";

export type GuardsTold = {
  /** `guard` is the index of the gate's guard. */
  readonly faults: readonly (OnlineFault & { readonly guard: number })[];
  readonly unseen: readonly string[];
};

/** R316: a guard without a rule is missing, always. */
export async function askGuards({ alerts }: Gate, ports: MetricPorts, now: Instant): Promise<GuardsTold> {
  const all = await Promise.all(alerts.map((guard) => askGuard(guard, ports, now)));
  return {
    faults: all.flatMap(({ faults }, guard) => faults.map((fault) => ({ ...fault, guard }))),
    unseen: together(all).unseen,
  };
}

async function askGuard(guard: AlertGuard, { metrics, catalogue }: MetricPorts, now: Instant) {
  const { source, match, matchers } = guard;
  const found = await metrics.alertRules(source, matchers, now);
  if (found.kind === "unknown") return unseen(source, found);
  if (found.rules.length > 0) return told();
  const fault = { code: "R316", part: match, message: `no alerting rule matches \`${match}\`` } as const;
  const wanted = matchers.find(({ label, operator }) => label === "alertname" && operator === "=")?.value;
  // Labels may come from series that are not there now; the name of a rule stands in its file.
  if (wanted === undefined) return told({ ...fault, severity: "warning" });
  const all = await catalogue.allAlertRules(source);
  if (all.kind === "unknown") return unseen(source, all);
  const names = all.rules.map(({ name }) => name);
  if (names.includes(wanted)) return told({ ...fault, severity: "warning" });
  const near = nearestName(wanted, names);
  return told({ ...fault, suggestion: near === null ? null : `did you mean \`${near}\`?` });
}
