import type { Instant, Millis } from "../../domain/instant.ts";
import type { Percent } from "../../domain/percent.ts";

/** How many outcomes there are, exposed or not, at current traffic. */
export type Traffic =
  | {
      readonly kind: "known";
      /** Whose counters were counted. */
      readonly signal: string;
      /** Outcomes of everybody, an hour on average. */
      readonly perHour: number;
      /** Whole hours of the last day in which something counted. */
      readonly hours: number;
      /** Of those who are not exposed, or of everybody where there are no cohorts. Null: the bad ones could not be counted. */
      readonly outcomes: { readonly bad: number; readonly total: number } | null;
    }
  /** `isUnseen`: a source was asked in vain. Else nobody could be asked. */
  | { readonly kind: "unknown"; readonly why: string; readonly isUnseen: boolean };

export type Estimate =
  | { readonly kind: "known"; readonly value: number }
  | { readonly kind: "unknown"; readonly why: string };

/** How long something takes at current traffic, and that it never comes about. */
export type Wait =
  | { readonly kind: "known"; readonly ms: Millis }
  | { readonly kind: "unknown"; readonly why: string }
  | { readonly kind: "never"; readonly why: string };

/** What a step excludes before the next one. */
export type PlannedProof = {
  /** As written. */
  readonly text: string;
  /** Outcomes needed where none is bad; null: more than anybody waits for, or it cannot be told. */
  readonly noneBad: number | null;
  readonly oneBad: number | null;
  /** How long the second takes. The first is part of the step's evidence. */
  readonly oneBadWait: Wait;
};

/** When a step is entered at the earliest. */
export type Entry =
  | { readonly kind: "at"; readonly at: Instant }
  /** How long an earlier step takes cannot be told: not before this. */
  | { readonly kind: "after"; readonly at: Instant; readonly why: string }
  | { readonly kind: "never"; readonly why: string };

/** Harm that no limit of the signal would notice at a step. */
export type BlindSpot = {
  readonly signal: string;
  /** Part of those exposed that may be bad unnoticed, 0 to 1; 1: all of them. */
  readonly below: number;
  readonly why: string;
};

export type PlannedStep = {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly to: Percent;
  /** Outcomes of those exposed, an hour. */
  readonly perHour: Estimate;
  /** Least time at this step; at the last one the bake. */
  readonly holdMs: Millis;
  readonly isLast: boolean;
  readonly proof: PlannedProof | null;
  /** Until readings have settled, are no longer short, and nothing bad proves the step. */
  readonly evidence: Wait;
  readonly entry: Entry;
  /** Who has to approve or promise something before the step is entered. */
  readonly approvals: readonly string[];
  readonly blind: readonly BlindSpot[];
};

/** How often the gate would have stopped a ramp of late, whatever went on. */
export type PastHalts =
  | {
      readonly kind: "known";
      readonly times: number;
      /** As long as there was something to judge. */
      readonly overMs: Millis;
      /** Signals without data in that time. */
      readonly unread: readonly string[];
    }
  | { readonly kind: "unknown"; readonly why: string };

/** What will happen when a ramp of this definition starts now. */
export type GatePlan = {
  readonly gate: string;
  readonly at: Instant;
  readonly traffic: Traffic;
  readonly steps: readonly PlannedStep[];
  /** When the ramp can be finished. */
  readonly finish: Entry;
  readonly halts: PastHalts;
  /** What the table does not show, and people should know. */
  readonly remarks: readonly string[];
};
