import { describe, expect, it } from "vitest";
import { type Instant, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Limit } from "../../../src/domain/limit.ts";
import { UNBREACHED, breachedOrNot, lasted, unread } from "../../../src/domain/limit-clock.ts";
import type { LimitClock } from "../../../src/domain/record.ts";
import { NOON, aLimit, aLimitClock, after } from "../../support/builders.ts";

const EVERY = 15 * SECOND;
const BREACH = 3;
const CALM = 1;

/** One pass: when, what it read (null: nothing), and how far the data reached. */
type Pass = readonly [at: Instant, value: number | null, asOf?: Instant];

function walk(limit: Limit, passes: readonly Pass[], from: LimitClock = UNBREACHED): LimitClock {
  return passes.reduce(
    (clock, [now, value, asOf = null]: readonly [Instant, number | null, (Instant | null)?]) =>
      value === null ? unread(clock) : breachedOrNot(limit, clock, { now, everyMs: EVERY, value, asOf }),
    from,
  );
}

const at = (seconds: number) => after(seconds * SECOND);

const asOf = (minutes: number) => NOON + minutes * MINUTE;

describe("the timer of a limit", () => {
  const limit = aLimit("above 2 for 1m");

  it.each<[string, Pass[], number]>([
    ["starts at the first breach with nothing", [[at(0), BREACH]], 0],
    [
      "grows between two passes that breach",
      [
        [at(0), BREACH],
        [at(15), BREACH],
      ],
      15,
    ],
    [
      "grows over a distance of three times every",
      [
        [at(0), BREACH],
        [at(45), BREACH],
      ],
      45,
    ],
    [
      "does not grow over a longer gap",
      [
        [at(0), BREACH],
        [at(45.001), BREACH],
      ],
      0,
    ],
    [
      "keeps over a gap what it had, and goes on behind it",
      [
        [at(0), BREACH],
        [at(15), BREACH],
        [at(100), BREACH],
        [at(115), BREACH],
      ],
      30,
    ],
    [
      "neither grows nor shrinks by a pass that reads nothing",
      [
        [at(0), BREACH],
        [at(15), BREACH],
        [at(30), null],
        [at(45), BREACH],
        [at(60), BREACH],
      ],
      30,
    ],
    [
      "is cleared by one pass that does not breach",
      [
        [at(0), BREACH],
        [at(15), BREACH],
        [at(30), CALM],
      ],
      0,
    ],
    [
      "starts anew after that",
      [
        [at(0), BREACH],
        [at(15), BREACH],
        [at(30), CALM],
        [at(45), BREACH],
        [at(60), BREACH],
      ],
      15,
    ],
    [
      "does not grow when the wall clock jumps back",
      [
        [at(15), BREACH],
        [at(14), BREACH],
      ],
      0,
    ],
    [
      "does not grow by a second pass at the same instant",
      [
        [at(0), BREACH],
        [at(0), BREACH],
      ],
      0,
    ],
  ])("%s", (_, passes, seconds) => {
    expect(walk(limit, passes).ms).toBe(Math.round(seconds * SECOND));
  });

  it("starts with nothing at any instant, also at one close to the epoch", () => {
    expect(walk(limit, [[5 * SECOND, BREACH]]).ms).toBe(0);
  });

  it("knows whether this very pass breached", () => {
    expect(walk(limit, [[at(0), BREACH]]).at).toBe(NOON);
    expect(
      walk(limit, [
        [at(0), BREACH],
        [at(15), CALM],
      ]).at,
    ).toBeNull();
    expect(
      walk(limit, [
        [at(0), BREACH],
        [at(15), null],
      ]).at,
    ).toBeNull();
  });
});

