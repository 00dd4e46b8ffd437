import { describe, expect, it } from "vitest";
import { ENOUGH, evidenceAgainst, leastRatio, stillNeeded } from "../../../src/domain/proof-evidence.ts";

const proven = (bad: number, total: number, ratio: number) =>
  evidenceAgainst({ bad, total }, ratio) >= ENOUGH;

describe("a bad ratio is excluded", () => {
  it.each([
    [0.1, 0, 30],
    [0.03, 0, 103],
    [0.005, 0, 621],
    [0.002, 0, 1_555],
    [0.1, 1, 78],
    [0.03, 1, 268],
    [0.005, 1, 1_628],
    [0.002, 1, 4_075],
  ])("%d with %d bad: by %d outcomes and not by one fewer", (ratio, bad, total) => {
    expect(proven(bad, total, ratio)).toBe(true);
    expect(proven(bad, total - 1, ratio)).toBe(false);
    expect(stillNeeded({ bad, total: bad }, ratio)).toBe(total - bad);
  });

  it("not by nothing at all", () => {
    expect(evidenceAgainst({ bad: 0, total: 0 }, 0.03)).toBeCloseTo(1, 12);
  });

  it("by one good outcome where it says that all are bad", () => {
    expect(proven(0, 1, 1)).toBe(true);
    expect(proven(3, 3, 0.6)).toBe(false);
    expect(evidenceAgainst({ bad: 1, total: 1 }, 0.6, 0.6)).toBe(1);
  });

  it("less and less likely with every bad outcome", () => {
    const evidence = [0, 1, 2, 3].map((bad) => evidenceAgainst({ bad, total: 500 }, 0.03));
    expect(evidence).toEqual(evidence.toSorted((a, b) => b - a));
  });

  it("never where so much is needed that nobody waits for it", () => {
    expect(stillNeeded({ bad: 0, total: 700 }, 0.005)).toBe(0);
    expect(stillNeeded({ bad: 0, total: 0 }, 1e-15)).toBeNull();
  });
});

describe("what a control is bad at least", () => {
  it("is 0 without a bad outcome", () => {
    expect(leastRatio({ bad: 0, total: 10_000 })).toBe(0);
  });

  it("lies below what was seen, and closer the more was seen", () => {
    const few = leastRatio({ bad: 20, total: 1_000 });
    const many = leastRatio({ bad: 20_000, total: 1_000_000 });
    expect(few).toBeGreaterThan(0);
    expect(few).toBeLessThan(many);
    expect(many).toBeGreaterThan(0.018);
    expect(many).toBeLessThan(0.02);
  });

  it("is known where nearly all is bad", () => {
    const least = leastRatio({ bad: 1_000, total: 1_000 });
    expect(least).toBeGreaterThan(0.9);
    expect(least).toBeLessThan(1);
  });
});

describe("an excess over what is bad anyway", () => {
  it("is excluded by a candidate that is as bad as its control", () => {
    expect(evidenceAgainst({ bad: 400, total: 20_000 }, 0.005, 0.0195)).toBeGreaterThan(ENOUGH);
    expect(evidenceAgainst({ bad: 480, total: 20_000 }, 0.005, 0.0195)).toBeLessThan(1);
  });

  it("is the ratio itself where nothing is bad anyway", () => {
    expect(evidenceAgainst({ bad: 1, total: 300 }, 0.03, 0)).toBe(
      evidenceAgainst({ bad: 1, total: 300 }, 0.03),
    );
  });
});
