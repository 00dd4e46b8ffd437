import type { Instant, Millis } from "./instant.ts";

/** Why a question to Prometheus has no usable answer. `unreachable` is a refused or broken connection. */
export type UnknownReason =
  | "no-series"
  | "many-series"
  | "nan"
  | "infinite"
  | "stale"
  | "timeout"
  | `http-${number}`
  | "bad-answer"
  | "partial"
  | "too-large"
  | "query-budget"
  /** A window of a calendar in which nothing of the signal is to be believed. */
  | "window"
  | "unreachable";

export type Unknown = { readonly kind: "unknown"; readonly reason: UnknownReason; readonly detail: string };

/**
 * What one query answered at one instant. `empty` is a 200 without series: for most questions that is the unknown
 * `no-series`, but a counter that never failed and `emptyIs: 0` may mean zero, so the fact is kept apart.
 */
export type Answer =
  | { readonly kind: "value"; readonly value: number; readonly infos: readonly string[] }
  | { readonly kind: "empty" }
  | Unknown;

/** The newest sample behind one selector of a query. `newest` null: the selector matched nothing. */
export type SelectorFreshness = {
  readonly selector: string;
  readonly newest: Instant | null;
  readonly scrapeIntervalMs: Millis;
};

/** How fresh the data behind a query is, selector by selector; unknown when that could not be asked or followed. */
export type Freshness =
  | { readonly kind: "known"; readonly selectors: readonly SelectorFreshness[] }
  | Unknown;

/** What a question is asked for. `control...` is of those who are not exposed, `lastWeek...` as of a week, `before...` of days before. */
export const ASKED_ROLES = [
  "value",
  "bad",
  "total",
  "samples",
  "asOf",
  "witness",
  "controlBad",
  "controlTotal",
  "lastWeek",
  "lastWeekBad",
  "lastWeekTotal",
  "before",
  "beforeBad",
  "beforeTotal",
] as const;

export type AskedRole = (typeof ASKED_ROLES)[number];

/** One question of a pass with its answer, kept as evidence. */
export type Asked = {
  readonly role: AskedRole;
  readonly query: string;
  readonly answer: Answer;
  /** How long before the pass it was asked about, where one role is asked about several times. */
  readonly agoMs?: Millis;
};

/** Everything one pass learned about one signal. */
export type SignalAnswers = {
  readonly signal: string;
  readonly asked: readonly Asked[];
  /** Null where `asOf` replaces it. */
  readonly freshness: Freshness | null;
  /** Largest scrape interval known for the signal's series. */
  readonly scrapeIntervalMs: Millis;
  /** From when raw counters were counted, where a change of exposure came within their window. */
  readonly countedFrom?: Instant;
};

/** What a limit with a baseline compares with: the other cohort, or the same a week before, or on days before the ramp. */
export type Base = {
  readonly of: "control" | "last week" | "before";
  readonly value: { readonly kind: "known"; readonly value: number } | Unknown;
  /** Outcomes behind it; null where it states none. */
  readonly samples: { readonly kind: "known"; readonly value: number } | Unknown | null;
  /** Of days: standard deviation of one more of them, at most. */
  readonly spread?: number;
};

/** A signal's reading: a value with its time and sample count, or unknown with a reason. Never zero for "do not know". */
export type Reading = {
  readonly value: { readonly kind: "known"; readonly value: number } | Unknown;
  /** Outcomes behind the value; null when the signal states none, unknown when asked in vain. */
  readonly samples: { readonly kind: "known"; readonly value: number } | Unknown | null;
  readonly bad: { readonly kind: "known"; readonly value: number } | Unknown | null;
  /** Watermark, where the signal has one. */
  readonly asOf: Instant | null;
  /** What the signal's limits compare with. Absent: nothing but their numbers. */
  readonly bases?: readonly Base[];
  /** Remarks people should see, e.g. "no errors seen yet". */
  readonly notes: readonly string[];
};
