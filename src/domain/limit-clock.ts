import type { Instant, Millis } from "./instant.ts";
import { type Limit, holds } from "./limit.ts";
import type { LimitClock } from "./record.ts";

export const UNBREACHED: LimitClock = { ms: 0, at: null, runs: 0, runAsOf: null };

/** Two passes further apart than this many times `every` were not consecutive: what lies between is not known. */
export const CONSECUTIVE = 3;

type Observation = {
  readonly now: Instant;
  readonly everyMs: Millis;
  readonly value: number;
  /** Of the limit's baseline, where it has one. */
  readonly base?: number;
  readonly asOf: Instant | null;
};

/** The clock after a pass that could read the value. */
export function breachedOrNot(limit: Limit, clock: LimitClock, seen: Observation): LimitClock {
  const breached = holds(limit, seen.value, seen.base);
  const freshRun = seen.asOf !== null && (clock.runAsOf === null || seen.asOf > clock.runAsOf);
  const counted = breached ? clock.runs + 1 : 0;
  const runs = freshRun ? counted : clock.runs;
  const runAsOf = freshRun ? seen.asOf : clock.runAsOf;
  if (!breached) return { ms: 0, at: null, runs, runAsOf };

  const sinceLast = clock.at === null ? Number.POSITIVE_INFINITY : seen.now - clock.at;
  const consecutive = sinceLast >= 0 && sinceLast <= CONSECUTIVE * seen.everyMs;
  return { ms: clock.ms + (consecutive ? sinceLast : 0), at: seen.now, runs, runAsOf };
}

/** The clock after a pass that could not read the value: nothing is added and nothing is cleared. */
export function unread(clock: LimitClock): LimitClock {
  return { ...clock, at: null };
}

/** Whether the breach has lasted as long as the limit asks. */
export function lasted(
  limit: Limit,
  clock: LimitClock,
  periodMs: Millis | null,
  hasWatermark: boolean,
): boolean {
  const breachedNow = clock.at !== null;
  switch (limit.persistence.kind) {
    case "at-once":
      return breachedNow;
    case "time":
      return breachedNow && clock.ms >= limit.persistence.ms;
    case "runs": {
      if (hasWatermark) return breachedNow && clock.runs >= limit.persistence.count;
      const runs = periodMs === null ? 0 : 1 + Math.floor(clock.ms / periodMs);
      return breachedNow && runs >= limit.persistence.count;
    }
  }
}
