import { describe, expect, it } from "vitest";
import { parseSeries, samplesOf } from "../../../src/gatefile/gate-test/series-text.ts";

const START = 1_000_000;

function values(text: string, from = START): readonly (readonly [number, number | "stale"])[] {
  const read = parseSeries(text);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return samplesOf(read.runs, from, START, 60_000).map(({ at, value }) => [(at - from) / 60_000, value]);
}

describe("values in Prometheus' notation", () => {
  it.each([
    ["1 2.5 -3", [1, 2.5, -3]],
    ["0x3", [0, 0, 0, 0]],
    ["-5x3", [-5, -5, -5, -5]],
    ["1+2x3", [1, 3, 5, 7]],
    ["1-2x3", [1, -1, -3, -5]],
    ["-2+4x3", [-2, 2, 6, 10]],
    ["-2-4x2", [-2, -6, -10]],
    ["1e3 1.5e-3", [1000, 0.0015]],
    ["Inf -Inf", [Infinity, -Infinity]],
    ["NaN", [Number.NaN]],
    ["1x0", [1]],
  ])("%s", (text, expected) => {
    expect(values(text).map(([, value]) => value)).toEqual(expected);
  });

  it("leaves out what is missing, and counts it", () => {
    expect(values("1 _ 2 _x3 3")).toEqual([
      [0, 1],
      [2, 2],
      [6, 3],
    ]);
  });

  it("marks where a series ends", () => {
    expect(values("1 stale 2")).toEqual([
      [0, 1],
      [1, "stale"],
      [2, 2],
    ]);
  });

  it.each(["1+2", "x3", "1x-3", "1+x3", "now-5", "now-x5", "later", "{{count:1}}", "1,2"])(
    "refuses %s",
    (item) => {
      expect(parseSeries(`1 ${item} 2`)).toMatchObject({
        ok: false,
        faults: [{ from: 2, to: 2 + item.length }],
      });
    },
  );

  it("tells of every item that cannot be read", () => {
    expect(parseSeries("a 1 b")).toMatchObject({ ok: false, faults: [{ from: 0 }, { from: 4 }] });
  });

  it("refuses a series without values, and one with too many", () => {
    expect(parseSeries(" ").ok).toBe(false);
    expect(parseSeries("1x150000 2x150000")).toMatchObject({ ok: false, faults: [{ from: 9 }] });
  });
});

describe("times", () => {
  it("are those of the samples, moved by a distance", () => {
    expect(values("now nowx1 now-5mx1").map(([, value]) => value)).toEqual([1000, 1060, 1120, 880, 940]);
  });

  it("stand still with the start of the case, wherever the data begins", () => {
    expect(values("start+1mx1 start", START - 60_000).map(([, value]) => value)).toEqual([1060, 1060, 1000]);
  });
});
