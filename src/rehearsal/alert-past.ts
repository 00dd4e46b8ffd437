import type { ActiveAlert } from "../domain/alert.ts";
import type { Instant } from "../domain/instant.ts";
import type { Labels } from "../domain/matcher.ts";
import type { Unknown } from "../domain/reading.ts";
import { withMetricPrefix } from "../promql/renamed-metrics.ts";
import { cannotBePacked, type PastAnswersOf, portionsOf } from "./past-answers.ts";
import type { AlertRuleGiven } from "./ports.ts";

/** What an alerting rule said at each of its evaluations in a case. */
export type AlertPast = {
  /** The last evaluation by then; null: there was none yet. */
  readonly evaluatedAt: (at: Instant) => Instant | null;
  /** As that evaluation left them. */
  readonly activeAt: (at: Instant) => readonly ActiveAlert[];
};

type AlertPastOf = Pick<PastAnswersOf, "engine" | "prefix"> & {
  readonly data: { readonly from: Instant; readonly to: Instant };
};

/** The times at which the condition of one alert held, in order. */
type Held = { readonly labels: Labels; readonly times: Set<Instant> };

/** Lets the engine evaluate a rule at its interval, from the first sample to the end of the case. */
export async function alertPast(
  rule: AlertRuleGiven,
  { engine, prefix, data }: AlertPastOf,
): Promise<AlertPast | Unknown> {
  const renamed = withMetricPrefix(rule.expression, prefix);
  if (!renamed.ok) return cannotBePacked(renamed.problem);
  const held = new Map<string, Held>();
  for (const portion of portionsOf({ ...data, stepMs: rule.intervalMs })) {
    const reply = await engine.range(renamed.text, portion);
    if (reply.kind === "unknown") return reply;
    for (const { labels, points } of reply.series) {
      const own = labelsOf(rule, labels);
      const key = JSON.stringify(Object.entries(own).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const times = held.get(key)?.times ?? new Set<Instant>();
      for (const { at } of points) times.add(at);
      held.set(key, { labels: own, times });
    }
  }

  const evaluatedAt = (at: Instant): Instant | null =>
    at < data.from ? null : at - ((at - data.from) % rule.intervalMs);

  return {
    evaluatedAt,
    activeAt(at) {
      const last = evaluatedAt(at);
      if (last === null) return [];
      return [...held.values()].flatMap(({ labels, times }) => {
        if (!times.has(last)) return [];
        const since = sinceOf(times, last, rule.intervalMs);
        const state = last - since >= rule.forMs ? "firing" : "pending";
        return [{ labels, state, activeAt: since } as const];
      });
    },
  };
}

/** The first of the evaluations without a gap up to the last. */
function sinceOf(times: ReadonlySet<Instant>, last: Instant, intervalMs: number): Instant {
  let since = last;
  while (times.has(since - intervalMs)) since -= intervalMs;
  return since;
}

/** A rule's own labels win over those of the series, an empty one takes a label away, and its name wins over all. */
function labelsOf(rule: AlertRuleGiven, { __name__: _name, ...series }: Labels): Labels {
  const all = Object.entries({ ...series, ...rule.labels, alertname: rule.alert });
  return Object.fromEntries(all.filter(([, value]) => value !== ""));
}
