import type { Millis } from "./instant.ts";

export type Comparison = "at most" | "at least" | "above" | "below" | "exactly";

/** How long a breach must last before it counts: at once, for a time, or for a number of new runs of the data. */
export type Persistence =
  | { readonly kind: "at-once" }
  | { readonly kind: "time"; readonly ms: Millis }
  | { readonly kind: "runs"; readonly count: number };

/** What the value of a limit is compared with, where it is not the signal's value alone. */
export const BASELINES = [
  "over control",
  "under control",
  "of control",
  "of last week",
  "of exposed",
  "of baseline",
] as const;

export type Baseline = (typeof BASELINES)[number];

/**
 * A sentence such as `above 0.2% for 1 run`. `value` is in base units: ratios 0-1, seconds, plain counts; with a baseline
 * that begins with `of` it is the share of that. What is compared with `of exposed` is the share itself.
 */
export type Limit = {
  readonly text: string;
  readonly comparison: Comparison;
  readonly value: number;
  readonly persistence: Persistence;
  /** Absent: the value stands for itself. */
  readonly baseline?: Baseline;
  /** Of a `rollback` limit: one declared step down, and no further. Absent: 0 %. */
  readonly to?: "previous";
};

/**
 * Whether the comparison is true of the value: an `advance` limit is met, a `halt` or `rollback` limit is breached. `base`
 * is the baseline's value, where the limit has one.
 */
export function holds(limit: Limit, value: number, base = 0): boolean {
  if (limit.baseline === undefined) return compares(limit.comparison, value, limit.value);
  switch (limit.baseline) {
    case "of exposed":
      return compares(limit.comparison, clean(value), limit.value);
    case "over control":
      return compares(limit.comparison, clean(value - base), limit.value);
    case "under control":
      return compares(limit.comparison, clean(base - value), limit.value);
    // Multiplied and not divided, so that a control without one bad outcome is something to compare with.
    case "of control":
    case "of last week":
    case "of baseline":
      return compares(limit.comparison, clean(value), clean(limit.value * base));
  }
}

/** Without the dust of binary fractions: 96 % less 95 % is 1 % and not a little more. */
function clean(value: number): number {
  return Math.round(value * 1e12) / 1e12;
}

function compares(comparison: Comparison, value: number, bound: number): boolean {
  switch (comparison) {
    case "at most":
      return value <= bound;
    case "at least":
      return value >= bound;
    case "above":
      return value > bound;
    case "below":
      return value < bound;
    case "exactly":
      return value === bound;
  }
}

/** Whether the limit compares the candidate with the control. */
export function needsControl({ baseline }: Limit): boolean {
  return baseline === "over control" || baseline === "under control" || baseline === "of control";
}

/** Whether the limit compares with the same hours of the days before the ramp. */
export function comparesWithBefore({ baseline }: Limit): boolean {
  return baseline === "of exposed" || baseline === "of baseline";
}
