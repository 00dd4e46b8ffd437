import type { Millis } from "../domain/instant.ts";
import type { Unknown } from "../domain/reading.ts";
import { parseDuration } from "../text/duration-text.ts";
import { unknown, type Success } from "./reply.ts";
import { isList, isObject } from "./shape.ts";

/** The largest scrape interval of each job that is scraped. */
export type ScrapeIntervals = ReadonlyMap<string, Millis>;

/** From `/api/v1/targets`. */
export function scrapeIntervalsOf(success: Success): ScrapeIntervals | Unknown {
  const targets = isObject(success.data) ? success.data["activeTargets"] : null;
  if (!isList(targets)) return unknown("bad-answer", "the list of targets is missing");

  const largest = new Map<string, Millis>();
  for (const target of targets) {
    if (!isObject(target) || !isObject(target["labels"]))
      return unknown("bad-answer", "a target has no labels");
    const { job } = target["labels"];
    const written = target["scrapeInterval"];
    const intervalMs = typeof written === "string" ? parseDuration(written) : null;
    if (typeof job !== "string" || intervalMs === null) continue;
    largest.set(job, Math.max(largest.get(job) ?? 0, intervalMs));
  }
  return largest;
}

/** The largest among these jobs; null when none of them is scraped here. */
export function largestOf(intervals: ScrapeIntervals, jobs: readonly string[]): Millis | null {
  const known = jobs.map((job) => intervals.get(job)).filter((each) => each !== undefined);
  return known.length === 0 ? null : Math.max(...known);
}
