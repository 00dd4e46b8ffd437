import type { Gate, Signal, Step } from "../../domain/gate.ts";
import { HOUR, formatMillis } from "../../domain/instant.ts";
import { type Limit, needsControl } from "../../domain/limit.ts";
import { isBounded } from "../../gatefile/lint/blind-steps.ts";
import type { BlindSpot, Estimate } from "./plan.ts";

/**
 * What the signals would not notice at this step, as far as it can be told: of shares of everything, and of the cohorts of
 * the signal whose outcomes were counted.
 */
export function blindSpots(
  { signals }: Gate,
  step: Step,
  perHour: Estimate,
  counting: Signal | null,
): readonly BlindSpot[] {
  return signals.flatMap((signal) => {
    const spot =
      signal.name === counting?.name && isOfCohorts(signal)
        ? ofCohorts(signal, step, perHour)
        : smallShare(signal, step);
    return spot === null ? [] : [spot];
  });
}

/** Those exposed are so few that a share of everything hardly moves, whatever happens to them. */
function smallShare(signal: Signal, { to, audience }: Step): BlindSpot | null {
  if (audience !== undefined || to === 0 || to === 100) return null;
  const limits = stopsOf(signal).filter((limit) => isBounded(signal, limit) && isExceeded(limit));
  const lowest = lowestOf(limits);
  if (lowest === null) return null;
  const below = Math.min(1, lowest.value / (to / 100));
  return { signal: signal.name, below, why: `${lowest.text} of everything, while ${to}% are exposed` };
}

function ofCohorts(signal: Signal, step: Step, perHour: Estimate): BlindSpot | null {
  const stops = stopsOf(signal);
  const hasControl = step.to < 100 || step.audience !== undefined;
  const armed = stops.filter((limit) => hasControl || !needsControl(limit));
  if (stops.length > 0 && armed.length === 0) {
    return { signal: signal.name, below: 1, why: "nobody is left to compare with" };
  }
  return fewOutcomes(signal, armed, perHour);
}

/** The window holds so few of those exposed that `minBad` of them are a larger part than the limit. */
function fewOutcomes(signal: Signal, armed: readonly Limit[], perHour: Estimate): BlindSpot | null {
  const { measure, minBad } = signal;
  if (measure.kind !== "counters" || perHour.kind === "unknown" || perHour.value === 0) return null;
  const lowest = lowestOf(armed.filter((limit) => isExceeded(limit) && isRatio(limit)));
  const inWindow = (perHour.value * measure.windowMs) / HOUR;
  const below = Math.min(1, minBad / inWindow);
  if (lowest === null || below <= lowest.value) return null;
  const why = `${minBad} bad are needed, and ${formatMillis(measure.windowMs)} have about ${Math.floor(inWindow)} outcomes`;
  return { signal: signal.name, below, why };
}

function isOfCohorts({ measure }: Signal): boolean {
  return measure.kind === "counters" && measure.cohorts !== null;
}

function stopsOf({ halt, rollback }: Signal): readonly Limit[] {
  return [halt, rollback].filter((limit) => limit !== null);
}

function isExceeded({ comparison }: Limit): boolean {
  return comparison === "above" || comparison === "at least";
}

/** A ratio, or an excess of it. */
function isRatio({ baseline }: Limit): boolean {
  return baseline === undefined || baseline === "over control";
}

function lowestOf(limits: readonly Limit[]): Limit | null {
  return limits.toSorted((a, b) => a.value - b.value)[0] ?? null;
}
