import type { AlertRule } from "../domain/alert.ts";
import type { Unit } from "../domain/gate.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { Problem } from "../domain/problem.ts";
import type { Freshness, Unknown } from "../domain/reading.ts";
import type { AlertJudgement, SignalJudgement } from "../domain/verdict.ts";
import type { LimitTexts } from "./given-limits.ts";
import type { Past } from "./past.ts";
import type { SeriesShape } from "./series-shape.ts";

/** What is tried: a query with limits, or the name or the matchers of an alert. */
export type TryAsked = {
  readonly text: string;
  readonly source: string;
  readonly limits: LimitTexts;
  /** How far back the past is looked at. */
  readonly lastMs: Millis;
  readonly now: Instant;
};

/** 0 good, 3 waiting, 4 halt or rollback, 6 cannot see. */
export type TrialExit = 0 | 3 | 4 | 6;

export type Trial =
  | QueryTrial
  | AlertTrial
  /** The gate that would come of it has errors; `text` is that gate. */
  | { readonly kind: "faulty"; readonly problems: readonly Problem[]; readonly text: string }
  /** A name that is neither an alert nor a metric; `nearest` are names that are there. */
  | { readonly kind: "unheard"; readonly text: string; readonly nearest: readonly string[] };

export type QueryTrial = {
  readonly kind: "query";
  readonly query: string;
  readonly source: string;
  readonly at: Instant;
  readonly unit: { readonly is: Unit; readonly why: string; readonly better: "lower" | "higher" };
  readonly limits: LimitTexts & {
    /** From the past, because none were given; they decide no exit code. */
    readonly suggested: boolean;
  };
  readonly judgement: SignalJudgement;
  /** Null where `asOf` replaces it or it was not asked. */
  readonly freshness: Freshness | null;
  /** Null: the past could not be read, or the counts behind the query are single series by construction. */
  readonly shape: SeriesShape | null;
  readonly past: Past | Unknown;
  /** What does not fit together, and what was seen on the way. */
  readonly remarks: readonly string[];
  /** A whole gate file; null when no limit could be given or suggested. */
  readonly gate: string | null;
  readonly exitCode: TrialExit;
};

export type AlertTrial = {
  readonly kind: "alert";
  readonly match: string;
  readonly source: string;
  readonly at: Instant;
  readonly rules: readonly AlertRule[];
  readonly judgement: AlertJudgement;
  readonly past: Past | Unknown;
  readonly gate: string;
  readonly exitCode: TrialExit;
};
