import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it, test } from "vitest";

import { parseEvery } from "../../../src/gatefile/every-text.ts";
import { parseFiles, understand } from "../../../src/gatefile/parse-files.ts";
import { instantOf, isZone } from "../../../src/gatefile/zone-time.ts";
import { DEFAULTS } from "./defaults.ts";

const WHOLE = { fromMinute: 0, toMinute: 1_440 };

describe("`every`", () => {
  test.each([
    ["Mon-Thu 09:00-16:00", { kind: "weekly", days: [1, 2, 3, 4], fromMinute: 540, toMinute: 960 }],
    ["Sun 02:00-05:00", { kind: "weekly", days: [7], fromMinute: 120, toMinute: 300 }],
    ["Fri-Mon", { kind: "weekly", days: [1, 5, 6, 7], ...WHOLE }],
    ["sat,SUN, ".slice(0, 7), { kind: "weekly", days: [6, 7], ...WHOLE }],
    ["Mon,Wed-Thursday 00:00-24:00", { kind: "weekly", days: [1, 3, 4], ...WHOLE }],
    ["day 22:00-04:00", { kind: "weekly", days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 1_320, toMinute: 240 }],
    ["  Mon   09:30-10:00 ", { kind: "weekly", days: [1], fromMinute: 570, toMinute: 600 }],
    ["Mon-Mon", { kind: "weekly", days: [1], ...WHOLE }],
    ["last 2 days of month", { kind: "monthly", edge: "last", days: 2, ...WHOLE }],
    [
      "last day of month 12:00-24:00",
      { kind: "monthly", edge: "last", days: 1, fromMinute: 720, toMinute: 1_440 },
    ],
    ["First 28 days of month", { kind: "monthly", edge: "first", days: 28, ...WHOLE }],
  ])("reads %s", (text, recurrence) => {
    expect(parseEvery(text)).toEqual({ ok: true, recurrence });
  });

  test.each([
    ["Mon-Thr 09:00-16:00", 0, 7, "`Mon-Thr` is no day"],
    ["Mon,,Tue", 4, 4, "nothing is no day"],
    ["Mon-Tue-Wed", 0, 11, "`Mon-Tue-Wed` is no day"],
    ["weekdays", 0, 8, "`weekdays` is no day"],
    ["Mon 9:00-16:00", 4, 14, "`9:00-16:00` is no time of the day from one to another"],
    ["Mon  09:00", 5, 10, "`09:00` is no time of the day from one to another"],
    ["Mon 24:00-02:00", 4, 15, "`24:00-02:00` is no time of the day from one to another"],
    ["Mon 09:00-24:01", 4, 15, "`09:00-24:01` is no time of the day from one to another"],
    ["Mon 09:00-09:00", 4, 15, "the window ends when it begins"],
    ["last 29 days of month", 0, 21, "no month is sure to have 29 days"],
    ["last 2 days of the month", 0, 4, "`last` is no day"],
  ])("does not read %s", (text, from, to, message) => {
    const parsed = parseEvery(text);
    expect(parsed.ok ? null : parsed.fault).toMatchObject({ from, to, message });
  });
});

describe("a time of a file", () => {
  test.each([
    ["2026-11-20T00:00", "Europe/Berlin", "2026-11-19T23:00:00Z"],
    ["2026-07-01T12:00:30", "Europe/Berlin", "2026-07-01T10:00:30Z"],
    ["2026-12-01T12:00Z", "Europe/Berlin", "2026-12-01T12:00:00Z"],
    ["2026-12-01T12:00+05:30", "UTC", "2026-12-01T06:30:00Z"],
    ["2026-12-01T12:00-08:00", "UTC", "2026-12-01T20:00:00Z"],
    ["2028-02-29T00:00", "UTC", "2028-02-29T00:00:00Z"],
    ["2026-12-31T23:59", "Pacific/Kiritimati", "2026-12-31T09:59:00Z"],
    // Clocks go from 02:00 to 03:00: the time that is left out is an hour later.
    ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00Z"],
    ["2026-03-29T01:59", "Europe/Berlin", "2026-03-29T00:59:00Z"],
    ["2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00:00Z"],
    // Clocks go from 03:00 back to 02:00: of two times the first.
    ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"],
    ["2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00:00Z"],
    ["2026-03-08T02:30", "America/New_York", "2026-03-08T07:30:00Z"],
  ])("%s in %s is %s", (written, zone, utc) => {
    expect(instantOf(written, zone)).toBe(Date.parse(utc));
  });

  test.each([
    "2026-02-29T00:00",
    "2026-04-31T00:00",
    "2026-13-01T00:00",
    "2026-01-01",
    "2026-01-01T24:00",
    "soon",
  ])("%s is none", (written) => {
    expect(instantOf(written, "UTC")).toBeNull();
  });

  test.each([
    ["Europe/Berlin", true],
    ["UTC", true],
    ["Asia/Kolkata", true],
    ["+01:00", false],
    ["Europe/Berln", false],
    ["", false],
  ])("`%s` is a zone: %s", (zone, is) => {
    expect(isZone(zone)).toBe(is);
  });
});

