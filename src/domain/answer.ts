import type { Purpose } from "./gate.ts";
import type { Instant } from "./instant.ts";
import type { Percent } from "./percent.ts";
import type { RampState } from "./ramp.ts";
import type { Because, SignalJudgement, Verdict } from "./verdict.ts";

/** 0 open, 3 closed for now, 4 halted, rolled back or drifted, 5 only an approval is missing, 6 cannot see. */
export type ExitCode = 0 | 3 | 4 | 5 | 6;

/** What a pipeline or a person is told about one gate for one purpose. */
export type StatusAnswer = {
  readonly gate: string;
  readonly for: Purpose;
  readonly open: boolean;
  /** Of the signals alone; everything else stands in `because`. */
  readonly verdict: Verdict;
  readonly state: RampState;
  readonly mode: "observe" | "act";
  readonly exitCode: ExitCode;
  readonly exposure: {
    readonly wanted: Percent | null;
    readonly set: Percent | null;
    readonly served: Percent | null;
    readonly observed: number | null;
    readonly unit: "percent";
  };
  /** `index` 0 is before the first step; `next` is the percent of the next step, null at the last. */
  readonly step: { readonly index: number; readonly of: number; readonly next: Percent | null };
  readonly because: readonly Because[];
  readonly signals: readonly SignalJudgement[];
  /** Earliest instant at which asking again may give another answer. */
  readonly retryAt: Instant | null;
  readonly decision: string | null;
  readonly definition: string;
  readonly at: Instant;
};
