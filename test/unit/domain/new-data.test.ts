import { describe, expect, test } from "vitest";
import type { Signal } from "../../../src/domain/gate.ts";
import { hasWatermark, readingOf } from "../../../src/domain/inquiry.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Freshness } from "../../../src/domain/reading.ts";
import { NOON, aLimit, aSignal, answers, freshAt } from "../../support/builders.ts";
import { EVERY, judgeOne } from "./judging.ts";

const SIGNAL = aSignal({
  onNewData: true,
  halt: aLimit("above 2% for 2 runs"),
  rollback: null,
});

function pass(now: number, newest: number, clock = {}, changedAt: number | null = null) {
  const said = answers({ value: 0.03 }, { freshness: freshAt(newest) });
  return judgeOne(said, { signal: SIGNAL, clock, context: { now, changedAt } });
}

describe("a signal that is judged on new data", () => {
  test("counts a run for each newer sample, and none for a sample it has seen", () => {
    const first = pass(NOON, NOON - SECOND);
    expect(first.judgement).toMatchObject({ code: "between" });
    const same = pass(NOON + EVERY, NOON - SECOND, first.clock);
    expect(same.clock.halt.runs).toBe(1);
    expect(same.judgement).toMatchObject({ code: "between" });
    const newer = pass(NOON + 2 * EVERY, NOON + EVERY, same.clock);
    expect(newer.clock.halt.runs).toBe(2);
    expect(newer.judgement).toMatchObject({ verdict: "halt" });
  });

  test("is good after a change only by a sample from after it", () => {
    const changedAt = NOON - 10 * MINUTE;
    const judged = (newest: number) => {
      const freshness: Freshness = {
        kind: "known",
        selectors: [{ selector: "errors", newest, scrapeIntervalMs: 5 * MINUTE }],
      };
      const signal = { ...SIGNAL, settleMs: MINUTE };
      const said = answers({ value: 0 }, { freshness });
      return judgeOne(said, { signal, context: { now: NOON, changedAt } }).judgement;
    };
    expect(judged(changedAt)).toMatchObject({
      code: "settling",
      message: expect.stringMatching(/data ends/),
    });
    expect(judged(changedAt + SECOND)).toMatchObject({ code: "good" });
  });
});

function asOf(freshness: Freshness | null, fields: Partial<Signal> = {}) {
  const said = answers({ value: 0, asOf: NOON / SECOND }, { freshness });
  return readingOf({ ...SIGNAL, ...fields }, said, NOON).asOf;
}

function of(...newest: readonly (number | null)[]): Freshness {
  const selectors = newest.map((each) => ({ selector: "x", newest: each, scrapeIntervalMs: MINUTE }));
  return { kind: "known", selectors };
}

describe("its watermark", () => {
  test.each<[string, Freshness | null, number | null]>([
    ["is the oldest of the newest samples", of(NOON - SECOND, NOON - MINUTE), NOON - MINUTE],
    ["is never in the future", of(NOON + MINUTE), NOON],
    ["is of now where no series is named", of(), NOON],
    [
      "passes over a series without a sample, which is stale by itself",
      of(null, NOON - SECOND),
      NOON - SECOND,
    ],
    ["is unknown where freshness is", { kind: "unknown", reason: "timeout", detail: "late" }, null],
    ["is unknown where nobody asked", null, null],
  ])("%s", (_, freshness, expected) => {
    expect(asOf(freshness)).toBe(expected);
  });

  test("is `asOf` where there is one", () => {
    expect(asOf(of(NOON - MINUTE), { asOf: "watermark" })).toBe(NOON);
  });

  test("is told of these signals alone", () => {
    expect(readingOf(aSignal(), answers({ value: 0 }), NOON).asOf).toBeNull();
    expect([aSignal(), aSignal({ asOf: "w" }), SIGNAL].map(hasWatermark)).toEqual([false, true, true]);
  });
});
