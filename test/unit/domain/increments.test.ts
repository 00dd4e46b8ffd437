import { describe, expect, it } from "vitest";
import { type RawSeries, incrementsOf } from "../../../src/domain/increments.ts";
import type { Labels } from "../../../src/domain/matcher.ts";

/** Samples as `[second, value]`. */
function series(samples: readonly (readonly [number, number])[], labels: Labels = {}): RawSeries {
  return {
    labels: { job: "shop", instance: "a", ...labels },
    samples: samples.map(([at, value]) => ({ at: at * 1_000, value })),
  };
}

function between(from: number, to: number, counters: readonly RawSeries[], family = counters): number {
  return incrementsOf(counters, family, { from: from * 1_000, to: to * 1_000 });
}

describe("what counters grew by", () => {
  it("is each sample against the one before it, through a reset", () => {
    const counter = series([
      [5, 100],
      [20, 103],
      [35, 110],
      [50, 2],
      [65, 9],
    ]);
    expect(between(5, 70, [counter])).toBe(19);
  });

  it("begins at the last sample before the stretch and takes none after it", () => {
    const counter = series([
      [0, 10],
      [15, 12],
      [30, 13],
      [45, 20],
    ]);
    expect(between(20, 40, [counter])).toBe(1);
    expect(between(15, 30, [counter])).toBe(1);
    expect(between(30, 30, [counter])).toBe(0);
  });

  it("adds up over series, each with resets of its own", () => {
    const steady = series([
      [0, 50],
      [15, 51],
    ]);
    const restarted = series(
      [
        [0, 50],
        [15, 3],
      ],
      { instance: "b" },
    );
    expect(between(0, 15, [steady, restarted])).toBe(4);
  });

  it("counts the first value of a series that came to be on a target that was there", () => {
    const total = series([
      [0, 7],
      [15, 10],
    ]);
    const first = series([[15, 3]], { code: "500" });
    expect(between(0, 15, [first], [total, first])).toBe(3);
  });

  it("counts nothing of the first value where the target is new as well: nobody knows when it counted that", () => {
    const other = series([[0, 7]], { instance: "b" });
    const first = series([
      [15, 3],
      [30, 5],
    ]);
    expect(between(0, 30, [first], [other, first])).toBe(2);
  });

  it("counts nothing of the first value of a target that nothing else is known of", () => {
    expect(between(0, 30, [series([[15, 3]])], [])).toBe(0);
  });

  it("is nothing without samples", () => {
    expect(between(0, 30, [])).toBe(0);
    expect(between(0, 30, [series([])])).toBe(0);
    expect(between(0, 30, [series([[0, 4]])])).toBe(0);
  });
});
