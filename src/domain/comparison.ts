import type { Signal } from "./gate.ts";
import { type Limit, comparesWithBefore, holds, needsControl } from "./limit.ts";
import { type Reach, excessOf } from "./of-exposed.ts";
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
  /** What there is says too little to hold the limit against. */
  | { readonly kind: "short"; readonly why: string }
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
  const stated = LIMITS.flatMap((verb) => signal[verb] ?? []);
  if (emptySide === "candidate" && stated.length > 0 && stated.every(isOfExposed)) return true;
  if (emptySide === null || !hasCohorts(signal)) return false;
  return emptySide === "candidate" || stated.every(needsControl);
}

function isOfExposed({ baseline }: Limit): boolean {
  return baseline === "of exposed";
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
  { emptySide, ...reach }: Reach & { readonly emptySide: EmptySide },
): Compared {
  if (limit.baseline === undefined) return { kind: "known", value, base: 0 };
  if (needsControl(limit)) {
    if (emptySide !== null) return { kind: "not-applicable" };
    const base = baseOf(reading, "control")?.value;
    return base?.kind === "known"
      ? { kind: "known", value, base: base.value }
      : { kind: "no-baseline", why: "the control cannot be read" };
  }
  if (!comparesWithBefore(limit)) return lastWeek(signal, baseOf(reading, "last week"), value);
  const before = baseOf(reading, "before");
  if (isOfExposed(limit)) {
    return emptySide === "candidate"
      ? { kind: "not-applicable" }
      : ofExposed(limit, signal, reading, value, before, reach);
  }
  if (before?.value.kind !== "known") return nothingBefore(before);
  return before.value.value === 0
    ? { kind: "no-baseline", why: "nothing to compare with before the ramp: it was 0" }
    : { kind: "known", value, base: before.value.value };
}

function ofExposed(
  limit: Limit,
  signal: Signal,
  { samples }: Reading,
  value: number,
  base: Base | null,
  { share, isSettled }: Reach,
): Compared {
  if (base?.value.kind !== "known") return nothingBefore(base);
  if (share === null || share <= 0) {
    return { kind: "no-baseline", why: "which share of everybody is exposed is not known" };
  }
  if (!isSettled) return { kind: "short", why: "it still shows another exposure" };
  const excess = excessOf(limit, signal, { value, samples, base: { ...base, value: base.value }, share });
  return excess.kind === "known" ? { kind: "known", value: excess.share, base: 0 } : excess;
}

function nothingBefore(base: Base | null): Compared {
  const detail = base?.value.kind === "unknown" ? base.value.detail : "not asked";
  return { kind: "no-baseline", why: `nothing to compare with before the ramp: ${detail}` };
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
  if (isOfExposed(limit)) return `${shown}, ${formatValue({ unit: "ratio" }, found.value)} of those exposed`;
  const base = formatValue(signal, found.base);
  if (comparesWithBefore(limit)) return `${shown} against ${base} before the ramp`;
  return `${shown} against ${base} ${needsControl(limit) ? "of control" : "last week"}`;
}
