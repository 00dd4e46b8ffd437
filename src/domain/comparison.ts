import type { Signal } from "./gate.ts";
import { type Limit, holds, needsControl } from "./limit.ts";
import type { Percent } from "./percent.ts";
import type { Base, Reading } from "./reading.ts";
import { formatValue } from "./value-text.ts";

/** The cohort that nobody belongs to because we keep it so: none is exposed, or everybody is. Null: both have members. */
export type EmptySide = "candidate" | "control" | null;

/** Of a percent, and of whom it is one in words. Where all of a segment are exposed, everybody else is the control. */
export function emptySideAt(percent: Percent | null, whom: string | undefined): EmptySide {
  if (percent === 0) return "candidate";
  return percent === 100 && whom === undefined ? "control" : null;
}

/** What there is to hold a limit against. A comparison with a cohort that is kept empty says nothing. */
export type Compared =
  | { readonly kind: "known"; readonly value: number; readonly base: number }
  | { readonly kind: "no-baseline"; readonly why: string }
  | { readonly kind: "not-applicable" };

const LIMITS = ["advance", "halt", "rollback"] as const;

export function hasCohorts({ measure }: Signal): boolean {
  return measure.kind === "counters" && measure.cohorts !== null;
}

/** Whether any limit of the signal compares the cohorts. */
export function comparesCohorts(signal: Signal): boolean {
  return LIMITS.some((verb) => {
    const limit = signal[verb];
    return limit !== null && needsControl(limit);
  });
}

/** Whether nothing of the signal can be read while that cohort is kept empty. */
export function isUnreadable(signal: Signal, emptySide: EmptySide): boolean {
  if (emptySide === null || !hasCohorts(signal)) return false;
  const stated = LIMITS.flatMap((verb) => signal[verb] ?? []);
  return emptySide === "candidate" || stated.every(needsControl);
}

export function baseOf(reading: Reading, of: Base["of"]): Base | null {
  return reading.bases?.find((base) => base.of === of) ?? null;
}

/** The signal's value beside what the limit compares it with. */
export function compared(
  limit: Limit,
  signal: Signal,
  reading: Reading,
  value: number,
  emptySide: EmptySide,
): Compared {
  if (limit.baseline === undefined) return { kind: "known", value, base: 0 };
  if (needsControl(limit)) {
    if (emptySide !== null) return { kind: "not-applicable" };
    const base = baseOf(reading, "control")?.value;
    return base?.kind === "known"
      ? { kind: "known", value, base: base.value }
      : { kind: "no-baseline", why: "the control cannot be read" };
  }
  return lastWeek(signal, baseOf(reading, "last week"), value);
}

/** A week ago without data, with too little of it, or at 0, which may as well have been an outage, is nothing to compare with. */
function lastWeek(signal: Signal, base: Base | null, value: number): Compared {
  const { value: then, samples } = base ?? { value: null, samples: null };
  if (samples?.kind === "known" && samples.value < signal.floor) {
    return none(`${Math.floor(samples.value)} of ${signal.floor} samples needed`);
  }
  if (then?.kind !== "known") return none(`${then?.reason ?? "bad-answer"}: ${then?.detail ?? "not asked"}`);
  return then.value === 0 ? none("it was 0") : { kind: "known", value, base: then.value };
}

function none(why: string): Compared {
  return { kind: "no-baseline", why: `nothing to compare with a week ago: ${why}` };
}

/** Whether the limit is met, or breached; false where there is nothing to hold it against. */
export function isTrue(limit: Limit, found: Compared): boolean {
  return found.kind === "known" && holds(limit, found.value, found.base);
}

/** The value as people read it, beside what the limit compares it with. */
export function comparedText(signal: Signal, limit: Limit | null, found: Compared, value: number): string {
  const shown = formatValue(signal, value);
  if (limit?.baseline === undefined || found.kind !== "known") return shown;
  const base = formatValue(signal, found.base);
  return `${shown} against ${base} ${needsControl(limit) ? "of control" : "last week"}`;
}
