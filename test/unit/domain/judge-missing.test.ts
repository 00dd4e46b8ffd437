import { describe, expect, it } from "vitest";
import type { DataPolicy } from "../../../src/domain/gate.ts";
import { HOUR, type Instant, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { JudgeContext } from "../../../src/domain/judge.ts";
import type { SignalAnswers } from "../../../src/domain/reading.ts";
import type { SignalClock } from "../../../src/domain/record.ts";
import type { Verdict } from "../../../src/domain/verdict.ts";
import { NOON, aGate, aMaintenance, aSignal, after, answers } from "../../support/builders.ts";
import { EVERY, type Scene, type WalkPass, instants, judgeOne, last, walk } from "./judging.ts";

const LOST = answers({ value: null });
const SEEN = answers({ value: 0 });
/** Missing for so long, and at the second missing pass in a row once this one is judged. */
const missingFor = (ms: number): Partial<SignalClock> => ({ unknownSince: NOON - ms, missingStreak: 1 });
const data = (fields: Partial<DataPolicy>) => ({ data: { ...aGate().data, ...fields } });

const gap = (ms: number, clock: Partial<SignalClock>): Scene => ({
  clock,
  context: { lastPassAt: NOON - ms },
});

const darkFor = (ms: number): Partial<JudgeContext> => ({ dark: new Map([["main", NOON - ms]]) });

const acknowledged = (ms: number): Partial<SignalClock> => ({
  ...missingFor(HOUR),
  acknowledgedAt: NOON - ms,
});

describe("the missing clock", () => {
  it("starts at the first missing pass", () => {
    expect(judgeOne(LOST).clock).toMatchObject({ unknownSince: NOON, missingStreak: 1 });
  });

  it("runs on from there", () => {
    expect(judgeOne(LOST, { clock: missingFor(MINUTE) }).clock).toMatchObject({
      unknownSince: NOON - MINUTE,
      missingStreak: 2,
    });
  });

  it("is cleared by one value", () => {
    expect(judgeOne(SEEN, { clock: missingFor(HOUR) }).clock).toMatchObject({
      unknownSince: null,
      missingStreak: 0,
    });
  });

  it("is stopped by too few samples", () => {
    const signal = aSignal({ samples: "s", floor: 10 });
    const { judgement, clock } = judgeOne(answers({ value: null, samples: 9 }), {
      signal,
      clock: missingFor(3 * HOUR),
    });

    expect(judgement.code).toBe("short");
    expect(clock).toMatchObject({ unknownSince: null, missingStreak: 0 });
  });

  it("runs for samples asked in vain as it does for a value", () => {
    const signal = aSignal({ samples: "s" });
    const passes: WalkPass[] = instants(3, 20 * MINUTE).map((at) => [
      at,
      answers({ value: 0, samples: null }),
    ]);
    const judged = walk(passes, { signal, gate: { everyMs: 10 * MINUTE } });

    expect(judged.map(({ judgement }) => judgement.verdict)).toEqual(["wait", "wait", "halt"]);
  });

  it("runs inside settle as it does outside", () => {
    const scene = { clock: missingFor(30 * MINUTE), context: { changedAt: NOON } };

    expect(judgeOne(LOST, scene).judgement.verdict).toBe("halt");
  });

  it.each<[string, number, Verdict, Instant | null]>([
    ["waits before the first bound", 30 * MINUTE - 1, "wait", after(1)],
    ["halts at the first", 30 * MINUTE, "halt", after(90 * MINUTE)],
    ["still halts before the second", 2 * HOUR - 1, "halt", after(1)],
    ["rolls back at the second", 2 * HOUR, "rollback", null],
  ])("%s, and says when the next is reached", (_, ms, verdict, until) => {
    expect(judgeOne(LOST, { clock: missingFor(ms) }).judgement).toMatchObject({
      code: "missing",
      verdict,
      until,
      limit: null,
    });
  });

  it.each<[string, number | null, number | null, number, Verdict, Instant | null]>([
    ["without bounds only waits", null, null, 9 * HOUR, "wait", null],
    ["with a bound to halt alone never rolls back", MINUTE, null, 9 * HOUR, "halt", null],
    ["with a bound to roll back alone waits for it", null, HOUR, 50 * MINUTE, "wait", after(10 * MINUTE)],
    ["with a bound to roll back alone rolls back", null, HOUR, HOUR, "rollback", null],
  ])("%s", (_, haltMs, rollbackMs, ms, verdict, until) => {
    const signal = aSignal({ missing: { haltMs, rollbackMs } });

    expect(judgeOne(LOST, { signal, clock: missingFor(ms) }).judgement).toMatchObject({ verdict, until });
  });

  it("says why and for how long", () => {
    const said = answers({ value: { kind: "unknown", reason: "http-503", detail: "busy" } });

    expect(judgeOne(said, { clock: missingFor(90 * SECOND) }).judgement.message).toBe(
      "http-503: busy, for 1m30s",
    );
  });
});

describe("after a gap in the passes", () => {
  const long = { unknownSince: NOON - 3 * HOUR, missingStreak: 40 };

  it("a bound acts on the second missing pass, and the downtime counts", () => {
    const first = judgeOne(LOST, gap(HOUR, long));
    const second = judgeOne(LOST, {
      clock: first.clock,
      context: { now: NOON + EVERY, lastPassAt: NOON },
    });

    expect(first.judgement.verdict).toBe("wait");
    expect(first.clock).toMatchObject({ unknownSince: NOON - 3 * HOUR, missingStreak: 1 });
    expect(second.judgement.verdict).toBe("rollback");
  });

  it.each<[string, number, Verdict]>([
    ["three times every is no gap", 3 * EVERY, "rollback"],
    ["more than three times every is one", 3 * EVERY + 1, "wait"],
    ["a wall clock that jumped back is none", -HOUR, "rollback"],
  ])("%s", (_, ms, verdict) => {
    expect(judgeOne(LOST, gap(ms, long)).judgement.verdict).toBe(verdict);
  });

  it("the first pass of all is no gap", () => {
    const scene = { clock: missingFor(3 * HOUR), context: { lastPassAt: null } };

    expect(judgeOne(LOST, scene).judgement.verdict).toBe("rollback");
  });
});

describe("what a missing reading does at once", () => {
  it.each<[DataPolicy["missing"], Verdict]>([
    ["wait", "wait"],
    ["halt", "halt"],
    ["rollback", "rollback"],
  ])("is to %s where the gate says so", (missing, verdict) => {
    expect(judgeOne(LOST, { gate: data({ missing }) }).judgement.verdict).toBe(verdict);
  });

  it("is never milder than the clock", () => {
    const scene = { gate: data({ missing: "halt" }), clock: missingFor(2 * HOUR) };

    expect(judgeOne(LOST, scene).judgement.verdict).toBe("rollback");
  });

  it("says when the clock rolls back a halt that came at once", () => {
    const scene = { gate: data({ missing: "halt" }), clock: missingFor(HOUR) };

    expect(judgeOne(LOST, scene).judgement.until).toBe(after(HOUR));
  });
});

describe("a dark source", () => {
  const clock = missingFor(MINUTE);

  it.each<[string, number, Partial<DataPolicy>, Verdict, Instant | null]>([
    ["waits at first", 30 * MINUTE - 1, {}, "wait", after(1)],
    ["halts at its own bound, not the signal's", 30 * MINUTE, {}, "halt", null],
    ["does not roll back by itself", 9 * HOUR, {}, "halt", null],
    ["rolls back where the gate says so", 2 * HOUR, { darkRollbackMs: 2 * HOUR }, "rollback", null],
    ["says when it will", HOUR, { darkRollbackMs: 2 * HOUR }, "halt", after(HOUR)],
    ["never halts where the gate says so", 9 * HOUR, { darkHaltMs: null }, "wait", null],
    ["waits at once though missing data would halt", MINUTE, { missing: "halt" }, "wait", after(29 * MINUTE)],
    [
      "waits at once though missing data would roll back",
      MINUTE,
      { missing: "rollback" },
      "wait",
      after(29 * MINUTE),
    ],
  ])("%s", (_, ms, policy, verdict, until) => {
    const judged = judgeOne(LOST, { gate: data(policy), clock, context: darkFor(ms) });

    expect(judged.judgement).toMatchObject({ code: "dark", verdict, until });
  });

  it("is named, with how long it has been dark", () => {
    expect(judgeOne(LOST, { clock, context: darkFor(5 * MINUTE) }).judgement.message).toBe(
      "source main is dark, for 5m",
    );
  });

  it("after a gap halts on the second pass only", () => {
    const context = { ...darkFor(HOUR), lastPassAt: NOON - HOUR };

    expect(judgeOne(LOST, { clock, context }).judgement.verdict).toBe("wait");
  });

  it("is nothing to a signal of another source", () => {
    const context = { dark: new Map([["other", NOON - HOUR]]) };

    expect(judgeOne(LOST, { clock, context }).judgement).toMatchObject({ code: "missing", verdict: "wait" });
    expect(judgeOne(LOST, { clock, context }).clock.unknownSince).toBe(NOON - MINUTE);
  });

  it.each<[string, SignalAnswers, Partial<SignalClock>, Partial<JudgeContext>, Instant | null]>([
    ["stands still from pass to pass", LOST, clock, {}, NOON - MINUTE + EVERY],
    ["stands still over a gap", LOST, missingFor(2 * HOUR), { lastPassAt: NOON - HOUR }, NOON - HOUR],
    ["never runs ahead of now", LOST, clock, { lastPassAt: NOON - HOUR }, NOON],
    ["starts now where it had not begun", LOST, {}, {}, NOON],
    ["does not move at the first pass of all", LOST, clock, { lastPassAt: null }, NOON - MINUTE],
    ["does not move back with the wall clock", LOST, clock, { lastPassAt: NOON + HOUR }, NOON - MINUTE],
    ["is cleared by one value all the same", SEEN, clock, {}, null],
  ])("freezes the signal's own clock, which %s", (_, said, before, context, unknownSince) => {
    const judged = judgeOne(said, { clock: before, context: { ...darkFor(MINUTE), ...context } });

    expect(judged.clock.unknownSince).toBe(unknownSince);
  });

  it("leaves to the signal's clock what was missing before and after", () => {
    const dark = { dark: new Map([["main", after(10 * MINUTE)]]) };
    const passes: WalkPass[] = instants(41, MINUTE).map((at) => {
      const isDark = at >= after(10 * MINUTE) && at < after(20 * MINUTE);
      return isDark ? [at, LOST, dark] : [at, LOST];
    });
    const halted = walk(passes, { gate: { everyMs: MINUTE } }).findIndex(
      ({ judgement }) => judgement.verdict === "halt",
    );

    expect(halted).toBe(40);
  });
});

const work = (from: number, to: number): Partial<JudgeContext> => ({
  maintenance: [aMaintenance({ since: NOON + from, until: NOON + to })],
});

describe("while the source is under maintenance", () => {
  it.each<[string, Partial<SignalClock>, Partial<JudgeContext>, Instant]>([
    ["stands still from pass to pass", missingFor(MINUTE), work(-HOUR, HOUR), NOON - MINUTE + EVERY],
    ["counts what lay before the beginning", missingFor(MINUTE), work(-5 * SECOND, HOUR), NOON - 55 * SECOND],
    ["counts what lay after the end", missingFor(MINUTE), work(-HOUR, -5 * SECOND), NOON - 50 * SECOND],
    [
      "stands still over a gap",
      missingFor(2 * HOUR),
      { ...work(-HOUR, HOUR), lastPassAt: NOON - 90 * MINUTE },
      NOON - HOUR,
    ],
    ["begins now where it had not begun", {}, work(-HOUR, HOUR), NOON],
    [
      "does not move at the first pass of all",
      missingFor(MINUTE),
      { ...work(-HOUR, HOUR), lastPassAt: null },
      NOON - MINUTE,
    ],
    [
      "is nothing to a signal of another source",
      missingFor(MINUTE),
      { maintenance: [aMaintenance({ source: "other", since: NOON - HOUR })] },
      NOON - MINUTE,
    ],
    [
      "stands once while the source is dark besides",
      missingFor(MINUTE),
      { ...work(-HOUR, HOUR), ...darkFor(MINUTE) },
      NOON - MINUTE + EVERY,
    ],
  ])("the missing clock %s", (_, clock, context, unknownSince) => {
    expect(judgeOne(LOST, { clock, context }).clock.unknownSince).toBe(unknownSince);
  });

  it("what is missing waits, and says who stopped its clock and when the next bound comes", () => {
    const { judgement } = judgeOne(LOST, { clock: missingFor(20 * MINUTE), context: work(-MINUTE, HOUR) });

    expect(judgement).toMatchObject({ verdict: "wait", code: "missing" });
    expect(judgement.message).toContain(
      "for 19m45s; that clock stands still, maintenance by operator for another 1h: Prometheus is upgraded",
    );
    expect(judgement.until).toBe(NOON + HOUR + 30 * MINUTE - (20 * MINUTE - EVERY));
  });

  it("a bound that was reached before stays reached", () => {
    const { judgement } = judgeOne(LOST, { clock: missingFor(40 * MINUTE), context: work(-MINUTE, HOUR) });

    expect(judgement.verdict).toBe("halt");
  });

  it("a breach is a breach", () => {
    const { judgement } = judgeOne(answers({ value: 0.5 }), { context: work(-MINUTE, HOUR) });

    expect(judgement).toMatchObject({ verdict: "rollback", code: "breached" });
  });

  it("one value clears the clock all the same", () => {
    const judged = judgeOne(SEEN, { clock: missingFor(HOUR), context: work(-MINUTE, HOUR) });

    expect(judged.clock.unknownSince).toBeNull();
  });

  it("what a person acknowledged of it stays acknowledged, and counts on afterwards", () => {
    const before = acknowledged(10 * MINUTE);
    const during = judgeOne(LOST, { clock: before, context: work(-MINUTE, HOUR) });
    expect(during.clock.acknowledgedAt).toBe(NOON - 10 * MINUTE + EVERY);
    expect(during.judgement.verdict).toBe("wait");

    const other = judgeOne(LOST, {
      clock: { ...before, unknownSince: NOON - MINUTE },
      context: work(-MINUTE, HOUR),
    });
    expect(other.clock.acknowledgedAt).toBe(NOON - 10 * MINUTE);
  });

  it("counts no time of it, whichever passes fall into it", () => {
    const maintenance = [aMaintenance({ since: after(10 * MINUTE), until: after(25 * MINUTE) })];
    const passes: WalkPass[] = instants(60, MINUTE).map((at) => [at, LOST, { maintenance }]);
    const halted = walk(passes, { gate: { everyMs: MINUTE } }).findIndex(
      ({ judgement }) => judgement.verdict === "halt",
    );

    expect(halted).toBe(45);
  });
});

describe("a halt for missing data that a person acknowledged", () => {
  it.each<[string, number, Verdict]>([
    ["does not come back for a quarter of an hour", 15 * MINUTE - 1, "wait"],
    ["comes back then", 15 * MINUTE, "halt"],
  ])("%s", (_, ms, verdict) => {
    expect(judgeOne(LOST, { clock: acknowledged(ms) }).judgement.verdict).toBe(verdict);
    expect(
      judgeOne(LOST, {
        clock: acknowledged(ms),
        context: { dark: new Map([["main", NOON - HOUR]]) },
      }).judgement.verdict,
    ).toBe(verdict);
    expect(
      judgeOne(LOST, {
        clock: { ...acknowledged(ms), unknownSince: NOON },
        gate: data({ missing: "halt" }),
      }).judgement.verdict,
    ).toBe(verdict);
  });

  it("never stops a rollback", () => {
    expect(
      judgeOne(LOST, { clock: { ...acknowledged(0), unknownSince: NOON - 2 * HOUR } }).judgement.verdict,
    ).toBe("rollback");
    expect(
      judgeOne(LOST, { clock: acknowledged(0), gate: data({ missing: "rollback" }) }).judgement.verdict,
    ).toBe("rollback");
  });

  it("is remembered while the data stays away, and forgotten with the first good value", () => {
    const judged = walk(
      [
        [NOON, LOST],
        [after(EVERY), SEEN],
      ],
      { clock: acknowledged(MINUTE) },
    );

    expect(judged.map(({ clock }) => clock.acknowledgedAt)).toEqual([NOON - MINUTE, null]);
    expect(last(judged).judgement.verdict).toBe("good");
  });
});
