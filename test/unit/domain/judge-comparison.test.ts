import { describe, expect, it } from "vitest";
import { compared } from "../../../src/domain/comparison.ts";
import type { Signal } from "../../../src/domain/gate.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { AskedRole, SignalAnswers } from "../../../src/domain/reading.ts";
import type { Verdict, VerdictCode } from "../../../src/domain/verdict.ts";
import { NOON, aCohorts, aCounts, aLimit, aReading, aSignal, answers } from "../../support/builders.ts";
import { EVERY, instants, judgeOne, walk } from "./judging.ts";

type Counted = readonly [bad: number | null, total: number | null];

/** Bad of all, on each side; null: no series. */
function sides([bad, total]: Counted, [controlBad, controlTotal]: Counted): SignalAnswers {
  return answers({ bad, total, controlBad, controlTotal });
}

const HEALTHY: Counted = [10, 10_000];

describe("a signal with cohorts", () => {
  it.each<[string, SignalAnswers, Verdict, VerdictCode, string]>([
    [
      "is good as bad as its control",
      sides(HEALTHY, HEALTHY),
      "good",
      "good",
      "0.1% against 0.1% of control, advance at most 0.1% over control",
    ],
    [
      "is good without one bad outcome",
      sides([0, 500], [0, 500]),
      "good",
      "good",
      "0% against 0% of control, advance at most 0.1% over control",
    ],
    [
      "waits between its limits",
      sides([23, 1_000], [20, 1_000]),
      "wait",
      "between",
      "2.3% against 2% of control, advance at most 0.1% over control",
    ],
    [
      "halts so much above its control",
      sides([28, 1_000], [20, 1_000]),
      "halt",
      "breached",
      "2.8% against 2% of control, halt above 0.5% over control",
    ],
    [
      "rolls back at so many times its control",
      sides([100, 10_000], HEALTHY),
      "rollback",
      "breached",
      "1% against 0.1% of control, rollback above 300% of control",
    ],
    [
      "rolls back where its control has none at all",
      sides([5, 10_000], [0, 10_000]),
      "rollback",
      "breached",
      "0.05% against 0% of control, rollback above 300% of control",
    ],
    [
      "neither halts nor rolls back on fewer bad outcomes than minBad",
      sides([4, 20], HEALTHY),
      "wait",
      "between",
      "20% against 0.1% of control breaches, not yet long or often enough",
    ],
    [
      "is short while too few are exposed",
      sides([0, 19], HEALTHY),
      "wait",
      "short",
      "19 of 20 samples needed",
    ],
    [
      "is short while too few are not exposed",
      sides(HEALTHY, [0, 19]),
      "wait",
      "short",
      "19 of 20 samples of control needed",
    ],
    [
      "is short while counters of the exposed do not exist yet",
      sides([null, null], HEALTHY),
      "wait",
      "short",
      "0 of 20 samples needed",
    ],
  ])("%s", (_, said, verdict, code, message) => {
    const { judgement } = judgeOne(said, { signal: aCohorts({ floor: 20 }) });
    expect(judgement).toMatchObject({ verdict, code, message });
  });

  it("is missing, on either side", () => {
    const lost = { ...sides(HEALTHY, HEALTHY) };
    for (const role of ["bad", "total", "controlBad", "controlTotal"] satisfies AskedRole[]) {
      const asked = lost.asked.map((each) =>
        each.role === role
          ? { ...each, answer: { kind: "unknown" as const, reason: "timeout" as const, detail: "late" } }
          : each,
      );
      const { judgement } = judgeOne({ ...lost, asked }, { signal: aCohorts() });
      expect(judgement).toMatchObject({ verdict: "wait", code: "missing" });
    }
  });

  it("says nothing while nobody is exposed, and its missing clock stands still", () => {
    const { judgement, clock } = judgeOne(answers({ bad: null, total: null }), {
      signal: aCohorts(),
      clock: { unknownSince: NOON - MINUTE },
      context: { emptySide: "candidate" },
    });
    expect(judgement).toMatchObject({
      code: "not-applicable",
      counts: false,
      message: "nobody is exposed yet",
    });
    expect(clock.unknownSince).toBeNull();
  });

  it("says nothing while everybody is exposed", () => {
    const { judgement } = judgeOne(sides(HEALTHY, [null, null]), {
      signal: aCohorts(),
      context: { emptySide: "control" },
    });
    expect(judgement).toMatchObject({
      code: "not-applicable",
      counts: false,
      message: "everybody is exposed: there is no control",
    });
  });

  it("is not applicable while everybody is exposed, however few limits it has", () => {
    const scene = { signal: aCohorts({ rollback: null }), context: { emptySide: "control" as const } };
    expect(judgeOne(sides(HEALTHY, HEALTHY), scene).judgement).toMatchObject({ code: "not-applicable" });
  });

  const mixed = aCohorts({ rollback: aLimit("above 5%") });

  it("keeps the limits that need no control armed while everybody is exposed", () => {
    const all = { signal: mixed, context: { emptySide: "control" as const } };
    expect(judgeOne(sides([600, 10_000], [0, 0]), all).judgement).toMatchObject({ verdict: "rollback" });
    const { judgement } = judgeOne(sides([400, 10_000], [0, 0]), all);
    expect(judgement).toMatchObject({ verdict: "good", counts: true, message: "4%", limit: null });
  });

  it("says that its counters are counted since the change", () => {
    const said = { ...sides(HEALTHY, HEALTHY), countedFrom: NOON - 10 * MINUTE };
    const { judgement } = judgeOne(said, { signal: aCohorts() });
    expect(judgement.reading.notes).toContain("counted for 10m, since the change");
  });
});

