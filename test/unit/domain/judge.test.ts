import { describe, expect, it } from "vitest";
import type { Purpose, Signal } from "../../../src/domain/gate.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { type JudgeContext, judge } from "../../../src/domain/judge.ts";
import { FRESH_CLOCK } from "../../../src/domain/missing.ts";
import type { SignalAnswers } from "../../../src/domain/reading.ts";
import type { SignalClock } from "../../../src/domain/record.ts";
import type { Verdict, VerdictCode } from "../../../src/domain/verdict.ts";
import {
  NOON,
  aCounts,
  aGate,
  aJudgeContext,
  aLimit,
  aSignal,
  after,
  answers,
  freshAt,
} from "../../support/builders.ts";
import { EVERY, judgeOne, only } from "./judging.ts";

const JUST_CHANGED: Partial<JudgeContext> = { changedAt: NOON - 10 * SECOND };
const timeout = { kind: "unknown", reason: "timeout", detail: "no answer" } as const;

const asOf = (at: number) => answers({ value: 0, asOf: at / SECOND });

describe("the first that applies decides", () => {
  const sampled = aSignal({ samples: "s", floor: 10 });
  const timed = aSignal({ halt: aLimit("above 2% for 10m"), rollback: aLimit("above 5% for 10m") });
  const lasting: Partial<SignalClock> = {
    halt: { ms: 10 * MINUTE, at: NOON - EVERY, runs: 0, runAsOf: null },
    rollback: { ms: 10 * MINUTE, at: NOON - EVERY, runs: 0, runAsOf: null },
  };

  it.each<[string, Signal, SignalAnswers, Partial<JudgeContext>, Partial<SignalClock>, Verdict, VerdictCode]>(
    [
      ["short before missing", sampled, answers({ value: null, samples: 9 }), {}, {}, "wait", "short"],
      ["short before a breach", sampled, answers({ value: 0.9, samples: 9 }), {}, {}, "wait", "short"],
      ["missing before rollback", sampled, answers({ value: 0.9, samples: null }), {}, {}, "wait", "missing"],
      [
        "missing before settling",
        aSignal(),
        answers({ value: timeout }),
        JUST_CHANGED,
        {},
        "wait",
        "missing",
      ],
      ["rollback before halt", aSignal(), answers({ value: 0.06 }), {}, {}, "rollback", "breached"],
      [
        "rollback before settling",
        aSignal(),
        answers({ value: 0.06 }),
        JUST_CHANGED,
        {},
        "rollback",
        "breached",
      ],
      [
        "halt while the worse breach is inside its time",
        aSignal({ rollback: aLimit("above 5% for 10m") }),
        answers({ value: 0.06 }),
        {},
        {},
        "halt",
        "breached",
      ],
      ["rollback for its time", timed, answers({ value: 0.06 }), {}, lasting, "rollback", "breached"],
      ["halt for its time", timed, answers({ value: 0.03 }), {}, lasting, "halt", "breached"],
      ["halt before settling", aSignal(), answers({ value: 0.03 }), JUST_CHANGED, {}, "halt", "breached"],
      [
        "settling before a breach inside its time",
        timed,
        answers({ value: 0.03 }),
        JUST_CHANGED,
        {},
        "wait",
        "settling",
      ],
      ["settling before between", aSignal(), answers({ value: 0.015 }), JUST_CHANGED, {}, "wait", "settling"],
      ["settling before good", aSignal(), answers({ value: 0 }), JUST_CHANGED, {}, "wait", "settling"],
      ["between before good", aSignal(), answers({ value: 0.015 }), {}, {}, "wait", "between"],
      [
        "a breach inside its time before good",
        aSignal({ advance: null, halt: aLimit("above 2% for 10m"), rollback: null }),
        answers({ value: 0.03 }),
        {},
        {},
        "wait",
        "between",
      ],
      ["good when nothing else applies", aSignal(), answers({ value: 0.01 }), {}, {}, "good", "good"],
    ],
  )("%s", (_, signal, said, context, clock, verdict, code) => {
    expect(judgeOne(said, { signal, context, clock }).judgement).toMatchObject({ verdict, code });
  });
});

