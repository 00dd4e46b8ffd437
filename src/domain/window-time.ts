import type { DayTimes, Recurrence } from "./calendar.ts";
import { DAY, type Instant, MINUTE, type Millis } from "./instant.ts";

/** From then on a zone's clocks are so far ahead of UTC. */
export type ZoneOffset = { readonly from: Instant; readonly ms: Millis };

/**
 * When a window is, complete in itself: the offsets of its zone are in it, in order of time, so that every program comes
 * to the same spans, whatever it knows of time zones.
 */
export type WindowHours =
  | { readonly kind: "span"; readonly from: Instant; readonly to: Instant }
  | {
      readonly kind: "every";
      readonly recurrence: Recurrence;
      readonly offsets: readonly ZoneOffset[];
    }
  /** The events of a calendar elsewhere, which nothing reads yet: no span of it is known. */
  | { readonly kind: "ical"; readonly source: string };

/** A window of a calendar in which a signal is neither proof nor alarm. */
export type BlindWindow = { readonly name: string; readonly hours: WindowHours };

/** Up to and without `to`. */
export type TimeSpan = { readonly from: Instant; readonly to: Instant };

/** Spans of the window that have begun by `upTo` and end after `after`. */
export function spansOf(hours: WindowHours, after: Instant, upTo: Instant): readonly TimeSpan[] {
  switch (hours.kind) {
    case "span":
      return [hours].filter((span) => reaches(span, after, upTo)).map(({ from, to }) => ({ from, to }));
    case "every":
      return daysAround(after, upTo)
        .filter((day) => recursOn(hours.recurrence, day))
        .map((day) => spanOn(day, hours.recurrence, hours.offsets))
        .filter((span) => reaches(span, after, upTo));
    case "ical":
      return [];
  }
}

function reaches({ from, to }: TimeSpan, after: Instant, upTo: Instant): boolean {
  return from <= upTo && to > after;
}

/** Local days, counted from 1970-01-01, on which such a span may begin: no zone is further than a day from UTC, and no span is longer. */
function daysAround(after: Instant, upTo: Instant): readonly number[] {
  const first = Math.floor(after / DAY) - 2;
  return Array.from({ length: Math.floor(upTo / DAY) + 1 - first + 1 }, (_, index) => first + index);
}

function recursOn(recurrence: Recurrence, day: number): boolean {
  switch (recurrence.kind) {
    case "weekly":
      // 1970-01-01 was a Thursday.
      return recurrence.days.some((each) => each === ((((day + 3) % 7) + 7) % 7) + 1);
    case "monthly":
      // So many days later it is one of the first of the next month.
      return dayOfMonth(recurrence.edge === "first" ? day : day + recurrence.days) <= recurrence.days;
  }
}

function spanOn(day: number, { fromMinute, toMinute }: DayTimes, offsets: readonly ZoneOffset[]): TimeSpan {
  const offsetAt = (at: Instant): Millis => offsets.findLast(({ from }) => from <= at)?.ms ?? 0;
  const at = (minute: number): Instant => instantShown(day * DAY + minute * MINUTE, offsetAt);
  return { from: at(fromMinute), to: at(toMinute > fromMinute ? toMinute : toMinute + DAY / MINUTE) };
}

/**
 * When clocks show this time, given as if they stood at UTC, where `offsetAt` says how far they are ahead. A time that a
 * clock set forward leaves out means the time after it, one that comes twice the first of the two.
 */
export function instantShown(shown: Instant, offsetAt: (at: Instant) => Millis): Instant {
  // No zone is further than a day from UTC, and none changes its offset twice in two days.
  const offsets = [offsetAt(shown - DAY), offsetAt(shown + DAY)];
  const fitting = offsets.map((offset) => shown - offset).filter((at) => at + offsetAt(at) === shown);
  return fitting.length > 0 ? Math.min(...fitting) : shown - Math.min(...offsets);
}

/** Of the Gregorian calendar, from 1 (the usual count of days from eras of 400 years, each year from March on). */
function dayOfMonth(day: number): number {
  const dayOfEra = (((day + 719_468) % 146_097) + 146_097) % 146_097;
  const leaps = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const year = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  return dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
}
