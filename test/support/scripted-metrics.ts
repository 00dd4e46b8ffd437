import type { Metrics } from "../../src/control/ports.ts";
import type { AlertRules } from "../../src/domain/alert.ts";
import type { RawCounters, Stretch } from "../../src/domain/increments.ts";
import type { Instant, Millis } from "../../src/domain/instant.ts";
import type { Matcher } from "../../src/domain/matcher.ts";
import type { Answer, Freshness, SelectorFreshness, UnknownReason } from "../../src/domain/reading.ts";

type Scripted = number | Answer;

/** One question as it was asked. */
export type AskedQuestion = { readonly source: string; readonly query: string; readonly at: Instant };

/** One question about raw counters as it was asked. */
export type AskedCounters = { readonly source: string; readonly selector: string; readonly stretch: Stretch };

/** Prometheus by script: each query answers what was set for it, and its data is as fresh as the question. */
export type ScriptedMetrics = Metrics & {
  /** From now on, for every source; a function answers by the instant. A query that was never set is `empty`. */
  set(query: string, answer: Scripted | ((at: Instant) => Scripted)): void;
  /** The newest sample behind a whole query, or behind one selector of it; null: it matches nothing any more. */
  newest(queryOrSelector: string, newest: Instant | null): void;
  /** What `freshness` says about a query, instead of what follows from `newest`. */
  setFreshness(query: string, freshness: Freshness): void;
  /** Selectors of a query, where it has other ones than itself. */
  setSelectors(query: string, selectors: readonly string[]): void;
  /** What `counters` answers about a selector; no series until it is set. */
  setCounters(selector: string, raw: RawCounters | ((stretch: Stretch) => RawCounters)): void;
  /** What `alertRules` answers, by the matchers asked about; no rules until it is set. */
  setAlertRules(scripted: ScriptedRules): void;
  /** Every question to every source fails so, until `recover`. */
  fail(reason: UnknownReason): void;
  recover(): void;
  setScrapeInterval(ms: Millis): void;
  setClockSkew(ms: Millis | null): void;
  /** Every question of `ask`, in order. */
  readonly asked: readonly AskedQuestion[];
  /** Every question of `counters`, in order. */
  readonly askedCounters: readonly AskedCounters[];
  /** Every question of `freshness`, in order. */
  readonly askedFreshness: readonly AskedQuestion[];
};

type ScriptedRules = (matchers: readonly Matcher[], source: string, at: Instant) => AlertRules;

const noRules: ScriptedRules = () => ({ kind: "known", rules: [] });

export function createScriptedMetrics(): ScriptedMetrics {
  const answers = new Map<string, Scripted | ((at: Instant) => Scripted)>();
  const newest = new Map<string, Instant | null>();
  const freshness = new Map<string, Freshness>();
  const selectors = new Map<string, readonly string[]>();
  const counters = new Map<string, RawCounters | ((stretch: Stretch) => RawCounters)>();
  const asked: AskedQuestion[] = [];
  const askedFreshness: AskedQuestion[] = [];
  const askedCounters: AskedCounters[] = [];
  let failure: UnknownReason | null = null;
  let alertRules = noRules;
  let scrapeIntervalMs: Millis = 15_000;
  let skewMs: Millis | null = 0;

  function answer(query: string, at: Instant): Answer {
    if (failure !== null) return { kind: "unknown", reason: failure, detail: `scripted ${failure}` };
    const scripted = answers.get(query) ?? { kind: "empty" };
    const now = typeof scripted === "function" ? scripted(at) : scripted;
    return typeof now === "number" ? { kind: "value", value: now, infos: [] } : now;
  }

  function selectorFreshness(selector: string, query: string, at: Instant): SelectorFreshness {
    const known = [selector, query].find((each) => newest.has(each));
    return { selector, newest: known === undefined ? at : (newest.get(known) ?? null), scrapeIntervalMs };
  }

  return {
    async ask(source, queries, at) {
      const distinct = [...new Set(queries)];
      asked.push(...distinct.map((query) => ({ source, query, at })));
      return new Map(distinct.map((query) => [query, answer(query, at)]));
    },
    async freshness(source, query, at) {
      askedFreshness.push({ source, query, at });
      if (failure !== null) return { kind: "unknown", reason: failure, detail: `scripted ${failure}` };
      const fixed = freshness.get(query);
      if (fixed !== undefined) return fixed;
      const behind = selectors.get(query) ?? [query];
      return { kind: "known", selectors: behind.map((each) => selectorFreshness(each, query, at)) };
    },
    async counters(source, selector, stretch) {
      askedCounters.push({ source, selector, stretch });
      if (failure !== null) return { kind: "unknown", reason: failure, detail: `scripted ${failure}` };
      const scripted = counters.get(selector) ?? { kind: "known", series: [] };
      return typeof scripted === "function" ? scripted(stretch) : scripted;
    },
    setCounters: (selector, raw) => void counters.set(selector, raw),
    async alertRules(source, matchers, at) {
      if (failure !== null) return { kind: "unknown", reason: failure, detail: `scripted ${failure}` };
      return alertRules(matchers, source, at);
    },
    clockSkewMs: () => skewMs,
    setAlertRules(scripted) {
      alertRules = scripted;
    },
    set: (query, scripted) => void answers.set(query, scripted),
    newest: (queryOrSelector, instant) => void newest.set(queryOrSelector, instant),
    setFreshness: (query, known) => void freshness.set(query, known),
    setSelectors: (query, behind) => void selectors.set(query, behind),
    fail(reason) {
      failure = reason;
    },
    recover() {
      failure = null;
    },
    setScrapeInterval(ms) {
      scrapeIntervalMs = ms;
    },
    setClockSkew(ms) {
      skewMs = ms;
    },
    asked,
    askedCounters,
    askedFreshness,
  };
}