describe("runs by watermark", () => {
  const limit = aLimit("above 2 for 3 runs");

  it.each<[string, Pass[], number]>([
    ["the first breach counts one", [[1, BREACH, asOf(0)]], 1],
    [
      "a newer watermark counts one more",
      [
        [1, BREACH, asOf(0)],
        [2, BREACH, asOf(1)],
      ],
      2,
    ],
    [
      "the same watermark counts nothing",
      [
        [1, BREACH, asOf(0)],
        [2, BREACH, asOf(0)],
      ],
      1,
    ],
    [
      "an older watermark counts nothing, nor does it make the next one new",
      [
        [1, BREACH, asOf(1)],
        [2, BREACH, asOf(0)],
        [3, BREACH, asOf(1)],
      ],
      1,
    ],
    [
      "a pass that reads nothing changes nothing",
      [
        [1, BREACH, asOf(0)],
        [2, null],
        [3, BREACH, asOf(1)],
      ],
      2,
    ],
    [
      "a run that does not breach clears the count",
      [
        [1, BREACH, asOf(0)],
        [2, CALM, asOf(1)],
      ],
      0,
    ],
    [
      "a value without breach on an old watermark is no run",
      [
        [1, BREACH, asOf(0)],
        [2, CALM, asOf(0)],
      ],
      1,
    ],
    [
      "after a run that does not breach the count starts at one",
      [
        [1, BREACH, asOf(0)],
        [2, CALM, asOf(1)],
        [3, BREACH, asOf(1)],
        [4, BREACH, asOf(2)],
      ],
      1,
    ],
    [
      "data without a watermark counts no runs",
      [
        [1, BREACH],
        [2, BREACH],
      ],
      0,
    ],
  ])("%s", (_, passes, runs) => {
    expect(walk(limit, passes).runs).toBe(runs);
  });
});

const breaching = (fields: Partial<LimitClock> = {}) => aLimitClock({ at: NOON, ...fields });

it("the first run counts whatever its watermark", () => {
  expect(walk(aLimit("above 2 for 1 run"), [[NOON, BREACH, 0]]).runs).toBe(1);
});

describe("a breach has lasted", () => {
  const none = null;

  it.each<[string, string, LimitClock, number | null, boolean, boolean]>([
    ["at once", "above 2", breaching(), none, false, true],
    ["not while this pass does not breach", "above 2", aLimitClock({ ms: MINUTE }), none, false, false],
    ["after its time", "above 2 for 1m", breaching({ ms: MINUTE }), none, false, true],
    ["not before its time", "above 2 for 1m", breaching({ ms: MINUTE - 1 }), none, false, false],
    [
      "not after its time while this pass does not breach",
      "above 2 for 1m",
      aLimitClock({ ms: MINUTE }),
      none,
      false,
      false,
    ],
    ["after its runs", "above 2 for 2 runs", breaching({ runs: 2 }), none, true, true],
    ["not before its runs", "above 2 for 2 runs", breaching({ runs: 1 }), MINUTE, true, false],
    [
      "not by time where a watermark counts runs",
      "above 2 for 2 runs",
      breaching({ runs: 1, ms: 60 * MINUTE }),
      MINUTE,
      true,
      false,
    ],
    [
      "not after its runs while this pass does not breach",
      "above 2 for 2 runs",
      aLimitClock({ runs: 2 }),
      none,
      true,
      false,
    ],
    ["for the first run of a period at once", "above 2 for 1 run", breaching(), MINUTE, false, true],
    [
      "for a second run after one period",
      "above 2 for 2 runs",
      breaching({ ms: MINUTE }),
      MINUTE,
      false,
      true,
    ],
    [
      "not for a second run before one period",
      "above 2 for 2 runs",
      breaching({ ms: MINUTE - 1 }),
      MINUTE,
      false,
      false,
    ],
    [
      "not by periods while this pass does not breach",
      "above 2 for 2 runs",
      aLimitClock({ ms: 5 * MINUTE }),
      MINUTE,
      false,
      false,
    ],
    [
      "never by runs where nothing counts them",
      "above 2 for 1 run",
      breaching({ ms: 60 * MINUTE, runs: 9 }),
      none,
      false,
      false,
    ],
  ])("%s", (_, text, clock, periodMs, hasWatermark, expected) => {
    expect(lasted(aLimit(text), clock, periodMs, hasWatermark)).toBe(expected);
  });
});
