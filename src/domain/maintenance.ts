import { HOUR, type Instant, type Millis, formatMillis } from "./instant.ts";

/** A time in which a person expects a source to be away, so that nobody counts how long nothing is seen of it. */
export type Maintenance = {
  readonly id: string;
  readonly source: string;
  readonly since: Instant;
  /** When it ends by itself; earlier, when it was ended or another one took its place. Of one source no two overlap. */
  readonly until: Instant;
  /** `person:<name>`. */
  readonly by: string;
  readonly reason: string;
};

/** Clocks that a person stops must not be forgotten: longer work is ordered again. */
export const LONGEST_MAINTENANCE: Millis = 24 * HOUR;

/** The maintenance of the source that is under way at this instant; null: none. */
export function maintenanceAt(all: readonly Maintenance[], source: string, at: Instant): Maintenance | null {
  return all.find((each) => each.source === source && isUnderWay(each, at)) ?? null;
}

export function isUnderWay({ since, until }: Maintenance, at: Instant): boolean {
  return since <= at && at < until;
}

/** How much of the time between two instants the source was under maintenance. */
export function stoodStill(all: readonly Maintenance[], source: string, from: Instant, to: Instant): Millis {
  return all
    .filter((each) => each.source === source)
    .map(({ since, until }) => Math.max(0, Math.min(until, to) - Math.max(since, from)))
    .reduce((sum, each) => sum + each, 0);
}

/** Where a clock that began at `since` would have begun had there been no maintenance: what lies after it counts. */
export function countedSince(
  all: readonly Maintenance[],
  source: string,
  since: Instant,
  now: Instant,
): Instant {
  return since + stoodStill(all, source, since, now);
}

/** `maintenance by anna for another 1h20m: Prometheus is upgraded` */
export function maintenanceText({ by, until, reason }: Maintenance, now: Instant): string {
  return `maintenance by ${by.replace(/^person:/, "")} for another ${formatMillis(until - now)}: ${reason}`;
}
