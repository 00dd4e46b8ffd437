import type { Gate } from "../domain/gate.ts";
import { questionsOf } from "../domain/inquiry.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { GivenSample } from "../gatefile/gate-test/series-text.ts";
import { withMetricPrefix } from "../promql/renamed-metrics.ts";
import { selectors } from "../promql/selectors.ts";
import type { Series } from "../trial/ports.ts";
import { portionsOf } from "./past-answers.ts";
import type { AlertRuleGiven, PromqlEngine, RuleGiven, SampledSeries } from "./ports.ts";

export type RecordingOf = {
  readonly rules: readonly RuleGiven[];
  readonly alerts: readonly AlertRuleGiven[];
  readonly gate: Gate;
  readonly prefix: string;
  readonly span: { readonly from: Instant; readonly to: Instant };
};

/**
 * Lets the engine evaluate the recording rules that the gate rests on, at their intervals, and gives it what they record:
 * a rule after those it reads. A series that a rule does not give any more ends with Prometheus' mark, as there. Null: done;
 * else why not.
 */
export async function record(engine: PromqlEngine, of: RecordingOf): Promise<string | null> {
  const ordered = inOrder(neededRules(of));
  if (!ordered.ok) return ordered.problem;
  for (const rules of ordered.rounds) {
    const recorded = await Promise.all(rules.map((rule) => evaluate(engine, rule, of)));
    const problem = recorded.find((each) => typeof each === "string");
    if (problem !== undefined) return problem;
    const series = recorded.filter((each) => typeof each !== "string").flat();
    const refused = await engine.load(series);
    if (refused !== null) return refused;
  }
  return null;
}

/** The rules behind the gate's queries and the alerts that may concern it, and those behind them. */
function neededRules({ rules, alerts, gate }: RecordingOf): readonly RuleGiven[] {
  const needed = new Set<RuleGiven>();
  const visit = (query: string): void => {
    for (const rule of rules) {
      if (needed.has(rule) || !reads(query, rule.record)) continue;
      needed.add(rule);
      visit(rule.expression);
    }
  };
  for (const signal of gate.signals) for (const { query } of questionsOf(signal)) visit(query);
  if (gate.alerts.length > 0) for (const { expression } of alerts) visit(expression);
  for (const { witness } of gate.alerts) if (witness !== null) visit(witness);
  return rules.filter((rule) => needed.has(rule));
}

/** Whether a selector of the query may mean the metric: by its name, or because it names none. */
function reads(query: string, metric: string): boolean {
  return selectors(query).some((selector) => {
    const name = /^[A-Za-z_:][\w:]*/.exec(selector)?.[0];
    return name === undefined || name === metric;
  });
}

type Ordered =
  /** Rules of one round read none of the same. */
  | { readonly ok: true; readonly rounds: readonly (readonly RuleGiven[])[] }
  | { readonly ok: false; readonly problem: string };

function inOrder(rules: readonly RuleGiven[]): Ordered {
  const rounds: (readonly RuleGiven[])[] = [];
  let left = rules;
  while (left.length > 0) {
    const isFree = ({ expression }: RuleGiven): boolean =>
      left.every(({ record: name }) => !reads(expression, name));
    const free = left.filter(isFree);
    const [stuck] = left;
    if (free.length === 0 && stuck !== undefined)
      return {
        ok: false,
        problem: `${stuck.record}: a rule that reads its own result, by itself or through others, cannot be tested`,
      };
    rounds.push(free);
    left = left.filter((rule) => !free.includes(rule));
  }
  return { ok: true, rounds };
}

async function evaluate(
  engine: PromqlEngine,
  rule: RuleGiven,
  { prefix, span }: RecordingOf,
): Promise<readonly SampledSeries[] | string> {
  const renamed = withMetricPrefix(rule.expression, prefix);
  if (!renamed.ok) return `${rule.record}: ${renamed.problem}`;
  const found: Series[] = [];
  for (const portion of portionsOf({ ...span, stepMs: rule.intervalMs })) {
    const reply = await engine.range(renamed.text, portion);
    if (reply.kind === "unknown") return `${rule.record}: ${reply.detail}`;
    found.push(...reply.series);
  }
  const merged = new Map<string, { labels: Series["labels"]; samples: GivenSample[] }>();
  for (const { labels, points } of found) {
    const named = { ...labels, ...rule.labels, __name__: `${prefix}${rule.record}` };
    const key = JSON.stringify(Object.entries(named).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const own = merged.get(key) ?? { labels: named, samples: [] };
    merged.set(key, { labels: named, samples: [...own.samples, ...points] });
  }
  return [...merged.values()].map(({ labels, samples }) => ({
    labels,
    samples: withEnds(samples, rule.intervalMs, span.to),
  }));
}

/** The samples, and Prometheus' mark wherever the next evaluation gave none. */
function withEnds(samples: readonly GivenSample[], intervalMs: Millis, to: Instant): readonly GivenSample[] {
  return samples.flatMap((sample, index) => {
    const next = sample.at + intervalMs;
    const goesOn = samples[index + 1]?.at === next || next > to;
    return goesOn ? [sample] : [sample, { at: next, value: "stale" } as const];
  });
}