describe("what a signal says", () => {
  const timed = { halt: aLimit("above 2% for 10m"), rollback: aLimit("above 5% for 10m") };

  it.each<[Partial<Signal>, SignalAnswers, object]>([
    [
      {},
      answers({ value: 0.004 }),
      { message: "0.4%, advance at most 1%", limit: "at most 1%", until: null },
    ],
    [{ advance: null }, answers({ value: 0.004 }), { message: "0.4%", limit: null, until: null }],
    [
      {},
      answers({ value: 0.015 }),
      { message: "1.5%, advance at most 1%", limit: "at most 1%", until: null },
    ],
    [{}, answers({ value: 0.03 }), { message: "3%, halt above 2%", limit: "above 2%", until: null }],
    [{}, answers({ value: 0.06 }), { message: "6%, rollback above 5%", limit: "above 5%", until: null }],
    [
      timed,
      answers({ value: 0.03 }),
      { message: "3% breaches, not yet long or often enough", limit: "above 2% for 10m", until: null },
    ],
    [
      timed,
      answers({ value: 0.06 }),
      { message: "6% breaches, not yet long or often enough", limit: "above 5% for 10m", until: null },
    ],
    [
      { samples: "s", floor: 20 },
      answers({ value: 0, samples: 4.7 }),
      { message: "4 of 20 samples needed", limit: null, until: null },
    ],
  ])("%j: its value and the limit that decided", (fields, said, expected) => {
    expect(judgeOne(said, { signal: aSignal(fields) }).judgement).toMatchObject(expected);
  });

  it("carries its reading, its questions and its settle as evidence", () => {
    const said = answers({ value: 0.004 });

    expect(judgeOne(said).judgement).toMatchObject({
      signal: "errors",
      settleMs: 75 * SECOND,
      reading: { value: { kind: "known", value: 0.004 } },
      asked: said.asked,
    });
  });

  it("settles by its own data where no flag needs time to be seen", () => {
    expect(judgeOne(answers({ value: 0 }), { gate: { flag: null } }).judgement.settleMs).toBe(30 * SECOND);
  });
});

describe("the floor", () => {
  const short = answers({ value: 0, samples: 9 });

  it.each<[string, Partial<Signal>, SignalAnswers, VerdictCode]>([
    ["makes a ratio below it short", {}, short, "short"],
    ["is reached by as many samples", {}, answers({ value: 0, samples: 10 }), "good"],
    ["means nothing to counts", { unit: "count" }, short, "good"],
    ["means nothing to ages", { unit: "seconds" }, short, "good"],
    ["means nothing to plain numbers", { unit: "none" }, short, "good"],
    ["means nothing where no samples are stated", { samples: null }, short, "good"],
  ])("%s", (_, fields, said, code) => {
    const signal = aSignal({ samples: "s", floor: 10, ...fields });

    expect(judgeOne(said, { signal }).judgement.code).toBe(code);
  });

  it("takes a total of 0 for little traffic, not for missing data", () => {
    expect(judgeOne(answers({ bad: 0, total: 0 }), { signal: aCounts() }).judgement.code).toBe("short");
  });

  it("does not believe stale samples", () => {
    const said = answers({ value: 0, samples: 0 }, { freshness: freshAt(null) });

    expect(judgeOne(said, { signal: aSignal({ samples: "s" }) }).judgement.code).toBe("missing");
  });

  it("does not miss the samples of a signal that is no ratio", () => {
    const signal = aSignal({ unit: "count", samples: "s" });

    expect(judgeOne(answers({ value: 0, samples: null }), { signal }).judgement.code).toBe("good");
  });
});

describe("few bad outcomes", () => {
  const signal = aSignal({ bad: "b" });

  it.each<[string, Signal, SignalAnswers, Verdict, VerdictCode]>([
    ["wait where they would roll back", signal, answers({ value: 0.5, bad: 4 }), "wait", "between"],
    ["wait where they would halt", signal, answers({ value: 0.03, bad: 4 }), "wait", "between"],
    ["are enough at the least number", signal, answers({ value: 0.5, bad: 5 }), "rollback", "breached"],
    ["are enough to halt at the least number", signal, answers({ value: 0.03, bad: 5 }), "halt", "breached"],
    ["are counted of counts too", aCounts(), answers({ bad: 4, total: 8 }), "wait", "between"],
    [
      "do not disarm a limit when nobody knows how many they are",
      signal,
      answers({ value: 0.5, bad: timeout }),
      "rollback",
      "breached",
    ],
    ["do not matter where none are stated", aSignal(), answers({ value: 0.5 }), "rollback", "breached"],
    [
      "do not matter to a signal that is no ratio",
      aSignal({ bad: "b", unit: "count", rollback: aLimit("above 5") }),
      answers({ value: 6, bad: 0 }),
      "rollback",
      "breached",
    ],
    ["do not keep a good signal from being good", signal, answers({ value: 0.005, bad: 1 }), "good", "good"],
  ])("%s", (_, own, said, verdict, code) => {
    expect(judgeOne(said, { signal: own }).judgement).toMatchObject({ verdict, code });
  });
});

describe("a signal that does not gate what exposure wants next", () => {
  const finish = aSignal({ gates: ["finish"] });

  it.each<[string, SignalAnswers, Purpose, Verdict, boolean]>([
    ["does not count while it waits", answers({ value: 0.015 }), "advance", "wait", false],
    ["counts while it waits once the gate bakes", answers({ value: 0.015 }), "finish", "wait", true],
    ["does not count while it is good", answers({ value: 0 }), "advance", "good", false],
    ["does not count while it is missing", answers({ value: null }), "advance", "wait", false],
    ["counts while it is missing once the gate bakes", answers({ value: null }), "finish", "wait", true],
    ["always halts", answers({ value: 0.03 }), "advance", "halt", true],
    ["always rolls back", answers({ value: 0.06 }), "advance", "rollback", true],
  ])("%s", (_, said, purpose, verdict, counts) => {
    expect(judgeOne(said, { signal: finish, context: { purpose } }).judgement).toMatchObject({
      verdict,
      counts,
    });
  });

  it("runs no missing clock", () => {
    const scene = { signal: finish, clock: { unknownSince: NOON - MINUTE, missingStreak: 4 } };

    expect(judgeOne(answers({ value: null }), scene).clock).toMatchObject({
      unknownSince: null,
      missingStreak: 0,
    });
  });

  it("keeps the timers of its limits while nothing is read", () => {
    const halt = { ms: MINUTE, at: NOON - EVERY, runs: 1, runAsOf: NOON - EVERY };
    const { clock } = judgeOne(answers({ value: null }), { signal: finish, clock: { halt, rollback: halt } });

    expect([clock.halt, clock.rollback]).toEqual([
      { ...halt, at: null },
      { ...halt, at: null },
    ]);
  });
});

