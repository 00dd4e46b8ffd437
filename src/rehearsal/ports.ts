import type { Instant, Millis } from "../domain/instant.ts";
import type { RawCounters, Stretch } from "../domain/increments.ts";
import type { Labels } from "../domain/matcher.ts";
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