describe("a calendar", () => {
  const path = join(import.meta.dirname, "../../fixtures/flows/calendars.yaml");
  const { windows } = understand([{ path, text: readFileSync(path) }], DEFAULTS).shelf;
  const windowOf = (name: string) => windows.get(name)?.window;

  it("has windows that come again and again", () => {
    expect(windowOf("office-hours")).toEqual({
      name: "office-hours",
      timezone: "Europe/Berlin",
      time: {
        kind: "every",
        recurrence: { kind: "weekly", days: [1, 2, 3, 4], fromMinute: 540, toMinute: 960 },
      },
      effect: { kind: "allow-advance", mustSettleInside: true },
      retreat: null,
      overrule: null,
      onlyWrites: [],
    });
    expect(windowOf("month-end")).toMatchObject({
      effect: { kind: "ceiling", to: 25 },
      onlyWrites: ["invoice", "order"],
    });
    expect(windowOf("erp-maintenance")?.effect).toEqual({ kind: "blind", systems: ["erp"] });
  });

  it("has windows that come once, in the file's zone or one of their own", () => {
    expect(windowOf("peak-2026")).toMatchObject({
      time: { kind: "span", from: Date.parse("2026-11-19T23:00Z"), to: Date.parse("2026-12-01T12:00Z") },
      effect: { kind: "freeze" },
      retreat: { to: 5, beforeMs: 86_400_000 },
      overrule: { by: ["release-managers", "flow-owners"], count: 3, expiresMs: 4 * 3_600_000 },
    });
  });

  it("has windows that are events of another calendar", () => {
    expect(windowOf("campaign-start")).toMatchObject({
      time: { kind: "ical", source: "campaigns", firstMs: 3_600_000 },
      effect: { kind: "tighten" },
      overrule: { by: ["release-managers"], count: 1, expiresMs: 2 * 3_600_000 },
    });
  });

  it("counts in UTC where it names no zone, and says so", () => {
    const text =
      "schema: calendar/v1\nwindows: [{ name: a, from: 2026-01-01T00:00, to: 2026-01-02T00:00, effect: freeze }]\n";
    const files = [{ path: "a.yaml", text }];
    expect(understand(files, DEFAULTS).shelf.windows.get("a")?.window?.time).toEqual({
      kind: "span",
      from: Date.UTC(2026, 0, 1),
      to: Date.UTC(2026, 0, 2),
    });
    expect(parseFiles(files, DEFAULTS).problems.map(({ code, severity }) => [code, severity])).toEqual([
      ["R702", "warning"],
      ["R191", "warning"],
    ]);
  });

  it("has sound windows beside one that cannot be used", () => {
    const text =
      "schema: calendar/v1\ntimezone: UTC\nwindows:\n  - { name: a, every: Sun, effect: freeze }\n  - { name: b, every: Sun, effect: freeze, bogus: 1 }\n";
    const found = understand([{ path: "a.yaml", text }], DEFAULTS).shelf.windows;
    expect([...found].map(([name, { window }]) => [name, window === null])).toEqual([
      ["a", false],
      ["b", true],
    ]);
  });

  it("shares no window's name with another calendar", () => {
    const text = "schema: calendar/v1\ntimezone: UTC\nwindows: [{ name: a, every: Sun, effect: freeze }]\n";
    const { problems } = parseFiles(
      [
        { path: "a.yaml", text },
        { path: "b.yaml", text },
      ],
      DEFAULTS,
    );
    expect(
      problems
        .filter(({ code }) => code === "R704")
        .map(({ file, line, column, message }) => [file, line, column, message]),
    ).toEqual([
      ["a.yaml", 3, 19, "b.yaml declares a window with the same name"],
      ["b.yaml", 3, 19, "a.yaml declares a window with the same name"],
    ]);
  });
});
