import type { Signal, Unit } from "../domain/gate.ts";
import { SECOND, formatMillis } from "../domain/instant.ts";
import type { Limit } from "../domain/limit.ts";
import { parseLimit } from "../gatefile/limit-text.ts";
import type { LimitTexts } from "./given-limits.ts";
import {
  errorLimits,
  isEnoughPast,
  quantile,
  shortfallLimits,
  waitingLimits,
} from "./proposal/suggested-limits.ts";

/**
 * Limits that the past would mostly have kept: a place to begin, and nobody's judgement of what is good. Null where the past
 * holds too few values to say.
 */
export function suggestLimits(
  unit: Unit,
  better: "lower" | "higher",
  values: readonly number[],
): LimitTexts | null {
  if (!isEnoughPast(values)) return null;
  if (unit === "ratio") {
    const { advance, halt, rollback } =
      better === "lower" ? errorLimits(values) : shortfallLimits(values.map((value) => 1 - value));
    return { advance, halt, rollback };
  }
  if (unit === "count" && better === "lower") {
    const { advance, halt, rollback } = waitingLimits(values);
    return { advance, halt, rollback };
  }
  return better === "lower" ? above(unit, values) : below(unit, values);
}

/** A limit with room for what the past showed, and the value it comes from. */
export type Roomier = {
  readonly percentile: number;
  readonly value: number;
  readonly bound: number;
  readonly text: string;
};

/** What all but one in two hundred of the values keep. */
const USUAL = 0.995;
/** A limit is near the past from this part of it on. */
const NEAR = 0.9;

/**
 * The same limit, moved to where all but one in two hundred of the values would have kept it with some room. Null where it
 * has that room already, where the past holds too few values, and where it compares with something else than a number.
 */
export function roomierLimit(
  { unit, better }: Pick<Signal, "unit" | "better">,
  limit: Limit,
  values: readonly number[],
): Roomier | null {
  const parsed = parseLimit(limit.text);
  if (limit.baseline !== undefined || !parsed.ok || !isEnoughPast(values)) return null;
  const percentile = better === "lower" ? USUAL : 1 - USUAL;
  const value = quantile(values, percentile);
  const bound = better === "lower" ? boundAbove(value, limit.value) : boundBelow(unit, value, limit.value);
  if (bound === null) return null;
  const { from, to, unit: asWritten } = parsed.sentence.amount;
  if (asWritten === "/s" || asWritten === "/h") return null;
  const written = unit === "ratio" ? `${plain(bound * 100)}%` : amount(unit, bound);
  const text = `${limit.text.slice(0, from)}${written}${limit.text.slice(to)}`;
  return { percentile: Number((percentile * 100).toFixed(1)), value, bound, text };
}

/** Without the dust of binary fractions: 2.4 is not a little more. */
function upwards(value: number): number {
  return Math.ceil(value - 1e-9);
}

function boundAbove(value: number, limit: number): number | null {
  if (value < NEAR * limit) return null;
  const bound = rounded(value * 1.2, upwards);
  return bound > limit ? bound : null;
}

function boundBelow(unit: Unit, value: number, limit: number): number | null {
  if (value * NEAR > limit) return null;
  const bound = unit === "ratio" ? 1 - rounded((1 - value) * 1.2, upwards) : rounded(value * 0.8, Math.floor);
  return bound > 0 && bound < limit ? bound : null;
}

function above(unit: Unit, values: readonly number[]): LimitTexts {
  const usual = rounded(Math.max(0, quantile(values, 0.99)) * 1.2, Math.ceil);
  const good = usual === 0 ? 1 : usual;
  return {
    advance: `at most ${amount(unit, good)}`,
    halt: `above ${amount(unit, 2 * good)} for 5m`,
    rollback: `above ${amount(unit, 4 * good)} for 5m`,
  };
}

/** A value that must stay up and has been at or below 0 leaves no room for a limit under it. */
function below(unit: Unit, values: readonly number[]): LimitTexts {
  const good = rounded(quantile(values, 0.01) * 0.8, Math.floor);
  if (good <= 0) return { advance: "at least 0", halt: null, rollback: null };
  return {
    advance: `at least ${amount(unit, good)}`,
    halt: `below ${amount(unit, good / 2)} for 5m`,
    rollback: null,
  };
}

/** Two significant digits. */
function rounded(value: number, round: (value: number) => number): number {
  if (value <= 0) return 0;
  const size = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((round(value / size) * size).toPrecision(2));
}

function amount(unit: Unit, value: number): string {
  if (unit !== "seconds") return plain(value);
  if (value >= 60) return formatMillis(value * SECOND);
  return value >= 1 ? `${plain(value)}s` : `${Math.max(1, Math.round(value * SECOND))}ms`;
}

/** Limits take no exponents. */
function plain(value: number): string {
  return value >= 0.001 && value < 1e15
    ? String(Number(value.toPrecision(3)))
    : value.toFixed(12).replace(/\.?0+$/, "");
}
