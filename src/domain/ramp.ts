import type { Instant, Millis } from "./instant.ts";
import type { Percent } from "./percent.ts";
import type { Because } from "./verdict.ts";

/** Where a ramp stands while its signals are armed: proving at a step (0 = not yet exposed) or baking at the last. */
export type Standing =
  | { readonly state: "proving"; readonly step: number }
  | { readonly state: "baking"; readonly step: number };

/** What verifying a decrease has shown so far. */
export type Verification = {
  /** First instant at which set and served both showed the target; verified at the second, at least 5 s later. */
  readonly firstAt: Instant | null;
  /** Since when only *served* is late. */
  readonly servedLateSince: Instant | null;
};

/** A person stopped growth. */
export type Paused = {
  readonly state: "paused";
  readonly from: Standing;
  readonly since: Instant;
  readonly by: string;
  readonly reason: string;
  /** When it goes on by itself; null: when a person says so. */
  readonly until: Instant | null;
};

/** A rollback that goes one declared step down and ends halted there. */
export type StepBack = {
  readonly step: number;
  /** Percent of that step, above 0: a step back to 0 % is a whole rollback. */
  readonly to: Percent;
  /** Whose breach ordered it. Each of them takes the next step only on a reading that this one has settled in. */
  readonly signals: readonly string[];
};

/** One state a ramp can be in, with just the data that state has. */
export type Ramp =
  | { readonly state: "idle" }
  | Standing
  | Paused
  | {
      readonly state: "halted";
      readonly from: Standing;
      readonly since: Instant;
      readonly causes: readonly Because[];
      /** Time spent with a signal at halt; at the gate's halt deadline the halt becomes a rollback. */
      readonly alarmMs: Millis;
      readonly remindedAt: Instant;
      /** The pause that the halt came upon: only `resume` lifts both. */
      readonly paused: Paused | null;
    }
  | {
      readonly state: "rolling-back";
      readonly from: Standing;
      readonly since: Instant;
      readonly fromPercent: Percent | null;
      readonly causes: readonly Because[];
      readonly rung: "rollout" | "environment-off";
      readonly verification: Verification;
      readonly pagedAt: Instant | null;
      /** Absent: to 0 %. */
      readonly stepBack?: StepBack;
    }
  | {
      /** Verified at 0 %; those who took the new path before finish there. */
      readonly state: "draining";
      readonly since: Instant;
      readonly fromPercent: Percent | null;
      readonly causes: readonly Because[];
      /** When it ends, whoever is left. */
      readonly until: Instant;
    }
  | {
      readonly state: "rolled-back";
      readonly since: Instant;
      readonly fromPercent: Percent | null;
      readonly causes: readonly Because[];
      /** Nobody has said that the drain before it was done. */
      readonly drain?: "overdue";
    }
  | { readonly state: "finished"; readonly since: Instant };

export type RampState = Ramp["state"];

/** Every state, in the order a ramp may come to them. */
export const RAMP_STATES = [
  "idle",
  "proving",
  "baking",
  "paused",
  "halted",
  "rolling-back",
  "draining",
  "rolled-back",
  "finished",
] as const satisfies readonly RampState[];
