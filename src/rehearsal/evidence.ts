import type { Metrics } from "../control/ports.ts";
import type { Gate } from "../domain/gate.ts";
import { freshnessQueryOf, questionsOf } from "../domain/inquiry.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { Freshness, SelectorFreshness, Unknown } from "../domain/reading.ts";
import { createCounted } from "./counted.ts";
import { createPastAnswers, type PastAnswersOf } from "./past-answers.ts";
import { alertPast, type AlertPast } from "./alert-past.ts";
import { createGuardedPast } from "./guarded-past.ts";
import type { AlertRuleGiven, FollowedSelector, FollowSelectors, RuleGiven, SeeRule } from "./ports.ts";

/** What is known of a case's data, whatever gate asks about it. */
export type EvidenceOf = PastAnswersOf & {
  readonly follow: FollowSelectors;
  readonly see: SeeRule;
  /** From the first sample to the end of the case. */
  readonly data: { readonly from: Instant; readonly to: Instant };
  /** Between two samples. */
  readonly intervalMs: Millis;
  readonly rules: readonly RuleGiven[];
  readonly alerts: readonly AlertRuleGiven[];
};

/** The metrics of one case. Answers are kept, so that the same case is played against many gates for one price. */
export type Evidence = {
  readonly metrics: Metrics;
  /** Asks everything the gate will ask, for all slots at once. */
  prepare(gate: Gate): Promise<void>;
};

export function createEvidence(of: EvidenceOf): Evidence {
  const answers = createPastAnswers(of);
  const counted = createCounted(of, of.data);
  const followed = new Map<string, ReturnType<FollowSelectors>>();
  const pasts = new Map<AlertRuleGiven, Promise<AlertPast | Unknown>>();
  const guarded = createGuardedPast({
    alerts: of.alerts,
    see: of.see,
    past: pastOf,
    ask: (query, at) => answers.at(query, at),
    freshness: freshnessOfAll,
  });

  function pastOf(rule: AlertRuleGiven): Promise<AlertPast | Unknown> {
    const known = pasts.get(rule) ?? alertPast(rule, of);
    pasts.set(rule, known);
    return known;
  }

  function follow(query: string): ReturnType<FollowSelectors> {
    const known = followed.get(query) ?? of.follow(query, of.rules);
    followed.set(query, known);
    return known;
  }

  async function freshnessOf(
    { selector, ruleIntervalMs, mayBeEmpty }: FollowedSelector,
    at: Instant,
  ): Promise<SelectorFreshness | Unknown | null> {
    const newest = await answers.at(newestOf(selector), at);
    if (newest.kind === "unknown") return newest;
    const scrapeIntervalMs = ruleIntervalMs ?? of.intervalMs;
    if (newest.kind === "value")
      return { selector, newest: Math.round(newest.value * 1_000), scrapeIntervalMs };
    return mayBeEmpty ? null : { selector, newest: null, scrapeIntervalMs };
  }

  async function freshnessOfAll(queries: readonly string[], at: Instant): Promise<Freshness> {
    const known: SelectorFreshness[] = [];
    for (const query of queries) {
      const behind = follow(query);
      if (!behind.ok) return { kind: "unknown", reason: "bad-answer", detail: behind.problem };
      for (const each of behind.selectors) {
        const found = await freshnessOf(each, at);
        if (found === null) continue;
        if ("kind" in found) return found;
        known.push(found);
      }
    }
    return { kind: "known", selectors: known };
  }

  return {
    metrics: {
      async ask(_source, queries, at) {
        const distinct = [...new Set(queries)];
        return new Map(
          await Promise.all(distinct.map(async (query) => [query, await answers.at(query, at)] as const)),
        );
      },
      freshness: (_source, query, at) => freshnessOfAll([query], at),
      counters: (_source, selector, stretch) => counted(selector, stretch),
      alertRules: (_source, matchers, at) => guarded.alertRules(matchers, at),
      clockSkewMs: () => 0,
    },
    async prepare(gate) {
      const questions = gate.signals.flatMap((signal) => {
        const asked = questionsOf(signal).filter(({ counters }) => counters === null);
        return [...asked, ...newestAsked(freshnessQueryOf(signal))];
      });
      const ofGuards = guarded.asked(gate);
      const further = [
        ...ofGuards.queries.map((query) => ({ query, agoMs: 0 })),
        ...ofGuards.followed.flatMap(newestAsked),
      ];
      await Promise.all([...questions, ...further].map(({ query, agoMs }) => answers.prepare(query, agoMs)));
    },
  };

  function newestAsked(query: string | null) {
    const behind = query === null ? null : follow(query);
    if (behind?.ok !== true) return [];
    return behind.selectors.map(({ selector }) => ({ query: newestOf(selector), agoMs: 0 }));
  }
}

function newestOf(selector: string): string {
  return `max(timestamp(${selector}))`;
}
