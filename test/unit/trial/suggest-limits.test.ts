import { describe, expect, test } from "vitest";
import type { Unit } from "../../../src/domain/gate.ts";
import { gateOfText } from "../../../src/trial/gate-of-text.ts";
import { gateOfQuery } from "../../../src/trial/smallest-gate.ts";
import { roomierLimit, suggestLimits } from "../../../src/trial/suggest-limits.ts";
import { aLimit } from "../../support/builders.ts";

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

/** A thousand usual values, and ten of an incident. */
function mostly(usual: number, incident: number): readonly number[] {
  return Array.from({ length: 1_000 }, (_, index) => (index % 100 === 0 ? incident : usual));
}

describe("a limit with more room", () => {
  test.each([
    ["ratio", "lower", "above 2% for 5m", 0.02, 0.031, "above 3.8% for 5m"],
    ["ratio", "higher", "below 99% for 5m", 0.99, 0.98, "below 97.6% for 5m"],
    ["seconds", "lower", "above 30m for 10m", 1_800, 4_000, "above 1h20m for 10m"],
    ["count", "lower", "above 5", 5, 10, "above 12"],
    ["count", "higher", "below 50 for 2 runs", 50, 30, "below 24 for 2 runs"],
  ] as const)("of a %s, %s is better: %s", (unit, better, text, value, incident, roomier) => {
    const limit = { ...aLimit("above 1"), text, value };
    const values = mostly(better === "lower" ? 0 : 2 * value, incident);
    expect(roomierLimit({ unit, better }, limit, values)).toMatchObject({
      percentile: better === "lower" ? 99.5 : 0.5,
      value: incident,
      text: roomier,
    });
  });

  test.each([
    ["the past keeps it with room", aLimit("above 2%"), mostly(0.001, 0.01)],
    ["it is far above all there was", aLimit("above 90%"), mostly(0.001, 0.01)],
    ["it compares with something else", aLimit("above 2% over control"), mostly(0.001, 0.5)],
    ["too little of the past is known", aLimit("above 2%"), [0.5]],
    ["it is a rate", { ...aLimit("above 2"), text: "above 2/s" }, mostly(1, 9)],
  ] as const)("is none where %s", (_why, limit, values) => {
    expect(roomierLimit({ unit: "ratio", better: "lower" }, limit, values)).toBeNull();
  });
});
