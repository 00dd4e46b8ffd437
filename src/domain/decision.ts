import type { FlagObservation, ServedObservation } from "./flag.ts";
import type { Instant } from "./instant.ts";
import type { Percent } from "./percent.ts";
import type { RampState } from "./ramp.ts";
import type { Exposure } from "./record.ts";
import type { AlertJudgement, Because, SignalJudgement, Verdict } from "./verdict.ts";

/** What a pass set out to do. `restore` lowers or raises back to the recorded percent on a person's word. */
export type Action =
  | { readonly kind: "none" }
  | {
      readonly kind: "raise" | "lower" | "retoken" | "restore" | "rotate" | "release" | "refit";
      readonly from: Percent | null;
      readonly to: Percent;
      readonly title: string;
      /** Whom a raise is for, in words. Absent: everybody. */
      readonly audience?: string;
    }
  | { readonly kind: "switch-off" };

/**
 * The immutable record of a pass, or of several equal ones folded together: `at` is the first, `lastAt` the last, `count`
 * how many. Evidence (`signals`) is of the first pass, and of the last one where `count` is above 1.
 */
export type Decision = {
  readonly id: string;
  readonly gate: string;
  readonly run: string | null;
  readonly definition: string;
  readonly at: Instant;
  readonly lastAt: Instant;
  readonly count: number;
  /** Who caused the pass: the clock, or a person's or machine's command. */
  readonly actor: string;
  readonly before: RampState;
  readonly after: RampState;
  readonly step: number;
  readonly of: number;
  readonly verdict: Verdict;
  readonly because: readonly Because[];
  readonly signals: readonly SignalJudgement[];
  readonly alerts: readonly AlertJudgement[];
  readonly exposure: Exposure;
  readonly flag: FlagObservation | null;
  readonly served: ServedObservation | null;
  readonly approvals: readonly string[];
  readonly action: Action;
  /** Of whom the percents of `exposure` are, in words. Absent: of everybody. */
  readonly audience?: string;
  /** In observe mode: what would have been done. */
  readonly would: "advance" | "halt" | "rollback" | null;
};
