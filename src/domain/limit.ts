import type { Millis } from "./instant.ts";

export type Comparison = "at most" | "at least" | "above" | "below" | "exactly";

/** How long a breach must last before it counts: at once, for a time, or for a number of new runs of the data. */
export type Persistence =
  | { readonly kind: "at-once" }
  | { readonly kind: "time"; readonly ms: Millis }
  | { readonly kind: "runs"; readonly count: number };

/** A sentence such as `above 0.2% for 1 run`. `value` is in base units: ratios 0-1, seconds, plain counts. */
export type Limit = {
  readonly text: string;
  readonly comparison: Comparison;
  readonly value: number;
  readonly persistence: Persistence;
  /** Of a `rollback` limit: one declared step down, and no further. Absent: 0 %. */
  readonly to?: "previous";
};

/** Whether the comparison is true of the value: an `advance` limit is met, a `halt` or `rollback` limit is breached. */
export function holds(limit: Limit, value: number): boolean {
  switch (limit.comparison) {
    case "at most":
      return value <= limit.value;
    case "at least":
      return value >= limit.value;
    case "above":
      return value > limit.value;
    case "below":
      return value < limit.value;
    case "exactly":
      return value === limit.value;
  }
}
