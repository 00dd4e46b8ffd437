import type { Signal } from "./gate.ts";
import { type Limit, holds } from "./limit.ts";
import type { Base, Reading } from "./reading.ts";

/** A value is told apart from what it is compared with by this many standard deviations. */
const DEVIATIONS = 2;

/** Whom the flag reaches while a reading was taken. */
export type Reach = {
  /** Exposed out of everybody, 0 to 1; null: nobody can tell. */
  readonly share: number | null;
  /** Whether the reading shows that exposure and no other. */
  readonly isSettled: boolean;
};

/** What those who are exposed have of bad outcomes beyond what was normal, as a share of them. */
export type Excess =
  | { readonly kind: "known"; readonly share: number }
  | { readonly kind: "short"; readonly why: string };

type Compared = {
  readonly value: number;
  readonly samples: Reading["samples"];
  readonly base: Base & { readonly value: { readonly kind: "known" } };
  /** Above 0. */
  readonly share: number;
};

/**
 * `(ratio now - ratio before the ramp) / exposure`. A limit from above is met only if it still is with as much more as chance
 * and the difference of days may hide; one from below is breached only by `minBad` bad outcomes more than before, and by more
 * than these may bring. Else it is short.
 */
export function excessOf(limit: Limit, signal: Signal, { value, samples, base, share }: Compared): Excess {
  const known = samples?.kind === "known" ? samples.value : 0;
  const excess = value - base.value.value;
  const doubt = doubtOf(base, known);
  const found = { kind: "known", share: excess / share } as const;
  if (!holds(limit, found.share)) return found;
  if (limit.comparison === "at most" || limit.comparison === "below") {
    const isSure = holds(limit, (excess + doubt) / share);
    return isSure ? found : short("too few outcomes to tell it from what differs from day to day");
  }
  const more = excess * known;
  if (more < signal.minBad) {
    return short(`${Math.max(0, Math.floor(more))} of ${signal.minBad} bad outcomes more than before needed`);
  }
  return excess > doubt ? found : short("no more than what differs from day to day");
}

function short(why: string): Excess {
  return { kind: "short", why };
}

/** By chance, and by what one day differs from another. Where nothing was ever bad, chance is that of one bad outcome. */
function doubtOf({ value, samples, spread = 0 }: Compared["base"], outcomes: number): number {
  const before = samples?.kind === "known" ? samples.value : 0;
  if (outcomes <= 0 || before <= 0) return Number.POSITIVE_INFINITY;
  const chance = Math.max(value.value, 1 / before) / outcomes;
  return DEVIATIONS * Math.sqrt(chance + spread ** 2);
}
