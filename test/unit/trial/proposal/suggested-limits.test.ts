import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parseFiles } from "../../../../src/gatefile/parse-files.ts";
import {
  errorLimits,
  isEnoughPast,
  quantile,
  shortfallLimits,
  waitingLimits,
} from "../../../../src/trial/proposal/suggested-limits.ts";

const past = (value: number) => Array.from({ length: 12 }, () => value);

test.each([
  [[1, 2, 3, 4], 0.5, 2],
  [[4, 1, 3, 2], 0.99, 4],
  [[7], 0.01, 7],
  [[], 0.99, 0],
])("of %j the quantile %f is %f", (values, share, is) => {
  expect(quantile(values, share)).toBe(is);
});

describe("limits for a share of errors", () => {
  it("leave room above the worst hundredth of the past", () => {
    expect(errorLimits(past(0.02))).toEqual({
      advance: "at most 2.4%",
      halt: "above 4.8% for 5m",
      rollback: "above 9.6% for 5m",
      why: "over the last day it was 2% in the middle and 2% at the 99th percentile",
    });
  });

  it("are never so tight that one failure breaks them", () => {
    expect(errorLimits(past(0)).advance).toBe("at most 0.5%");
  });

  it("say so where there is no past", () => {
    expect(errorLimits([0.3])).toMatchObject({
      advance: "at most 1%",
      why: expect.stringContaining("no day"),
    });
  });

  it("never call more than half of everything good, and do not state what could not happen", () => {
    expect(errorLimits(past(0.9))).toMatchObject({ advance: "at most 50%", halt: null, rollback: null });
  });
});

test("limits of something that should be high are stated from above", () => {
  expect(shortfallLimits(past(0.05))).toMatchObject({
    advance: "at least 94%",
    halt: "below 88% for 10m",
    rollback: null,
  });
  expect(shortfallLimits(past(0.6)).halt).toBeNull();
});

test("limits of a queue are whole numbers", () => {
  expect(waitingLimits(past(41))).toMatchObject({ advance: "at most 50", halt: "above 100 for 10m" });
  expect(waitingLimits([])).toMatchObject({ advance: "at most 10", halt: "above 20 for 10m" });
});

test("an hour of points is a past", () => {
  expect([isEnoughPast(past(1)), isEnoughPast(past(1).slice(1))]).toEqual([true, false]);
});

test("whatever the past was, a gate takes the limits", () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
  const sizes = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 30 });
  fc.assert(
    fc.property(shares, sizes, (errors, queue) => {
      const stated = [
        { unit: "ratio", better: "lower", limits: errorLimits(errors) },
        { unit: "ratio", better: "higher", limits: shortfallLimits(errors) },
        { unit: "count", better: "lower", limits: waitingLimits(queue) },
      ].map(
        ({ unit, better, limits }, index) =>
          `  - { name: s${index}, query: x, unit: ${unit}, better: ${better}, ${[
            "advance",
            "halt",
            "rollback",
          ]
            .flatMap((verb) => {
              const text = limits[verb as "advance" | "halt" | "rollback"];
              return text === null ? [] : [`${verb}: ${text}`];
            })
            .join(", ")} }`,
      );
      const text = ["schema: gate/v1", "name: tried", "owner: us", "signals:", ...stated].join("\n");
      const defaults = {
        environment: "production",
        server: "main",
        source: "main",
        scrapeIntervalMs: 60_000,
      };
      const { problems } = parseFiles([{ path: "gate.yaml", text }], defaults);
      expect(problems.filter(({ severity }) => severity !== "hint")).toEqual([]);
    }),
  );
});
