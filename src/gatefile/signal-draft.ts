import type { Unit } from "../domain/gate.ts";
import { type Counts, inferCounts } from "../promql/counts.ts";
import { longestRange } from "../promql/look-back.ts";
import { checkCounters, DEFAULT_WINDOW } from "./counters.ts";
import { limitDirection } from "./lint/limit-direction.ts";
import { limitOrder } from "./lint/limit-order.ts";
import { limitPersistence } from "./lint/limit-persistence.ts";
import { lintQuery } from "./lint/query-rules.ts";
import type { Parameter } from "./parameters.ts";
import { checkReferences } from "./substitution.ts";
import type { Complain } from "./problem-list.ts";
import { checkQuery } from "./query-check.ts";
import type { SignalFields } from "./signal-keys.ts";
import { placeLimit, type PlacedLimit, type Verb, VERBS } from "./signal-limits.ts";
import type { Text } from "./text.ts";

export const QUERY_KEYS = ["query", "samples", "bad", "asOf", "witness"] as const;

/** A signal as it is meant, before parameters are put in. */
export type SignalDraft = {
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  /** The counts behind the ratio, where its query shows them and nothing written says otherwise. */
  readonly counts: Counts | null;
  /** The increase of the total, for a ratio whose counts are not bad outcomes. */
  readonly samples: string | null;
  readonly windowMs: number;
  /** How far back raw counters are counted; null: the signal has none. */
  readonly countedMs: number | null;
  readonly limits: readonly PlacedLimit[];
};

/**
 * Checks a signal and completes what it leaves out; null when its query cannot be understood. `meaning` holds the
 * queries; `own` is what the gate says, and the same fields where nothing comes from a library. `declaredIn` tells the
 * parameters that a query may name.
 */
export function draftSignal(
  meaning: SignalFields,
  own: SignalFields,
  declaredIn: (query: Text) => readonly Parameter[],
  complain: Complain,
): SignalDraft | null {
  const sound = checkQueries(meaning, declaredIn, complain);
  witnessTogether(meaning, complain);
  const countedMs = meaning.has("counts")
    ? (own.values.window ?? meaning.values.window ?? DEFAULT_WINDOW)
    : null;
  const isCounted = countedMs !== null && checkCounters(meaning, declaredIn, countedMs, complain);
  cohortsTogether(meaning, complain);
  const query = meaning.values.query;
  if (countedMs === null ? query === undefined : !isCounted) return null;

  const limits = statesLimit(own) ? own : meaning;
  const inferred = query !== undefined && sound.includes("query") ? inferCounts(query.text) : null;
  const isRatio = inferred !== null || isCounted;
  const unit = meaning.values.unit ?? (isRatio ? "ratio" : "none");
  const better = meaning.values.better ?? (isRatio ? "lower" : directionOf(limits));
  const asBad = inferred !== null && unit === "ratio" && better === "lower" && !meaning.has("bad");
  const placed = VERBS.flatMap((verb) => {
    const sentence = limits.values[verb];
    const known = meaning.values.unit !== undefined || isCounted || sound.includes("query") ? unit : null;
    const hasOutcomes = known === null || asBad || isCounted;
    const read = { unit: known, hasCohorts: meaning.has("cohorts"), hasOutcomes };
    const limit = sentence === undefined ? null : placeLimit(verb, sentence, read, complain);
    return limit === null ? [] : [limit];
  });
  // What points the wrong way is in no order with the others.
  if (limitDirection(placed, better, complain)) limitOrder(placed, complain);
  const hasPeriod = own.has("period") || meaning.has("period");
  limitPersistence(placed, { runs: runsOf(meaning, own), hasPeriod }, complain);
  for (const key of sound) {
    const text = meaning.values[key];
    const place = { key, mayBeEmpty: meaning.has("emptyIs"), isDated: meaning.has("asOf"), isCounted: asBad };
    if (text !== undefined) lintQuery(text, place, complain);
  }
  return {
    unit,
    better,
    counts: asBad ? inferred : null,
    samples: inferred !== null && unit === "ratio" && !asBad ? inferred.total : null,
    // Raw counters are counted from the last change on, so they show nothing of before.
    windowMs:
      query === undefined || isCounted
        ? 0
        : (own.values.window ?? meaning.values.window ?? windowOf(query, unit)),
    countedMs,
    limits: placed,
  };
}

/** Whether any of the three limits is written, readable or not. Who states one inherits none. */
export function statesLimit(fields: SignalFields): boolean {
  return VERBS.some((verb) => fields.has(verb));
}

/** The keys whose queries are sound. */
function checkQueries(
  meaning: SignalFields,
  declaredIn: (query: Text) => readonly Parameter[],
  complain: Complain,
): (typeof QUERY_KEYS)[number][] {
  return QUERY_KEYS.filter((key) => {
    const query = meaning.values[key];
    if (query === undefined) return false;
    // A parameter in the wrong place is no syntax either; once is enough.
    return checkReferences(query, "query", declaredIn(query), complain) && checkQuery(query, complain);
  });
}

/** What tells one run of the data from the next. */
function runsOf(meaning: SignalFields, own: SignalFields): "watermark" | "new data" | null {
  if (meaning.has("asOf")) return "watermark";
  return (own.values.onNewData ?? meaning.values.onNewData) === true ? "new data" : null;
}

/** R161: cohorts are sides of counters. */
function cohortsTogether(meaning: SignalFields, complain: Complain): void {
  if (!meaning.has("cohorts") || meaning.has("counts")) return;
  const message = "`cohorts` tells two sides of `counts` apart, and there are none";
  const suggestion = "write `counts: { bad: ..., total: ... }` in place of the query";
  complain({ code: "R161", at: meaning.at("cohorts"), message, suggestion });
}

function witnessTogether(meaning: SignalFields, complain: Complain): void {
  const [given, missing] = meaning.has("emptyIs")
    ? (["emptyIs", "witness"] as const)
    : (["witness", "emptyIs"] as const);
  if (!meaning.has(given) || meaning.has(missing)) return;
  const suggestion =
    missing === "witness"
      ? "add `witness:` with a query that answers only while the exporter lives"
      : "add `emptyIs: 0`";
  complain({ code: "R160", at: meaning.at(given), message: `\`${given}\` needs \`${missing}\``, suggestion });
}

/** A plain value that has to stay up says so by its limits. */
function directionOf({ values: { advance, halt, rollback } }: SignalFields): "lower" | "higher" {
  if (advance !== undefined) return /^(?:at least|above|>)/.test(advance.text) ? "higher" : "lower";
  return /^(?:at most|below|<)/.test((halt ?? rollback)?.text ?? "") ? "higher" : "lower";
}

/** Counts, ages and gauges show the present; a ratio or rate over a range shows its whole range. */
function windowOf(query: Text, unit: Unit): number {
  if (unit === "count" || unit === "seconds") return 0;
  return /\b(?:rate|irate|increase|delta|idelta)\s*\(/.test(query.text) ? longestRange(query.text) : 0;
}

export function limitOf(draft: SignalDraft, verb: Verb): PlacedLimit | null {
  return draft.limits.find((placed) => placed.verb === verb) ?? null;
}
