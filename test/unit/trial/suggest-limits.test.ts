import { expect, test } from "vitest";
import type { Unit } from "../../../src/domain/gate.ts";
import { gateOfText } from "../../../src/trial/gate-of-text.ts";
import { gateOfQuery } from "../../../src/trial/smallest-gate.ts";
import { suggestLimits } from "../../../src/trial/suggest-limits.ts";

function steady(value: number): readonly number[] {
  return Array.from({ length: 50 }, () => value);
}

test.each([
  ["ratio", "lower", 0.001],
  ["ratio", "lower", 0],
  ["ratio", "higher", 0.999],
  ["count", "lower", 0],
  ["count", "lower", 1234],
  ["count", "higher", 10],
  ["seconds", "lower", 0.0042],
  ["seconds", "lower", 1.5],
  ["seconds", "lower", 4000],
  ["seconds", "higher", 30],
  ["none", "lower", 0],
  ["none", "lower", 3e9],
  ["none", "lower", 0.00002],
  ["none", "higher", 7.5],
  ["none", "higher", 0],
] as const)(
  "limits suggested for a steady %s, %s is better, at %s make a gate that lints clean",
  (unit, better, value) => {
    const limits = suggestLimits(unit, better, steady(value));
    if (limits === null) throw new Error("nothing was suggested");
    const text = gateOfQuery({ query: "some_metric", unit, better, limits, why: "suggested" });
    expect(gateOfText(text, "main")).toMatchObject({ ok: true });
  },
);

test.each([
  ["ratio", "lower", 0.001],
  ["count", "lower", 3],
  ["seconds", "lower", 1.5],
  ["none", "higher", 7.5],
] as const)("a %s that stays where it was is good by what was suggested", (unit, better, value) => {
  const limits = suggestLimits(unit satisfies Unit, better, steady(value));
  if (limits === null) throw new Error("nothing was suggested");
  const parsed = gateOfText(gateOfQuery({ query: "m", unit, better, limits, why: null }), "main");
  const advance = parsed.ok ? parsed.gate.signals[0]?.advance : null;
  if (advance === null || advance === undefined) throw new Error("no advance limit");
  expect(better === "lower" ? value <= advance.value : value >= advance.value).toBe(true);
});

test("too little of a past suggests nothing", () => {
  expect(suggestLimits("ratio", "lower", [0.1, 0.2])).toBeNull();
});
