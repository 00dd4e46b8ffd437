import { describe, expect, test } from "vitest";
import { isBlindStretch, unreadWindows } from "../../../src/domain/blind-window.ts";
import type { Signal } from "../../../src/domain/gate.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { SignalClock } from "../../../src/domain/record.ts";
import { NOON, aCohorts, aCounts, aLimit, aSignal, answers } from "../../support/builders.ts";
import { EVERY, judgeOne, last, walk } from "./judging.ts";

const MAINTENANCE = {
  name: "maintenance",
  hours: { kind: "span", from: NOON - HOUR, to: NOON + HOUR },
} as const;

const SETTLE = 10 * MINUTE;

function blinded(fields: Partial<Signal> = {}): Signal {
  return aSignal({ settleMs: SETTLE, except: [MAINTENANCE], ...fields });
}

function judgedAt(now: number, value: number | null, signal = blinded()) {
  return last(walk([[now, answers({ value })]], { signal }));
}

describe("in a window that it names in `except` a signal", () => {
  test.each([
    ["that breaches is no alarm", 0.5],
    ["that is well is no proof", 0],
    ["that is gone is not missing", null],
  ])("%s", (_, value) => {
    expect(judgedAt(NOON, value).judgement).toMatchObject({
      verdict: "wait",
      code: "window",
      message: "maintenance for another 1h",
      until: NOON + HOUR + SETTLE,
      counts: true,
    });
  });

  test("is as ever before", () => {
    expect(judgedAt(NOON - HOUR - 1, 0.5).judgement).toMatchObject({ verdict: "rollback" });
  });

  test("settles afterwards, and is armed again then", () => {
    const late = NOON + HOUR + SETTLE - MINUTE;
    expect(judgedAt(late, 0.5).judgement).toMatchObject({
      code: "window",
      message: "maintenance is over; settles for another 1m",
    });
    expect(judgedAt(NOON + HOUR + SETTLE, 0.5).judgement).toMatchObject({ verdict: "rollback" });
  });

  test("has its clocks begin at 0 afterwards", () => {
    const clock: Partial<SignalClock> = {
      halt: { ms: 5 * MINUTE, at: NOON - EVERY, runs: 2, runAsOf: NOON - EVERY },
      rollback: { ms: 5 * MINUTE, at: NOON - EVERY, runs: 2, runAsOf: NOON - EVERY },
      unknownSince: NOON - DAY,
      missingStreak: 9,
      acknowledgedAt: NOON - HOUR,
    };
    const { clock: after } = judgeOne(answers({ value: 0.5 }), { signal: blinded(), clock });
    const unbreached = { ms: 0, at: null, runs: 0, runAsOf: null };
    expect(after).toMatchObject({ halt: unbreached, rollback: unbreached, unknownSince: null });
    expect(after).toMatchObject({ missingStreak: 0, acknowledgedAt: NOON - HOUR });
  });

  test("waits for data from after it, where its data says up to when it goes", () => {
    const later = NOON + 2 * HOUR;
    const signal = blinded({ asOf: "watermark", lagMs: 3 * HOUR });
    const judged = (asOf: number) =>
      judgeOne(answers({ value: 0.5, asOf: asOf / SECOND }, { freshness: null }), {
        signal,
        context: { now: later, changedAt: null },
      }).judgement;
    expect(judged(NOON + HOUR)).toMatchObject({
      code: "window",
      message: "its data ends in maintenance",
      until: null,
    });
    expect(judged(NOON + HOUR + SECOND)).toMatchObject({ verdict: "rollback" });
  });

  test("that stays silent afterwards is missing, whatever its last data was", () => {
    const signal = blinded({ asOf: "watermark" });
    const said = answers({ value: 0.5, asOf: NOON / SECOND }, { freshness: null });
    const { judgement } = judgeOne(said, { signal, context: { now: NOON + 2 * HOUR, changedAt: null } });
    expect(judgement).toMatchObject({ code: "missing" });
  });

  test("is blind as long as the window that ends last", () => {
    const longer = { name: "stocktaking", hours: { ...MAINTENANCE.hours, to: NOON + 2 * HOUR } };
    for (const except of [
      [MAINTENANCE, longer],
      [longer, MAINTENANCE],
    ]) {
      expect(judgedAt(NOON, 0, blinded({ except })).judgement.message).toBe("stocktaking for another 2h");
    }
  });
});

describe("a week ago in such a window", () => {
  const week = {
    name: "campaign",
    hours: { kind: "span", from: NOON - 7 * DAY - HOUR, to: NOON - 7 * DAY },
  } as const;
  const yielding = aCounts({
    settleMs: SETTLE,
    except: [week],
    advance: aLimit("at most 120% of last week"),
    halt: aLimit("above 150% of last week"),
    rollback: null,
  });
  const said = answers({ bad: 50, total: 1_000, lastWeekBad: 10, lastWeekTotal: 1_000 });
  const judged = (now: number) => last(walk([[now, said]], { signal: yielding })).judgement;

  test("is nothing to compare with", () => {
    expect(judged(NOON - 1)).toMatchObject({
      verdict: "wait",
      code: "no-baseline",
      message: "5%, nothing to compare with a week ago: window: campaign",
    });
    expect(judged(NOON + SETTLE - 1)).toMatchObject({ code: "no-baseline" });
  });

  test("is, once that has settled", () => {
    expect(judged(NOON + SETTLE)).toMatchObject({ verdict: "halt" });
  });

  test("leaves what is compared with a control alone", () => {
    const cohorts = aCohorts({ settleMs: SETTLE, except: [week] });
    const both = answers({ bad: 1, total: 1_000, controlBad: 1, controlTotal: 1_000 });
    expect(last(walk([[NOON - 1, both]], { signal: cohorts })).judgement.code).toBe("good");
  });
});

describe("a stretch of outcomes", () => {
  test.each([
    ["in the window is left out", NOON, NOON + MINUTE, true],
    ["that begins before its end is left out", NOON + HOUR - 1, NOON + 3 * HOUR, true],
    ["so late that its lag reaches into it is left out", NOON + HOUR + MINUTE, NOON + 2 * HOUR, true],
    ["after it counts", NOON + HOUR + 2 * MINUTE, NOON + 2 * HOUR, false],
    ["before it counts", NOON - 2 * HOUR, NOON - HOUR - 1, false],
  ])("%s", (_, from, to, isBlind) => {
    expect(isBlindStretch(blinded({ lagMs: 2 * MINUTE }), from, to)).toBe(isBlind);
  });

  test("of a signal without such a window counts", () => {
    expect(isBlindStretch(aSignal(), NOON, NOON)).toBe(false);
  });
});

test("windows whose events nobody reads are told once", () => {
  const campaign = { name: "campaign", hours: { kind: "ical", source: "shop" } } as const;
  const signals = [aSignal(), blinded({ except: [campaign, MAINTENANCE] }), blinded({ except: [campaign] })];
  expect(unreadWindows(signals)).toEqual(["campaign"]);
  // Nobody knows whether it is one of its times, so the signal stays armed.
  expect(judgedAt(NOON, 0.5, blinded({ except: [campaign] })).judgement.verdict).toBe("rollback");
});
