import type { PromQL } from "./gate.ts";
import type { Instant, Millis } from "./instant.ts";
import type { Labels } from "./matcher.ts";
import type { Answer, Freshness, Unknown } from "./reading.ts";

/** Somebody's silence in Alertmanager that covers an alert. */
export type Silence = {
  readonly id: string;
  readonly by: string;
  readonly comment: string;
  readonly endsAt: Instant;
};

/** One pending or firing alert of a rule. `activeAt` is when its condition began to hold. */
export type ActiveAlert = {
  readonly labels: Labels;
  readonly state: "pending" | "firing";
  readonly activeAt: Instant;
};

/** An alerting rule behind a guard, as Prometheus last evaluated it. */
export type AlertRule = {
  readonly name: string;
  readonly group: string;
  /** The labels the rule itself puts on its alerts. */
  readonly labels: Labels;
  readonly query: PromQL;
  readonly health: "ok" | "err" | "unknown";
  readonly lastError: string | null;
  /** Null: it has not been evaluated yet. */
  readonly lastEvaluation: Instant | null;
  /** How often its group is evaluated. */
  readonly intervalMs: Millis;
  /** The rule's `for`. */
  readonly forMs: Millis;
  /** Its alerts that satisfy the guard's matchers. */
  readonly active: readonly ActiveAlert[];
  /**
   * Newest samples of what the rule reads, narrowed to the guard. Without them the rule can never fire, so its silence says
   * nothing. Known with no selectors: it reads no series whose age could tell.
   */
  readonly freshness: Freshness;
};

/** The rules behind a guard, or why they could not be read. */
export type AlertRules = { readonly kind: "known"; readonly rules: readonly AlertRule[] } | Unknown;

/** Who has silenced what; `not-configured` where no Alertmanager is named, and then silences are not seen. */
export type Silences =
  /** One entry for each alert asked about, in that order. */
  | { readonly kind: "known"; readonly silences: readonly (Silence | null)[] }
  | { readonly kind: "not-configured" }
  | Unknown;

/** Everything one pass learned about one guard. */
export type AlertAnswers = {
  /** The guard's `match`. */
  readonly guard: string;
  readonly rules: AlertRules;
  /** About every active alert, rule by rule, in the order of `rules`. */
  readonly silences: Silences;
  /** Null where the guard has no witness. */
  readonly witness: Answer | null;
};
