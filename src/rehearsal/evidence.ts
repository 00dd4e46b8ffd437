import type { Metrics } from "../control/ports.ts";
import type { Gate } from "../domain/gate.ts";
import { freshnessQueryOf, questionsOf } from "../domain/inquiry.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { Answer, Freshness, SelectorFreshness, Unknown } from "../domain/reading.ts";
import { dependsOnRange, withMetricPrefix } from "../promql/renamed-metrics.ts";
import { answersOf, instantsOf } from "../trial/recall.ts";
import type { Span } from "../trial/ports.ts";
import type { FollowSelectors, PromqlEngine, RuleGiven } from "./ports.ts";

/** What is known of a case's data, whatever gate asks about it. */
export type EvidenceOf = {
  readonly engine: PromqlEngine;
  readonly follow: FollowSelectors;
  /** Begins the names of all metrics of the case. */
  readonly prefix: string;
  /** Instants at which most questions will be asked. */
  readonly slots: Span;
  /** Between two samples. */
  readonly intervalMs: Millis;
  readonly rules: readonly RuleGiven[];
};

/** The metrics of one case. Answers are kept, so that the same case is played against many gates for one price. */
export type Evidence = {
  readonly metrics: Metrics;
  /** Asks everything the gate will ask, for all slots at once. */
  prepare(gate: Gate): Promise<void>;
};

/** Below Prometheus' own limit for one series of a range query. */
const MOST_POINTS = 10_000;

export function createEvidence(of: EvidenceOf): Evidence {
  const past = new Map<string, Promise<readonly Answer[] | null>>();
  const single = new Map<string, Promise<Answer>>();
  const followed = new Map<string, ReturnType<FollowSelectors>>();
  const { slots } = of;

  function followOnce(query: string): ReturnType<FollowSelectors> {
    const known = followed.get(query) ?? of.follow(query, of.rules);
    followed.set(query, known);
    return known;
  }

  function pastOf(query: string): Promise<readonly Answer[] | null> {
    const kept = past.get(query);
    if (kept !== undefined) return kept;
    const asked = askPast(of, query);
    past.set(query, asked);
    return asked;
  }

  async function answer(query: string, at: Instant): Promise<Answer> {
    const slot = (at - slots.from) / slots.stepMs;
    const prepared = Number.isInteger(slot) && past.has(query) ? await pastOf(query) : null;
    const found = prepared?.[slot];
    if (found !== undefined) return found;
    const key = `${at} ${query}`;
    const asked = single.get(key) ?? askOnce(of, query, at);
    single.set(key, asked);
    return asked;
  }

  async function freshnessOf(
    {
      selector,
      ruleIntervalMs,
      mayBeEmpty,
    }: Extract<ReturnType<FollowSelectors>, { ok: true }>["selectors"][number],
    at: Instant,
  ): Promise<SelectorFreshness | Unknown | null> {
    const newest = await answer(newestOf(selector), at);
    if (newest.kind === "unknown") return newest;
    const scrapeIntervalMs = ruleIntervalMs ?? of.intervalMs;
    if (newest.kind === "value")
      return { selector, newest: Math.round(newest.value * 1_000), scrapeIntervalMs };
    return mayBeEmpty ? null : { selector, newest: null, scrapeIntervalMs };
  }

  return {
    metrics: {
      async ask(_source, queries, at) {
        const distinct = [...new Set(queries)];
        return new Map(
          await Promise.all(distinct.map(async (query) => [query, await answer(query, at)] as const)),
        );
      },
      async freshness(_source, query, at): Promise<Freshness> {
        const behind = followOnce(query);
        if (!behind.ok) return { kind: "unknown", reason: "bad-answer", detail: behind.problem };
        const known: SelectorFreshness[] = [];
        for (const each of behind.selectors) {
          const found = await freshnessOf(each, at);
          if (found === null) continue;
          if ("kind" in found) return found;
          known.push(found);
        }
        return { kind: "known", selectors: known };
      },
      async counters(_source, selector, stretch) {
        const renamed = withMetricPrefix(selector, of.prefix);
        return renamed.ok ? of.engine.counters(renamed.text, stretch) : cannotBePacked(renamed.problem);
      },
      alertRules: () => Promise.resolve({ kind: "known", rules: [] }),
      clockSkewMs: () => 0,
    },
    async prepare(gate) {
      const queries = gate.signals.flatMap((signal) => {
        const freshness = freshnessQueryOf(signal);
        const behind = freshness === null ? null : followOnce(freshness);
        const newest = behind?.ok === true ? behind.selectors.map(({ selector }) => newestOf(selector)) : [];
        const asked = questionsOf(signal).filter((each) => each.counters === null && each.agoMs === 0);
        return [...asked.map(({ query }) => query), ...newest];
      });
      await Promise.all([...new Set(queries)].map((query) => pastOf(query)));
    },
  };
}

function newestOf(selector: string): string {
  return `max(timestamp(${selector}))`;
}

async function askOnce({ engine, prefix }: EvidenceOf, query: string, at: Instant): Promise<Answer> {
  const renamed = withMetricPrefix(query, prefix);
  return renamed.ok ? engine.ask(renamed.text, at) : cannotBePacked(renamed.problem);
}

function cannotBePacked(problem: string): Unknown {
  return { kind: "unknown", reason: "bad-answer", detail: `the query cannot be tested: ${problem}` };
}

/** Null: each instant has to be asked for itself. */
async function askPast(
  { engine, prefix, slots }: EvidenceOf,
  query: string,
): Promise<readonly Answer[] | null> {
  if (dependsOnRange(query)) return null;
  const renamed = withMetricPrefix(query, prefix);
  if (!renamed.ok) return null;
  const parts = await Promise.all(
    portionsOf(slots).map(async (span) => {
      const reply = await engine.range(renamed.text, span);
      // What refuses a range may still answer for an instant, and then says why it does not.
      return reply.kind === "known" ? answersOf(reply.series, span, instantsOf(span).length) : null;
    }),
  );
  return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
}

/** The span in pieces that each have few enough points. */
export function portionsOf({ from, to, stepMs }: Span): readonly Span[] {
  const portions: Span[] = [];
  for (let start = from; start <= to; start += MOST_POINTS * stepMs)
    portions.push({ from: start, to: Math.min(to, start + (MOST_POINTS - 1) * stepMs), stepMs });
  return portions;
}
