import type { Instant, Millis } from "../../domain/instant.ts";
import type { Labels, Matcher } from "../../domain/matcher.ts";
import type { Percent } from "../../domain/percent.ts";
import type { RampState } from "../../domain/ramp.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { SeriesRun } from "./series-text.ts";

/** Where something is written. */
export type Written = { readonly file: string; readonly line: number };

/** A series as a test gives it: one sample each `interval`, from the beginning of the data on. */
export type GivenSeries = {
  /** With `__name__`. */
  readonly labels: Labels;
  readonly runs: readonly SeriesRun[];
  readonly at: Written;
};

/** Where the ramp stands when a case begins. */
export type CaseStart = {
  readonly at: Instant;
  readonly mode: "act" | "observe";
  /** Counted from 1; 0: started and not yet exposed; `none`: no ramp runs. Null: the first, where the gate has steps. */
  readonly step: number | "none" | null;
  /** For how long it has stood there, watched and good: counts towards hold or bake, and settle is measured from before it. */
  readonly heldMs: Millis;
};

export const PERSONAL_ACTIONS = [
  "start",
  "act",
  "observe",
  "approve",
  "reject",
  "pause",
  "resume",
  "advance",
  "rollback",
  "restart",
  "adopt-flag",
  "restore",
  "abort",
  "finish",
] as const;

export type PersonalAction = (typeof PERSONAL_ACTIONS)[number];

/** What happens besides what the series say. */
export type CaseEvent = { readonly afterMs: Millis; readonly at: Written } & (
  | {
      readonly kind: "person";
      readonly action: PersonalAction;
      readonly by: string;
      /** The code with which the engine has to refuse it; null: it has to be taken. */
      readonly refused: string | null;
    }
  /** Somebody moves the percent in Unleash. */
  | { readonly kind: "edit"; readonly to: Percent; readonly by: string }
  /** CI tells a deploy of the gate's service. */
  | { readonly kind: "deploy"; readonly version: string }
  | { readonly kind: "maintenance"; readonly forMs: Millis; readonly by: string }
  /** Somebody silences alerts in Alertmanager. */
  | {
      readonly kind: "silence";
      readonly matchers: readonly Matcher[];
      readonly forMs: Millis;
      readonly by: string;
    }
);

/** What has to be true at some time of a case. Absent members are not looked at. */
export type Expected = {
  readonly afterMs: Millis;
  readonly at: Written;
  readonly verdict?: Verdict;
  /** Each has to be among the reasons or the signals of the last pass. */
  readonly because: readonly string[];
  readonly state?: RampState;
  readonly exposure?: Percent;
  readonly step?: number;
};

/** One case: a stretch of virtual time with everything that happens in it. */
export type GateCase = {
  readonly name: string;
  readonly at: Written;
  readonly start: CaseStart;
  readonly intervalMs: Millis;
  /** So long before the start the series begin. */
  readonly beforeMs: Millis;
  readonly series: readonly GivenSeries[];
  readonly events: readonly CaseEvent[];
  readonly expect: readonly Expected[];
};

/** One `gate-test/v1` file. JSON-serialisable. */
export type GateTest = {
  readonly path: string;
  readonly gate: string;
  readonly gateAt: Written;
  /** Prometheus rule files, relative to the test file. */
  readonly rules: readonly string[];
  /** Groups of each person. */
  readonly people: Readonly<Record<string, readonly string[]>>;
  readonly cases: readonly GateCase[];
};
