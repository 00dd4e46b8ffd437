import { type Instant, MINUTE, type Millis } from "./instant.ts";
import type { Labels } from "./matcher.ts";
import type { Unknown } from "./reading.ts";

/** One scrape of a counter. */
export type RawSample = { readonly at: Instant; readonly value: number };

/** The scrapes of one counter, oldest first. */
export type RawSeries = { readonly labels: Labels; readonly samples: readonly RawSample[] };

/** Every series of a selector, or why they are not known. */
export type RawCounters = { readonly kind: "known"; readonly series: readonly RawSeries[] } | Unknown;

/** Samples are asked for from this long before the time that is counted: the last one before it is where counting begins. */
export const LOOK_BACK: Millis = 5 * MINUTE;

/** A stretch of time, `from` not included. */
export type Stretch = { readonly from: Instant; readonly to: Instant };

/**
 * What counters grew by, exactly: each sample against the one before it, series by series; one that is lower than that was
 * set back to 0 in between. `family` is everything counted beside them, which tells whether a target was scraped before one
 * of its series came to be: then it began at 0, and its first value counts. Else nobody knows what it counted when.
 */
export function incrementsOf(
  counters: readonly RawSeries[],
  family: readonly RawSeries[],
  stretch: Stretch,
): number {
  const firstSeen = firstSeenByTarget(family);
  return counters.reduce((sum, counter) => sum + growth(counter, firstSeen, stretch), 0);
}

function growth(
  { labels, samples }: RawSeries,
  firstSeen: ReadonlyMap<string, Instant>,
  { from, to }: Stretch,
): number {
  let before = samples.findLast(({ at }) => at <= from)?.value ?? null;
  let grown = 0;
  for (const { at, value } of samples) {
    if (at <= from || at > to) continue;
    if (before !== null) grown += value >= before ? value - before : value;
    else if ((firstSeen.get(targetOf(labels)) ?? at) < at) grown += value;
    before = value;
  }
  return grown;
}

function firstSeenByTarget(family: readonly RawSeries[]): ReadonlyMap<string, Instant> {
  const found = new Map<string, Instant>();
  for (const { labels, samples } of family) {
    const target = targetOf(labels);
    const first = samples[0]?.at ?? Number.POSITIVE_INFINITY;
    found.set(target, Math.min(first, found.get(target) ?? first));
  }
  return found;
}

function targetOf(labels: Labels): string {
  return JSON.stringify([labels["job"], labels["instance"]]);
}
