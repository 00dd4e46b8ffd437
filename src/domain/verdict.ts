import type { ActiveAlert, Silence } from "./alert.ts";
import type { Instant, Millis } from "./instant.ts";
import type { Asked, Reading } from "./reading.ts";

/** From the best to the worst. */
export const VERDICTS = ["good", "wait", "halt", "rollback"] as const;

export type Verdict = (typeof VERDICTS)[number];

/**
 * Why a signal has the verdict it has. `dark` is a missing reading whose whole source answers nothing, `no-baseline` one
 * that has nothing to be compared with; `not-applicable` is a comparison of cohorts while one of them has nobody in it;
 * `window` is a reading of a time that a calendar says is not to be believed.
 */
export const VERDICT_CODES = [
  "good",
  "between",
  "missing",
  "settling",
  "window",
  "short",
  "breached",
  "dark",
  "no-baseline",
  "not-applicable",
] as const;

export type VerdictCode = (typeof VERDICT_CODES)[number];

/** The worse of two verdicts: rollback > halt > wait > good. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return VERDICTS.indexOf(a) >= VERDICTS.indexOf(b) ? a : b;
}

/** What one signal says in one pass, with the evidence it says it from. */
export type SignalJudgement = {
  readonly signal: string;
  readonly verdict: Verdict;
  readonly code: VerdictCode;
  readonly message: string;
  /** The limit that decided, as its author wrote it; null when none did. */
  readonly limit: string | null;
  /** When the state is known to change by time alone (settle over, missing bound reached). */
  readonly until: Instant | null;
  readonly settleMs: Millis;
  /** Whether the signal counts for the gate's verdict and for raises now (a `finish` signal does only while baking). */
  readonly counts: boolean;
  readonly reading: Reading;
  readonly asked: readonly Asked[];
};

/** Why a guard has the verdict it has. */
export type AlertCode = "good" | "pending" | "firing" | "silenced" | "missing" | "dark";

/** An alert as evidence: which, in what state, since when, and who silenced it. */
export type AlertShown = ActiveAlert & {
  readonly rule: string;
  readonly silence: Silence | null;
};

/** What one guard says in one pass, with the alerts it says it from. */
export type AlertJudgement = {
  /** The guard's `match`. */
  readonly guard: string;
  readonly verdict: Verdict;
  readonly code: AlertCode;
  readonly message: string;
  /** When the state is known to change by time alone (missing bound reached). */
  readonly until: Instant | null;
  /** Names of the rules behind the guard. */
  readonly rules: readonly string[];
  /** Pending and firing alerts, the worst first. */
  readonly active: readonly AlertShown[];
  /** Remarks people should see, e.g. that silences could not be read. */
  readonly notes: readonly string[];
};

/** The part of the record each kind of cause comes from; doors and machines key on it. */
export type BecauseKind =
  | "state"
  | "definition"
  | "signal"
  | "alert"
  | "settle"
  | "hold"
  | "proof"
  | "require"
  | "approval"
  | "lock"
  | "switch"
  | "drift"
  | "claim"
  | "health";

/** One reason why a gate stands where it stands, and what would change that. */
export type Because = {
  readonly kind: BecauseKind;
  readonly code: string;
  readonly message: string;
  /** When time alone will open it. */
  readonly until: Instant | null;
  /** What would open it, when time alone does not. */
  readonly opens: string | null;
};
