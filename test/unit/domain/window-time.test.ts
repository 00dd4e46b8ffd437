import { describe, expect, test } from "vitest";
import type { Recurrence, Weekday } from "../../../src/domain/calendar.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { type WindowHours, type ZoneOffset, spansOf } from "../../../src/domain/window-time.ts";

function at(text: string): number {
  return Date.parse(`${text}Z`);
}

const UTC: readonly ZoneOffset[] = [{ from: 0, ms: 0 }];

/** Central Europe, through the changes of 2026. */
const BERLIN: readonly ZoneOffset[] = [
  { from: 0, ms: HOUR },
  { from: at("2026-03-29T01:00"), ms: 2 * HOUR },
  { from: at("2026-10-25T01:00"), ms: HOUR },
];

function weekly(days: readonly Weekday[], fromMinute: number, toMinute: number): Recurrence {
  return { kind: "weekly", days, fromMinute, toMinute };
}

function textOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 16);
}

function shown(hours: WindowHours, after: string, upTo: string): readonly string[] {
  return spansOf(hours, at(after), at(upTo)).map(({ from, to }) => `${textOf(from)}/${textOf(to)}`);
}

function every(recurrence: Recurrence, offsets = UTC): WindowHours {
  return { kind: "every", recurrence, offsets };
}

describe("a window that comes once", () => {
  const once: WindowHours = { kind: "span", from: at("2026-11-20T00:00"), to: at("2026-12-01T12:00") };

  test.each([
    ["has begun with its first instant", "2026-11-20T00:00", "2026-11-20T00:00", 1],
    ["has not before", "2026-11-19T00:00", "2026-11-19T23:59", 0],
    ["is over with its end", "2026-12-01T12:00", "2026-12-02T00:00", 0],
    ["is not a minute earlier", "2026-12-01T11:59", "2026-12-02T00:00", 1],
  ])("%s", (_, after, upTo, count) => {
    expect(shown(once, after, upTo)).toHaveLength(count);
  });
});

describe("a window that comes again", () => {
  test("lies in the local time of its zone, in winter and in summer", () => {
    const sundays = every(weekly([7], 120, 300), BERLIN);
    expect(shown(sundays, "2026-03-16T00:00", "2026-04-06T00:00")).toEqual([
      "2026-03-22T01:00/2026-03-22T04:00",
      // Clocks go from 02:00 to 03:00: it begins an hour later, and is over at 05:00 of the summer.
      "2026-03-29T01:00/2026-03-29T03:00",
      "2026-04-05T00:00/2026-04-05T03:00",
    ]);
  });

  test("begins at the first of two equal times", () => {
    const sundays = every(weekly([7], 150, 240), BERLIN);
    expect(shown(sundays, "2026-10-24T12:00", "2026-10-25T12:00")).toEqual([
      "2026-10-25T00:30/2026-10-25T03:00",
    ]);
  });

  test("may go over midnight, and is seen on the day after", () => {
    const nights = every(weekly([1], 22 * 60, 4 * 60));
    expect(shown(nights, "2026-03-03T03:59", "2026-03-03T03:59")).toEqual([
      "2026-03-02T22:00/2026-03-03T04:00",
    ]);
    expect(shown(nights, "2026-03-03T04:00", "2026-03-03T12:00")).toEqual([]);
  });

  test("lies at the edges of months of any length", () => {
    const last: Recurrence = { kind: "monthly", edge: "last", days: 2, fromMinute: 0, toMinute: 1_440 };
    expect(shown(every(last), "2028-01-31T12:00", "2028-04-29T12:00")).toEqual([
      "2028-01-31T00:00/2028-02-01T00:00",
      "2028-02-28T00:00/2028-02-29T00:00",
      "2028-02-29T00:00/2028-03-01T00:00",
      "2028-03-30T00:00/2028-03-31T00:00",
      "2028-03-31T00:00/2028-04-01T00:00",
      "2028-04-29T00:00/2028-04-30T00:00",
    ]);
    const first: Recurrence = { ...last, edge: "first", days: 1 };
    expect(shown(every(first), "2026-12-31T12:00", "2027-02-28T00:00")).toEqual([
      "2027-01-01T00:00/2027-01-02T00:00",
      "2027-02-01T00:00/2027-02-02T00:00",
    ]);
  });

  test("is on the right days of the week before 1970 and without any offset, too", () => {
    const hours: WindowHours = { kind: "every", recurrence: weekly([3], 0, 60), offsets: [] };
    expect(spansOf(hours, -2 * 24 * HOUR, -MINUTE)).toEqual([{ from: -24 * HOUR, to: -23 * HOUR }]);
  });
});

test("of events that nobody reads no span is known", () => {
  expect(shown({ kind: "ical", source: "campaigns" }, "2026-01-01T00:00", "2026-12-31T00:00")).toEqual([]);
});