describe("settle", () => {
  const good = answers({ value: 0 });
  const settleMs = 75 * SECOND;
  const watermarked = aSignal({ asOf: "a" });

  it.each<[string, SignalAnswers, Signal, number | null, VerdictCode, number | null]>([
    ["withholds good until it is over", good, aSignal(), after(1 - settleMs), "settling", after(1)],
    ["is over on time", good, aSignal(), after(-settleMs), "good", null],
    ["does not run where exposure never changed", good, aSignal(), null, "good", null],
    [
      "is not over before the data reaches beyond the change",
      asOf(after(-settleMs)),
      watermarked,
      after(-settleMs),
      "settling",
      null,
    ],
    ["is over once the data does", asOf(after(1 - settleMs)), watermarked, after(-settleMs), "good", null],
  ])("%s", (_, said, signal, changedAt, code, until) => {
    expect(judgeOne(said, { signal, context: { changedAt } }).judgement).toMatchObject({ code, until });
  });

  it("says how long it still takes, or what it waits for", () => {
    const soon = judgeOne(good, { context: { changedAt: NOON } });
    const behind = judgeOne(asOf(NOON - 90 * SECOND), {
      signal: watermarked,
      context: { changedAt: NOON - 80 * SECOND },
    });

    expect(soon.judgement.message).toBe("settles for another 1m15s");
    expect(behind.judgement.message).toBe("its data ends before the change of exposure");
  });

  it("leaves the limits to act at once", () => {
    const context = { changedAt: NOON };

    expect(judgeOne(answers({ value: 0.03 }), { context }).judgement.verdict).toBe("halt");
    expect(judgeOne(answers({ value: 0.06 }), { context }).judgement.verdict).toBe("rollback");
  });
});

describe("a gate", () => {
  const gate = aGate({
    signals: [aSignal({ name: "a" }), aSignal({ name: "b" }), aSignal({ name: "c", gates: ["finish"] })],
  });
  const judged = (a: number | null, b: number | null, c: number | null) =>
    judge(
      gate,
      new Map(
        Object.entries({ a, b, c }).map(([name, value]) => [name, answers({ value }, { signal: name })]),
      ),
      aJudgeContext(),
    );

  it.each<[number | null, number | null, number | null, Verdict]>([
    [0, 0, 0, "good"],
    [0, 0.015, 0, "wait"],
    [null, 0, 0, "wait"],
    [0.03, 0.015, 0, "halt"],
    [0.06, 0.03, 0, "rollback"],
    [0, 0, 0.015, "good"],
    [0, 0, null, "good"],
    [0, 0, 0.06, "rollback"],
  ])("that reads %s, %s and %s (finish only) is %s", (a, b, c, verdict) => {
    expect(judged(a, b, c).verdict).toBe(verdict);
  });

  it("keeps the order of its signals and a clock for each", () => {
    const { signals, clocks } = judged(0, 0.06, null);

    expect(signals.map(({ signal, verdict }) => [signal, verdict])).toEqual([
      ["a", "good"],
      ["b", "rollback"],
      ["c", "wait"],
    ]);
    expect(Object.keys(clocks)).toEqual(["a", "b", "c"]);
    expect(clocks["a"]).toEqual(FRESH_CLOCK);
    expect(clocks["b"]?.rollback.at).toBe(NOON);
  });

  it("without signals has nothing against it, and nothing for it", () => {
    expect(judge(aGate({ signals: [] }), new Map(), aJudgeContext())).toEqual({
      verdict: "good",
      signals: [],
      alerts: [],
      clocks: {},
    });
  });

  it("misses a signal nobody asked about, and settles it by a scrape a minute", () => {
    const judgement = only(judge(aGate(), new Map(), aJudgeContext()).signals);

    expect(judgement).toMatchObject({
      signal: "errors",
      code: "missing",
      message: "bad-answer: the question was not asked, for 0s",
      settleMs: 165 * SECOND,
      asked: [],
    });
  });

  it("judges a signal of any legal name", () => {
    const { judgement, clock } = judgeOne(answers({ value: 0.03 }), {
      signal: aSignal({ name: "constructor" }),
      context: { clocks: {} },
    });

    expect(judgement).toMatchObject({ signal: "constructor", verdict: "halt" });
    expect(clock.halt.at).toBe(NOON);
  });
});
