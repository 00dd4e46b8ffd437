import { describe, expect, test } from "vitest";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "./defaults.ts";

const GATE = `schema: gate/v1
name: one
owner: team
runbook: https://runbooks.example.com/one
flag: { unleash: one, stickiness: orderId }
calendars: [CALENDARS]
signals:
  - { name: backlog, query: sum(backlog), advance: at most 3, rollback: above 9 }
`;

/** What is said of a gate with all these windows. */
function told(windows: readonly string[], gate = GATE): readonly string[] {
  const names = windows.map((window) => /name: ([a-z0-9-]+)/.exec(window)?.[1] ?? "");
  const calendar = `schema: calendar/v1\ntimezone: Europe/Berlin\nwindows:\n${windows.map((each) => `  - { ${each} }\n`).join("")}`;
  const files = [
    { path: "calendar.yaml", text: calendar },
    { path: "gate.yaml", text: gate.replace("CALENDARS", names.join(", ")) },
  ];
  const { problems } = parseFiles(files, DEFAULTS);
  return problems.flatMap(({ code, message }) => (code === "R701" ? [message] : []));
}

const OFFICE = 'name: office, every: "Mon-Thu 09:00-16:00", effect: allow-advance';

describe("windows that leave time are no problem:", () => {
  test.each<[string, readonly string[]]>([
    ["office hours alone", [OFFICE]],
    ["two that overlap", [OFFICE, 'name: mornings, every: "day 08:00-10:00", effect: allow-advance']],
    [
      "a freeze of eleven days",
      [OFFICE, "name: peak, from: 2026-11-20T00:00, to: 2026-12-01T12:00, effect: freeze"],
    ],
    ["a ceiling, which allows less and not nothing", ["name: low, every: day, effect: { ceiling: 25% }"]],
    [
      "a freeze of what this gate does not write",
      ["name: all, every: day, effect: freeze, only: { writes: [order] }"],
    ],
    [
      "events that nobody reads",
      ["name: slots, ical: shop, effect: allow-advance", "name: sundays, every: Sun, effect: freeze"],
    ],
    ["the last days of months closed", ["name: close, every: last 2 days of month, effect: freeze"]],
  ])("%s", (_, windows) => {
    expect(told(windows)).toEqual([]);
  });
});

describe("windows that leave none are told:", () => {
  test.each<[string, readonly string[], string]>([
    [
      "two that never open together",
      [OFFICE, "name: weekends, every: 'Sat,Sun', effect: allow-advance"],
      "`office`, `weekends` leave no time for an increase for 70d, from 2026-01-01 on",
    ],
    [
      "a freeze of more than two weeks",
      ["name: peak, from: 2026-11-20T00:00, to: 2026-12-05T00:00, effect: freeze"],
      "`peak` leaves no time for an increase for 15d, from 2026-11-20 on",
    ],
    [
      "a freeze that is too long with the closed days around it",
      [OFFICE, "name: peak, from: 2026-11-20T00:00, to: 2026-12-04T00:00, effect: freeze"],
      "`office`, `peak` leave no time for an increase for 17d17h, from 2026-11-19 on",
    ],
    [
      "a time that comes once and was all there is",
      ["name: once, from: 2026-11-20T00:00, to: 2026-11-21T00:00, effect: allow-advance"],
      "`once` leaves no time for an increase for 70d, from 2026-01-01 on",
    ],
    [
      "one that blinds for good",
      ["name: blind, every: day, effect: blind"],
      "`blind` leaves no time for an increase for 70d, from 2026-01-01 on",
    ],
    [
      "the last four weeks of every month",
      ["name: close, every: last 28 days of month, effect: freeze"],
      "`close` leaves no time for an increase for 56d, from 2026-01-04 on",
    ],
  ])("%s", (_, windows, message) => {
    expect(told(windows)).toEqual([message]);
  });
});

test("a gate without a flag has no increases", () => {
  const watching = GATE.replace(/^flag:.*\n/m, "");
  expect(told(["name: all, every: day, effect: freeze"], watching)).toEqual([]);
});
