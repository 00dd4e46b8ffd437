import { describe, expect, test } from "vitest";
import { type Compared, compared, comparedText, isUnreadable } from "../../../src/domain/comparison.ts";
import type { Signal } from "../../../src/domain/gate.ts";
import { DAY, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { JudgeContext } from "../../../src/domain/judge.ts";
import { judgeContext } from "../../../src/domain/judge-context.ts";
import type { Asked, Base, SignalAnswers } from "../../../src/domain/reading.ts";
import type { Verdict, VerdictCode } from "../../../src/domain/verdict.ts";
import {
  NOON,
  aCounts,
  aLimit,
  aReading,
  aRecord,
  aSignal,
  anExposure,
  answers,
} from "../../support/builders.ts";
import { EVERY, judgeOne } from "./judging.ts";

const SIGNAL = aCounts({
  settleMs: MINUTE,
  advance: aLimit("at most 5% of exposed"),
  halt: aLimit("above 10% of exposed"),
  rollback: aLimit("above 25% of exposed"),
});

const answered = (number: number) => ({ kind: "value", value: number, infos: [] }) as const;

const aBase = (fields: Partial<Base>): Base => ({
  of: "before",
  value: { kind: "known", value: 0 },
  samples: { kind: "known", value: 10_000 },
  spread: 0,
  ...fields,
});

const backlogs = (value: number, ...before: readonly number[]): SignalAnswers => {
  const now = answers({ value });
  const asked = before.map((each, index): Asked => {
    const answer = { kind: "value", value: each, infos: [] } as const;
    return { role: "before", query: "errors", answer, agoMs: (index + 1) * DAY };
  });
  return { ...now, asked: [...now.asked, ...asked] };
};

/** Seven days alike, each with so many bad ones of 100,000. */
function seen(bad: number, total: number, badBefore: number, days = 7): SignalAnswers {
  const now = answers({ bad, total });
  const before = Array.from({ length: days }, (_, index): readonly Asked[] => [
    { role: "beforeBad", query: "bad", answer: answered(badBefore), agoMs: (index + 1) * DAY },
    { role: "beforeTotal", query: "total", answer: answered(100_000), agoMs: (index + 1) * DAY },
  ]).flat();
  return { ...now, asked: [...now.asked, ...before] };
}

const AT_TEN: Partial<JudgeContext> = { exposed: 0.1 };

function judged(said: SignalAnswers, context = AT_TEN, signal: Signal = SIGNAL) {
  return judgeOne(said, { signal, context }).judgement;
}

describe("at 10 %, with 1 % bad before the ramp, a limit of those exposed", () => {
  test.each<[string, SignalAnswers, Verdict, VerdictCode, string]>([
    [
      "is met by a ratio that has not grown, where that is sure",
      seen(1_000, 100_000, 1_000),
      "good",
      "good",
      "1%, 0% of those exposed, advance at most 5% of exposed",
    ],
    [
      "is not met where too few outcomes tell it",
      seen(10, 1_000, 1_000),
      "wait",
      "short",
      "1%, too few outcomes to tell it from what differs from day to day",
    ],
    [
      "waits between the limits",
      seen(1_800, 100_000, 1_000),
      "wait",
      "between",
      "1.8%, 8% of those exposed, advance at most 5% of exposed",
    ],
    [
      "halts",
      seen(2_500, 100_000, 1_000),
      "halt",
      "breached",
      "2.5%, 15% of those exposed, halt above 10% of exposed",
    ],
    [
      "rolls back",
      seen(4_000, 100_000, 1_000),
      "rollback",
      "breached",
      "4%, 30% of those exposed, rollback above 25% of exposed",
    ],
    [
      "does not fire on fewer bad outcomes more than `minBad`",
      seen(6, 150, 1_000),
      "wait",
      "between",
      "4%, 30% of those exposed, advance at most 5% of exposed",
    ],
    [
      "does not fire on what chance may bring",
      seen(16, 800, 1_000),
      "wait",
      "between",
      "2%, 10% of those exposed, advance at most 5% of exposed",
    ],
    [
      "has nothing to compare with without two days",
      seen(1_000, 100_000, 1_000, 1),
      "wait",
      "no-baseline",
      "1%, nothing to compare with before the ramp: 1 of 2 days before the ramp can be read",
    ],
  ])("%s", (_, said, verdict, code, message) => {
    expect(judged(said)).toMatchObject({ verdict, code, message });
  });

  test("fires the earlier the smaller the exposure is, for the excess is then of fewer", () => {
    const said = seen(1_300, 100_000, 1_000);
    expect(judged(said, { exposed: 0.1 }).verdict).toBe("good");
    expect(judged(said, { exposed: 0.02 }).verdict).toBe("halt");
    expect(judged(said, { exposed: 0.01 }).verdict).toBe("rollback");
  });

  test("is short while the reading shows another exposure, and settles", () => {
    const said = seen(4_000, 100_000, 1_000);
    const clock = { halt: { ms: 0, at: NOON - EVERY, runs: 0, runAsOf: null } };
    const { judgement, clock: after } = judgeOne(said, {
      signal: SIGNAL,
      clock,
      context: { ...AT_TEN, changedAt: NOON - MINUTE + SECOND },
    });
    expect(judgement).toMatchObject({ verdict: "wait", code: "settling" });
    // Nothing is added to what had been breached, and nothing cleared.
    expect(after.halt).toMatchObject({ at: null });
  });

  test.each([null, undefined, 0])("has nothing to compare with at an exposure of %s", (exposed) => {
    expect(judged(seen(1_000, 100_000, 1_000), exposed === undefined ? {} : { exposed })).toMatchObject({
      code: "no-baseline",
      message: "1%, which share of everybody is exposed is not known",
    });
  });

  test("does not apply while nobody is exposed", () => {
    const said = seen(1_000, 100_000, 1_000);
    expect(judged(said, { emptySide: "candidate", exposed: 0 })).toMatchObject({
      code: "not-applicable",
      counts: false,
    });
    // Another limit of the same signal still does.
    const guarded = { ...SIGNAL, rollback: aLimit("above 0.5%") };
    expect(judged(said, { emptySide: "candidate", exposed: 0 }, guarded).verdict).toBe("rollback");
  });

  test("keeps a halt that was acknowledged while it is too little to tell", () => {
    const { clock } = judgeOne(seen(25, 1_000, 1_000), {
      signal: { ...SIGNAL, halt: aLimit("above 10% of exposed"), minBad: 50 },
      clock: { acknowledgedAt: NOON - EVERY },
      context: AT_TEN,
    });
    expect(clock.acknowledgedAt).toBe(NOON - EVERY);
  });
});

const foundBy = (limit: string, value: number, samples: number | null, own: Partial<Base> = {}): Compared =>
  compared(
    aLimit(limit),
    SIGNAL,
    aReading({
      samples: samples === null ? null : { kind: "known", value: samples },
      bases: [aBase(own)],
    }),
    value,
    { emptySide: null, share: 0.1, isSettled: true },
  );

describe("what chance may hide", () => {
  test("is that of one bad outcome where there never was one", () => {
    // Two deviations of 1/10,000 in 10,000 outcomes are 0.02 %, and of those exposed 0.2 %.
    expect(foundBy("at most 0.21% of exposed", 0, 10_000)).toEqual({ kind: "known", value: 0, base: 0 });
    expect(foundBy("at most 0.19% of exposed", 0, 10_000)).toMatchObject({ kind: "short" });
  });

  test("grows with how far days differ", () => {
    expect(foundBy("at most 2.1% of exposed", 0, 1e9, { spread: 0.001 })).toMatchObject({ kind: "known" });
    expect(foundBy("at most 1.9% of exposed", 0, 1e9, { spread: 0.001 })).toMatchObject({ kind: "short" });
    expect(foundBy("above 1% of exposed", 0.0019, 1e9, { spread: 0.001 })).toEqual({
      kind: "short",
      why: "no more than what differs from day to day",
    });
    expect(foundBy("at least 1% of exposed", 0.0021, 1e9, { spread: 0.001 })).toMatchObject({
      kind: "known",
    });
  });

  test("is everything where it is not known how many outcomes there are", () => {
    expect(foundBy("below 90% of exposed", 0, null)).toMatchObject({ kind: "short" });
    expect(foundBy("below 90% of exposed", 0, 1e9, { samples: null })).toMatchObject({ kind: "short" });
  });

  test("is told beside how many bad ones are needed", () => {
    expect(foundBy("above 1% of exposed", 0.0045, 1_000)).toEqual({
      kind: "short",
      why: "4 of 5 bad outcomes more than before needed",
    });
    expect(foundBy("exactly 0% of exposed", 0, 1e9)).toMatchObject({ kind: "short" });
  });

  test("counts days of which no spread is known as alike", () => {
    const { spread: _, ...rest } = aBase({});
    const reading = aReading({ samples: { kind: "known", value: 1e9 }, bases: [rest] });
    const reach = { emptySide: null, share: 1, isSettled: true } as const;
    expect(compared(aLimit("at most 1% of exposed"), SIGNAL, reading, 0, reach).kind).toBe("known");
  });
});

describe("a limit of the baseline", () => {
  const backlog = aSignal({
    unit: "count",
    advance: aLimit("at most 150% of baseline"),
    halt: null,
    rollback: aLimit("above 300% of baseline"),
  });

  test.each<[string, SignalAnswers, Verdict, string]>([
    [
      "is good near it",
      backlogs(12, 10, 10),
      "good",
      "12 against 10 before the ramp, advance at most 150% of baseline",
    ],
    [
      "waits between",
      backlogs(20, 10, 10),
      "wait",
      "20 against 10 before the ramp, advance at most 150% of baseline",
    ],
    [
      "rolls back",
      backlogs(31, 8, 12),
      "rollback",
      "31 against 10 before the ramp, rollback above 300% of baseline",
    ],
    [
      "waits without it",
      backlogs(31, 8),
      "wait",
      "31, nothing to compare with before the ramp: 1 of 2 days before the ramp can be read",
    ],
    ["takes 0 for none", backlogs(31, 0, 0), "wait", "31, nothing to compare with before the ramp: it was 0"],
  ])("%s", (_, said, verdict, message) => {
    expect(judged(said, {}, backlog)).toMatchObject({ verdict, message });
  });

  test("without an answer that it rests on is none", () => {
    const reach = { emptySide: null, share: null, isSettled: true } as const;
    expect(compared(aLimit("above 300% of baseline"), backlog, aReading(), 1, reach)).toEqual({
      kind: "no-baseline",
      why: "nothing to compare with before the ramp: not asked",
    });
  });
});

test("a signal of nothing but limits of those exposed cannot be read while nobody is", () => {
  expect(isUnreadable(SIGNAL, "candidate")).toBe(true);
  expect(isUnreadable(SIGNAL, "control")).toBe(false);
  expect(isUnreadable({ ...SIGNAL, halt: aLimit("above 5%") }, "candidate")).toBe(false);
  expect(isUnreadable(aSignal({ advance: null, halt: null, rollback: null }), "candidate")).toBe(false);
});

test("what is not known is shown as the value alone", () => {
  const limit = aLimit("at most 5% of exposed");
  expect(comparedText(SIGNAL, limit, { kind: "short", why: "" }, 0.01)).toBe("1%");
});

describe("which share of everybody is exposed", () => {
  const facts = { now: NOON, dark: new Map(), maintenance: [] };
  const exposedOf = (exposure: Parameters<typeof anExposure>[0]) => {
    const record = aRecord({ exposure: anExposure(exposure) });
    return judgeContext(record, record, facts).exposed;
  };

  test.each([
    ["is what is set", { set: 25 }, 0.25],
    ["is not known where that is not", { set: null }, null],
    ["is not known of a segment", { set: 100, reach: "staff" }, null],
  ])("%s", (_, exposure, share) => {
    expect(exposedOf(exposure)).toBe(share);
  });
});
