import { blindedBy } from "./blind-window.ts";
import type { Gate, Signal } from "./gate.ts";
import { DAY, type Instant, type Millis } from "./instant.ts";
import { type Limit, comparesWithBefore } from "./limit.ts";
import type { Base, Unknown } from "./reading.ts";
import type { GateRecord } from "./record.ts";

/** A time in which nobody was exposed; `since` null: from whenever. */
export type Unexposed = { readonly since: Instant | null; readonly until: Instant };

/** As many days as are looked at, and none from longer ago: Prometheus keeps 15 days unless told otherwise. */
const MOST_DAYS = 7;
export const OLDEST_DAYS = 14;

/** One day alone says nothing of how far days differ. */
const FEWEST_DAYS = 2;

export function needsBefore({ advance, halt, rollback }: Signal): boolean {
  return [advance, halt, rollback].some((limit: Limit | null) => limit !== null && comparesWithBefore(limit));
}

/** The time before the ramp as far as it is sure that nobody was exposed; null where that is not known. */
export function unexposedBefore({ run, exposure }: GateRecord, now: Instant): Unexposed | null {
  if (run !== null) {
    return run.unexposed === undefined ? null : { since: run.unexposed.since, until: run.startedAt };
  }
  return exposure.set === 0 ? { since: exposure.changedAt, until: now } : null;
}

/** What a run that begins at 0 % keeps of the time before it; nothing where no limit of the gate asks for it. */
export function unexposedAtStart(
  gate: Gate,
  { exposure }: GateRecord,
  at: number,
): { readonly unexposed?: { readonly since: Instant | null } } {
  return at === 0 && gate.signals.some(needsBefore) ? { unexposed: { since: exposure.changedAt } } : {};
}

/**
 * How long before `now` the same hours of the days before the ramp are: the last ones in which all that the signal shows
 * then is of the unexposed time, and of no window that blinds it.
 */
export function daysBefore(signal: Signal, unexposed: Unexposed | null, now: Instant): readonly Millis[] {
  if (unexposed === null || !needsBefore(signal)) return [];
  const { since, until } = unexposed;
  const shownMs = shownBy(signal);
  return Array.from({ length: OLDEST_DAYS }, (_, index) => (index + 1) * DAY)
    .filter((ago) => now - ago <= until && (since === null || now - ago - shownMs > since))
    .filter((ago) => blindedBy(signal, shownMs, now - ago) === null)
    .slice(0, MOST_DAYS);
}

/** How much past a reading of the signal shows. */
function shownBy({ measure, lagMs, periodMs, windowMs }: Signal): Millis {
  return lagMs + Math.max(2 * (periodMs ?? 0), measure.kind === "counters" ? measure.windowMs : windowMs);
}

/** What one of these days said: a ratio with its outcomes, or a value alone. */
export type DaySeen = { readonly value: number; readonly total: number | null };

/** The days taken together, with how far today may differ from them though nothing has changed. */
export function baseOfDays(days: readonly DaySeen[]): Base {
  if (days.length < FEWEST_DAYS) {
    const detail = `${days.length} of ${FEWEST_DAYS} days before the ramp can be read`;
    return { of: "before", value: lost(detail), samples: null };
  }
  const totals = days.map(({ total }) => total ?? 1);
  const all = totals.reduce((sum, total) => sum + total, 0);
  const level = days.reduce((sum, { value, total }) => sum + value * (total ?? 1), 0) / all;
  const value = { kind: "known", value: level } as const;
  const hasOutcomes = days.every(({ total }) => total !== null);
  return {
    of: "before",
    value,
    samples: hasOutcomes ? { kind: "known", value: all } : null,
    spread: spreadOf(days, level),
  };
}

function lost(detail: string): Unknown {
  return { kind: "unknown", reason: "no-series", detail };
}

/**
 * Upper bounds of a variance known from 2 to 7 days: what it is multiplied by so that it is too small in one case of five
 * (degrees of freedom over the 20 % quantile of chi-squared).
 */
const INFLATION: readonly number[] = [15.58, 4.481, 2.985, 2.426, 2.134, 1.954];

/** Standard deviation of one more day's ratio from the level of these. */
function spreadOf(days: readonly DaySeen[], level: number): number {
  const freedom = days.length - 1;
  const squares = days.reduce((sum, { value }) => sum + (value - level) ** 2, 0);
  const inflation = INFLATION[freedom - 1] ?? 1;
  return Math.sqrt((squares / freedom) * inflation * (1 + 1 / days.length));
}
