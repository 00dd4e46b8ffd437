import type { Draw } from "../draw.ts";
import { type Instant, MINUTE, SECOND } from "../engine.ts";
import { GROUP_INTERVAL } from "./intervals.ts";
import type { Scripted, SimulatedPrometheus } from "./prometheus.ts";
import { type GuardLoss, OTHER_SERVICE, guardLoss } from "./prometheus-series.ts";

/** How the alerts of a rule come by the label that the guard asks for. */
type Wording = "its own label" | "its selector" | "its series";

/** The groups that `/api/v1/rules` answers: with rules of one type, or of both. */
export type RuleGroups = (now: Instant, type: string | null) => readonly object[];

type Rule = Readonly<Record<string, unknown>> & { readonly type: "alerting" | "recording" };

const SEVERITY = "{{ if gt $value 0.05 }}critical{{ else }}warning{{ end }}";

/** One alerting rule for each gate, others that have nothing to do with any, and the rules that record. */
export function createRules(
  { scripted }: SimulatedPrometheus,
  gates: readonly string[],
  draw: Draw,
): RuleGroups {
  const wordings = new Map(
    gates.map((gate) => [gate, draw.pick<Wording>(["its own label", "its selector", "its series"])]),
  );

  const services = (now: Instant): readonly Rule[] =>
    gates.map((gate) =>
      ruleSaying(gate, wordings.get(gate) ?? "its own label", scripted(gate, "guard", now), now),
    );
  return (now, type) => {
    const groups = {
      services: services(now),
      shared: [latency(now), watchdog(now)],
      orders: recordings(now),
    };
    return Object.entries(groups).map(([name, rules]) => ({
      name,
      file: `${name}.yml`,
      interval: GROUP_INTERVAL / SECOND,
      rules: rules.filter((rule) => type === null || rule.type.startsWith(type)),
    }));
  };
}

function ruleSaying(gate: string, wording: Wording, { says, at: since }: Scripted, now: Instant): Rule {
  const labels = {
    alertname: "Errors",
    service: gate,
    severity: says === "rollback" ? "critical" : "warning",
  };
  const state = says === "between" ? "pending" : "firing";
  const isActive = says === "between" || says === "halt" || says === "rollback";
  const written = { severity: SEVERITY };
  return {
    ...alerting("Errors", says === "stale" ? since : now),
    query: `sum by (service) (service_errors${SELECTOR[wording](gate)}) > 0.02`,
    labels: wording === "its own label" ? { ...written, service: gate } : written,
    alerts: isActive ? [alert(labels, state, since)] : [],
    state: isActive ? state : "inactive",
    ...(says === "missing" ? BROKEN[guardLoss(since)] : {}),
  };
}

/** What a rule says of itself whose silence proves nothing. One that reads nothing takes itself for sound. */
const BROKEN = {
  failing: { health: "err", lastError: "cannot be evaluated" },
  new: { health: "unknown", lastEvaluation: "0001-01-01T00:00:00Z" },
  blind: {},
} as const satisfies Record<GuardLoss, object>;

/** The last one leaves open whose alerts they are: only its series tell. */
const SELECTOR = {
  "its own label": (gate) => `{service="${gate}"}`,
  "its selector": (gate) => `{service="${gate}"}`,
  "its series": (gate) => `{service=~"${gate}(-canary)?"}`,
} as const satisfies Record<Wording, (gate: string) => string>;

/** Of every service, gates included; but only another one is slow. */
function latency(now: Instant): Rule {
  const labels = { alertname: "Latency", service: OTHER_SERVICE, severity: "critical" };
  return {
    ...alerting("Latency", now),
    query: "max by (service) (latency_seconds) > 1",
    labels: { severity: "critical" },
    alerts: [alert(labels, "firing", now - 30 * MINUTE)],
    state: "firing",
  };
}

function watchdog(now: Instant): Rule {
  const labels = { alertname: "Watchdog", severity: "none" };
  return {
    ...alerting("Watchdog", now),
    query: "vector(1)",
    labels: { severity: "none" },
    alerts: [alert(labels, "firing", now - 30 * MINUTE)],
    state: "firing",
  };
}

function recordings(now: Instant): readonly Rule[] {
  return (["bad", "total"] as const).map((part) => ({
    type: "recording",
    name: `orders:${part}`,
    query: `sum by (gate) (${part === "bad" ? "orders_bad_total" : "orders_total"})`,
    health: "ok",
    lastEvaluation: timeOf(now),
    evaluationTime: 0.001,
  }));
}

function alerting(name: string, evaluated: Instant): Rule {
  return {
    type: "alerting",
    name,
    duration: 0,
    keepFiringFor: 0,
    annotations: {},
    health: "ok",
    lastEvaluation: timeOf(evaluated),
    evaluationTime: 0.001,
  };
}

function alert(
  labels: Readonly<Record<string, string>>,
  state: "pending" | "firing",
  since: Instant,
): object {
  return { labels, annotations: {}, state, activeAt: timeOf(since), value: "3e-02" };
}

/** With nanoseconds, as Go writes it. */
function timeOf(at: Instant): string {
  return new Date(at).toISOString().replace("Z", "123456Z");
}