describe("a limit under control", () => {
  const yields = aCohorts({
    better: "higher",
    advance: aLimit("at most 1% under control"),
    halt: aLimit("above 5% under control"),
    rollback: null,
  });

  it.each<[number, Verdict]>([
    [95, "good"],
    [94, "wait"],
    [50, "halt"],
  ])("holds %d of 100 against 96 of the control", (done, verdict) => {
    const { judgement } = judgeOne(sides([done, 100], [96, 100]), { signal: yields });
    expect(judgement.verdict).toBe(verdict);
  });
});

function ofLastWeek(fields: Partial<Signal> = {}): Signal {
  return aSignal({
    better: "higher",
    advance: aLimit("at least 95% of last week"),
    halt: aLimit("below 90% of last week"),
    rollback: aLimit("below 1%"),
    ...fields,
  });
}

describe("a limit of last week", () => {
  it.each<[string, number, number | null, Verdict, VerdictCode, string]>([
    ["is good near it", 0.029, 0.03, "good", "good", "2.9% against 3% last week"],
    [
      "halts far from it",
      0.02,
      0.03,
      "halt",
      "breached",
      "2% against 3% last week, halt below 90% of last week",
    ],
    [
      "waits without it",
      0.03,
      null,
      "wait",
      "no-baseline",
      "3%, nothing to compare with a week ago: no-series: the query matched no series",
    ],
    [
      "waits where it was 0",
      0.03,
      0,
      "wait",
      "no-baseline",
      "3%, nothing to compare with a week ago: it was 0",
    ],
    ["leaves other limits armed without it", 0.005, null, "rollback", "breached", "0.5%, rollback below 1%"],
  ])("%s", (_, value, lastWeek, verdict, code, message) => {
    const { judgement } = judgeOne(answers({ value, lastWeek }), { signal: ofLastWeek() });
    expect(judgement).toMatchObject({ verdict, code });
    expect(judgement.message).toContain(message);
  });

  it("needs as many samples then as now", () => {
    const counts = aCounts({
      floor: 100,
      advance: aLimit("at most 200% of last week"),
      halt: null,
      rollback: null,
    });
    const said = (lastWeekTotal: number) =>
      judgeOne(answers({ bad: 1, total: 100, lastWeekBad: 1, lastWeekTotal }), { signal: counts }).judgement;
    expect(said(100)).toMatchObject({ verdict: "good" });
    expect(said(99)).toMatchObject({ code: "no-baseline" });
  });

  it("adds no time and clears none while there is nothing to compare with", () => {
    const signal = ofLastWeek({ halt: aLimit("below 90% of last week for 1m"), rollback: null });
    const [a, b, c, d, e, f] = instants(6, 20 * SECOND);
    const low = answers({ value: 0.02, lastWeek: 0.03 });
    const lost = answers({ value: 0.02, lastWeek: null });
    const walked = walk(
      [
        [a ?? 0, low],
        [b ?? 0, low],
        [c ?? 0, low],
        [d ?? 0, lost],
        [e ?? 0, low],
        [f ?? 0, low],
      ],
      { signal },
    );
    expect(walked.map(({ judgement }) => judgement.code)).toEqual([
      "between",
      "between",
      "between",
      "no-baseline",
      "between",
      "breached",
    ]);
  });

  it("a halt that was acknowledged stays so while its baseline is lost", () => {
    const { clock } = judgeOne(answers({ value: 0.02, lastWeek: null }), {
      signal: ofLastWeek(),
      clock: { acknowledgedAt: NOON - EVERY },
    });
    expect(clock.acknowledgedAt).toBe(NOON - EVERY);
  });
});

it("a comparison without the answer it rests on is none", () => {
  const NOWHERE = { emptySide: null, share: null, isSettled: true } as const;
  const limit = aLimit("at most 1% over control");
  expect(compared(limit, aCohorts(), aReading(), 0.01, NOWHERE)).toMatchObject({ kind: "no-baseline" });
  const week = aLimit("at most 200% of last week");
  expect(compared(week, aSignal(), aReading(), 0.01, NOWHERE)).toMatchObject({
    why: "nothing to compare with a week ago: bad-answer: not asked",
  });
});
