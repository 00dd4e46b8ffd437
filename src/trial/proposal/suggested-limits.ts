import { formatMillis, SECOND } from "../../domain/instant.ts";

/** Limits as a gate states them, with where they come from in words. */
export type SuggestedLimits = {
  readonly advance: string;
  readonly halt: string | null;
  readonly rollback: string | null;
  readonly why: string;
};

/** Fewer points say nothing about a usual day: an hour of them, five minutes apart. */
const LEAST_POINTS = 12;
/** Room above what the worst hundredth of the past showed. */
const ROOM = 1.2;

/** For a share of bad outcomes, 0 to 1. At most half of everything may ever be called good enough. */
export function errorLimits(past: readonly number[]): SuggestedLimits {
  const enough = past.length >= LEAST_POINTS;
  const good = enough ? Math.min(0.5, roundUp(Math.max(0.005, ROOM * quantile(past, 0.99)))) : 0.01;
  return {
    advance: `at most ${percent(good)}`,
    halt: breach(2 * good, "5m"),
    rollback: breach(4 * good, "5m"),
    why: enough ? shareOfPast("it", past) : NO_PAST,
  };
}

/** For a share that should be high, given as the share that was missing from 1. */
export function shortfallLimits(past: readonly number[]): SuggestedLimits {
  const allowed = Math.min(0.5, roundUp(Math.max(0.02, ROOM * quantile(past, 0.99))));
  return {
    advance: `at least ${percent(1 - allowed)}`,
    halt: 2 * allowed < 1 ? `below ${percent(1 - 2 * allowed)} for 10m` : null,
    rollback: null,
    why: shareOfPast("what was missing from 100%", past),
  };
}

/** For a number of things that wait. */
export function waitingLimits(past: readonly number[]): SuggestedLimits {
  const enough = past.length >= LEAST_POINTS;
  const good = Math.ceil(roundUp(Math.max(10, ROOM * quantile(enough ? past : [], 0.99))));
  return {
    advance: `at most ${good}`,
    halt: `above ${2 * good} for 10m`,
    rollback: null,
    why: enough
      ? `over the last day it was ${plain(quantile(past, 0.5))} in the middle and ${plain(quantile(past, 0.99))} at the 99th percentile`
      : NO_PAST,
  };
}

/** For the share of targets that answer. A rolling deploy may take a few away. */
export const UP_LIMITS: SuggestedLimits = {
  advance: "at least 90%",
  halt: "below 50% for 5m",
  rollback: null,
  why: "the usual ones: they do not come from the past",
};

const NO_PAST = "there is no day of history to look at, so these are only usual numbers";

/** Whether these points say anything about a usual day. */
export function isEnoughPast(past: readonly number[]): boolean {
  return past.length >= LEAST_POINTS;
}

/** The smallest value that at least this share of the others do not exceed (nearest rank); 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** A bucket's bound in seconds as people read it. */
export function boundText(seconds: number): string {
  return formatMillis(seconds * SECOND);
}

function shareOfPast(what: string, past: readonly number[]): string {
  return `over the last day ${what} was ${percent(quantile(past, 0.5))} in the middle and ${percent(quantile(past, 0.99))} at the 99th percentile`;
}

function breach(share: number, lasting: string): string | null {
  return share > 0.9 ? null : `above ${percent(share)} for ${lasting}`;
}

/** Two significant digits, never below the number itself. */
function roundUp(value: number): number {
  const size = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / size - 1e-9) * size).toPrecision(2));
}

function percent(share: number): string {
  return `${plain(share * 100)}%`;
}

function plain(value: number): string {
  return String(Number(value.toPrecision(3)));
}
