import { describe, expect, it } from "vitest";

import type { Unit } from "../../../src/domain/gate.ts";
import { parseLimit } from "../../../src/gatefile/limit-text.ts";
import { inBaseUnit } from "../../../src/gatefile/limit-unit.ts";

function valueOf(text: string, unit: Unit): number | string {
  const parsed = parseLimit(text);
  if (!parsed.ok) return parsed.fault.message;
  const base = inBaseUnit(parsed.sentence.amount, unit);
  return base.ok ? base.value : base.misfit.code;
}

describe("the value of a limit", () => {
  it.each<[string, Unit, number | string]>([
    ["at most 0.5%", "ratio", 0.005],
    ["at most 0.07%", "ratio", 0.0007],
    ["above 0.3pp", "ratio", 0.003],
    ["above 1.5x", "ratio", 1.5],
    ["above 100%", "ratio", 1],
    ["exactly 0", "ratio", 0],
    ["at most 0.3", "ratio", "R203"],
    ["at most 20m", "ratio", "R222"],
    ["at most -1%", "ratio", "R222"],
    ["at most 1h30m", "seconds", 5_400],
    ["at most 0.5s", "seconds", 0.5],
    ["at most 0", "seconds", 0],
    ["at most 30", "seconds", "R203"],
    ["at most 3%", "seconds", "R222"],
    ["at least 2", "count", 2],
    ["at least 2.5", "count", 2.5],
    ["above 20m", "count", "R222"],
    ["above 5/s", "none", 5],
    ["above 7200/h", "none", 2],
    ["below -5", "none", -5],
    ["above 3%", "none", "R222"],
  ])("%s of a %s", (text, unit, expected) => {
    expect(valueOf(text, unit)).toBe(expected);
  });
});

describe("the sentence of a limit", () => {
  it.each([
    ["<= 5%", "at most"],
    [">= 5%", "at least"],
    ["<5%", "below"],
    ["> 5%", "above"],
    ["== 5%", "exactly"],
  ])("accepts %s", (text, comparison) => {
    const parsed = parseLimit(text);
    expect(parsed.ok && parsed.sentence.comparison).toBe(comparison);
  });

  it.each([
    ["above 2% for 10m", { kind: "time", ms: 600_000 }],
    ["above 2% for 1 run", { kind: "runs", count: 1 }],
    ["above 2% for 3 runs", { kind: "runs", count: 3 }],
    ["above 2%", { kind: "at-once" }],
  ])("%s lasts", (text, persistence) => {
    const parsed = parseLimit(text);
    expect(parsed.ok && parsed.sentence.persistence).toEqual(persistence);
  });

  it.each([
    ["", ""],
    ["above", ""],
    ["above2%", "above2%"],
    ["more than 2%", "more than"],
    ["At most 2%", "At most"],
    ["above 2%%", "2%%"],
    ["above 0x10", "0x10"],
    ["above 1e3", "1e3"],
    ["above 2% for", "for"],
    ["above 2% for 0m", "for 0m"],
    ["above 2% for 0 runs", "for 0 runs"],
    ["above 2% for ten minutes", "for ten minutes"],
    ["above 2% of tomorrow", "of tomorrow"],
  ])("refuses %j and points at %j", (text, at) => {
    const parsed = parseLimit(text);
    expect(parsed.ok ? null : text.slice(parsed.fault.from, parsed.fault.to)).toBe(at);
  });

  it.each(["over control", "under control", "of control", "of last week", "of exposed", "of baseline"])(
    "knows the baseline %s",
    (baseline) => {
      const parsed = parseLimit(`above 0.3pp ${baseline} for 15m`);
      expect(parsed.ok && parsed.sentence.baseline?.text).toBe(baseline);
      expect(parsed.ok && parsed.sentence.persistence).toEqual({ kind: "time", ms: 900_000 });
    },
  );
});
