import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import {
  countedSince,
  isUnderWay,
  maintenanceAt,
  maintenanceText,
  stoodStill,
} from "../../../src/domain/maintenance.ts";
import { NOON, aMaintenance, after } from "../../support/builders.ts";

const WORK = aMaintenance({ since: after(10 * MINUTE), until: after(20 * MINUTE) });
const LATER = aMaintenance({ id: "mnt_2", since: after(40 * MINUTE), until: after(45 * MINUTE) });
const OTHER = aMaintenance({ id: "mnt_3", source: "other", since: NOON, until: after(HOUR) });
const ALL = [WORK, LATER, OTHER];

describe("maintenance", () => {
  test.each([
    { at: 10 * MINUTE - 1, is: false },
    { at: 10 * MINUTE, is: true },
    { at: 20 * MINUTE - 1, is: true },
    { at: 20 * MINUTE, is: false },
  ])("is under way from its beginning up to its end: $at ms is $is", ({ at, is }) => {
    expect(isUnderWay(WORK, after(at))).toBe(is);
    expect(maintenanceAt([OTHER, WORK], "main", after(at))).toBe(is ? WORK : null);
  });

  test("of another source says nothing about this one", () => {
    expect(maintenanceAt([OTHER], "main", after(MINUTE))).toBeNull();
    expect(stoodStill([OTHER], "main", NOON, after(HOUR))).toBe(0);
  });

  test.each([
    { what: "all of it", from: 0, to: 60, stood: 15 },
    { what: "what lies after the beginning", from: 15, to: 30, stood: 5 },
    { what: "what lies before the end", from: 0, to: 12, stood: 2 },
    { what: "what lies inside", from: 12, to: 14, stood: 2 },
    { what: "nothing before it", from: 0, to: 10, stood: 0 },
    { what: "nothing after it", from: 45, to: 60, stood: 0 },
    { what: "nothing where the clock went back", from: 18, to: 12, stood: 0 },
  ])("stands for $what", ({ from, to, stood }) => {
    expect(stoodStill(ALL, "main", after(from * MINUTE), after(to * MINUTE))).toBe(stood * MINUTE);
  });

  test("moves the beginning of a clock by as long as it stood", () => {
    expect(countedSince(ALL, "main", after(5 * MINUTE), after(30 * MINUTE))).toBe(after(15 * MINUTE));
    expect(countedSince(ALL, "main", after(5 * MINUTE), after(15 * MINUTE))).toBe(after(10 * MINUTE));
    expect(countedSince([], "main", NOON, after(HOUR))).toBe(NOON);
  });

  test("is told with who ordered it, why, and for how much longer", () => {
    expect(maintenanceText(WORK, after(12 * MINUTE))).toBe(
      "maintenance by operator for another 8m: Prometheus is upgraded",
    );
  });
});
