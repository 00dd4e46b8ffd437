import type { Instant, Millis } from "../domain/instant.ts";
import type { RawCounters, Stretch } from "../domain/increments.ts";
import type { Labels, Matcher } from "../domain/matcher.ts";
import type { Answer, Unknown } from "../domain/reading.ts";
import type { GivenSample } from "../gatefile/gate-test/series-text.ts";
import type { Series, Span } from "../trial/ports.ts";

/** A series with its samples, as an engine of PromQL is to have it. */
export type SampledSeries = { readonly labels: Labels; readonly samples: readonly GivenSample[] };

/**
 * A PromQL engine that a run of tests has for itself: it is given series at any time, and asked. Rehearsing knows no
 * PromQL of its own.
 */
export type PromqlEngine = {
  /** Null: it has them; else why not. */
  load(series: readonly SampledSeries[]): Promise<string | null>;
  range(
    query: string,
    span: Span,
  ): Promise<{ readonly kind: "known"; readonly series: readonly Series[] } | Unknown>;
  ask(query: string, at: Instant): Promise<Answer>;
  /** Every sample of the counters in the stretch. */
  counters(selector: string, stretch: Stretch): Promise<RawCounters>;
};

/** A recording rule as its file has it. */
export type RuleGiven = {
  readonly record: string;
  readonly expression: string;
  readonly labels: Labels;
  readonly intervalMs: Millis;
};

/** An alerting rule as its file has it. */
export type AlertRuleGiven = {
  readonly alert: string;
  readonly group: string;
  readonly expression: string;
  readonly labels: Labels;
  readonly forMs: Millis;
  readonly intervalMs: Millis;
  /** What it asks for that a test does not do; null: nothing. */
  readonly untestable: string | null;
};

/** What can be said about a rule and a guard without looking at any series. */
export type RuleSight = {
  /** None of its alerts can satisfy the guard, unless one shows otherwise. */
  readonly isOutside: boolean;
  /** It is behind the guard once each of these lists has a selector with series. */
  readonly anyOfEach: readonly (readonly string[])[];
  /** Without samples of these, narrowed to the guard, it can never fire. */
  readonly reads:
    | { readonly ok: true; readonly selectors: readonly string[] }
    | { readonly ok: false; readonly problem: string };
};

export type SeeRule = (rule: AlertRuleGiven, guard: readonly Matcher[]) => RuleSight;

/** A selector whose newest sample tells how fresh a query is. */
export type FollowedSelector = {
  readonly selector: string;
  /** Null: its samples come with the test's interval; else how often its rule runs. */
  readonly ruleIntervalMs: Millis | null;
  readonly mayBeEmpty: boolean;
};

/** What the service's own adapter finds behind a query, through these rules; or why that cannot be followed. */
export type FollowSelectors = (
  query: string,
  rules: readonly RuleGiven[],
) =>
  | { readonly ok: true; readonly selectors: readonly FollowedSelector[] }
  | { readonly ok: false; readonly problem: string };
