import type { Metrics } from "../../control/ports.ts";
import type { AlertRule, AlertRules } from "../../domain/alert.ts";
import type { Instant } from "../../domain/instant.ts";
import type { Matcher } from "../../domain/matcher.ts";
import type { Defaults } from "../../gatefile/defaults.ts";
import { parseFiles } from "../../gatefile/parse-files.ts";
import { matches } from "../../matchers/matchers.ts";
import { selectors } from "../../promql/selectors.ts";
import { blindnessOf } from "../guard-sight.ts";
import { quoted } from "./promql-text.ts";
import { SERVICE_LABELS } from "./service-series.ts";
import { yamlText } from "./yaml-text.ts";

/** A guard as it will stand in the file. */
export type GuardText = {
  readonly match: string;
  readonly matchers: readonly Matcher[];
  /** The rules behind it now. */
  readonly rules: readonly AlertRule[];
};

export type ProposedGuards = {
  readonly guards: readonly GuardText[];
  /** Rules that name the service and are not guarded, with the reason. */
  readonly leftOut: readonly string[];
};

export type GuardPorts = {
  readonly metrics: Metrics;
  readonly source: string;
  readonly defaults: Defaults;
  readonly now: Instant;
};

/** The alerting rules that name the service, in their own labels, in those of their alerts, or by what they select. */
export function namingRules(rules: readonly AlertRule[], service: string): readonly AlertRule[] {
  return rules.filter((rule) => namingLabels(rule, service).length > 0);
}

/**
 * Guards for the alerting rules that name the service: one by label where its rules can all be seen, else one for each rule
 * that can. A guard that sees nothing would only ever say that it is blind.
 */
export async function proposeGuards(
  naming: readonly AlertRule[],
  service: string,
  ports: GuardPorts,
): Promise<ProposedGuards> {
  const labels = SERVICE_LABELS.filter((label) =>
    naming.some((rule) => namingLabels(rule, service).includes(label)),
  );
  const guards: GuardText[] = [];
  const leftOut: string[] = [];
  const isCovered = (rule: AlertRule): boolean =>
    guards.some((guard) => guard.rules.some((each) => each.name === rule.name && each.group === rule.group));

  const attempt = async (matchers: readonly Matcher[]): Promise<string | null> => {
    const match = `{${matchers.map(({ label, value }) => `${label}=${quoted(value)}`).join(", ")}}`;
    const behind = await ports.metrics.alertRules(ports.source, matchers, ports.now);
    if (behind.kind === "unknown") return `${behind.reason}: ${behind.detail}`;
    const blind = trySight(match, behind, ports);
    if (blind === null) guards.push({ match, matchers, rules: behind.rules });
    return blind;
  };
  for (const label of labels) {
    const open = naming.filter((rule) => namingLabels(rule, service).includes(label) && !isCovered(rule));
    if (open.length > 0) await attempt([equals(label, service)]);
  }
  for (const rule of naming) {
    if (isCovered(rule)) continue;
    const name = equals("alertname", rule.name);
    // The same alert may be there for other services, too.
    const narrowed = namingLabels(rule, service).map((label) => [name, equals(label, service)]);
    const blind = await firstSeeing([...narrowed, [name]], attempt);
    if (blind !== null) leftOut.push(blind.startsWith(rule.name) ? blind : `${rule.name}: ${blind}`);
  }
  return { guards, leftOut };
}

/** Tries one after the other; null once one sees, else why the last did not. */
async function firstSeeing(
  tries: readonly (readonly Matcher[])[],
  attempt: (matchers: readonly Matcher[]) => Promise<string | null>,
): Promise<string | null> {
  let blind: string | null = null;
  for (const matchers of tries) {
    blind = await attempt(matchers);
    if (blind === null) return null;
  }
  return blind;
}

/** Why the guard would see nothing now, through the parser that will read the file; null when it sees. */
function trySight(match: string, rules: AlertRules, { defaults, now }: GuardPorts): string | null {
  const text = `schema: gate/v1\nname: tried\nalerts:\n  - ${yamlText(match)}\n`;
  const { gates } = parseFiles([{ path: "tried.yaml", text }], defaults);
  const gate = gates.get("tried")?.gate;
  const guard = gate?.alerts[0];
  if (gate === undefined || guard === undefined) return "its labels are not ones that gates accept";
  return blindnessOf(
    gate,
    guard,
    { guard: match, rules, silences: { kind: "not-configured" }, witness: null },
    now,
  );
}

function equals(label: string, value: string): Matcher {
  return { label, operator: "=", value };
}

function namingLabels(rule: AlertRule, service: string): readonly string[] {
  return SERVICE_LABELS.filter(
    (label) =>
      rule.labels[label] === service ||
      rule.active.some((alert) => alert.labels[label] === service) ||
      selectors(rule.query).some((selector) => selectsBy(selector, label, service)),
  );
}

const WRITTEN = /(\w+)\s*(=~|=)\s*"((?:[^"\\]|\\.)*)"/g;

function selectsBy(selector: string, label: string, service: string): boolean {
  return [...selector.matchAll(WRITTEN)].some(([, name, operator, value = ""]) => {
    if (name !== label) return false;
    return operator === "="
      ? value === service
      : value.includes(service) && matches([{ label, operator: "=~", value }], { [label]: service });
  });
}
