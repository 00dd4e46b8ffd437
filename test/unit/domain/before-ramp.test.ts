import { describe, expect, test } from "vitest";
import {
  type DaySeen,
  baseOfDays,
  daysBefore,
  needsBefore,
  unexposedAtStart,
  unexposedBefore,
} from "../../../src/domain/before-ramp.ts";
import type { Signal } from "../../../src/domain/gate.ts";
import { questionBehind, questionsOf, readingOf } from "../../../src/domain/inquiry.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { Asked } from "../../../src/domain/reading.ts";
import {
  NOON,
  aCohorts,
  aCounts,
  aGate,
  aLimit,
  aRecord,
  aRun,
  aSignal,
  anExposure,
  answers,
} from "../../support/builders.ts";

const EXPOSED = aCounts({ advance: aLimit("at most 5% of exposed"), halt: null, rollback: null });
const BASELINE = aSignal({ advance: null, rollback: aLimit("above 300% of baseline") });

const daysOf = (signal: Signal, since: number | null, until: number) =>
  daysBefore(signal, { since, until }, NOON).map((ago) => ago / DAY);

const dayOf = (bad: number, total: number): DaySeen => ({ value: bad / total, total });

const spreadIn = (values: readonly number[]) =>
  baseOfDays(values.map((value) => ({ value, total: 100 }))).spread ?? 0;

const saidOn = (role: Asked["role"], day: number, value: number | null): Asked => ({
  role,
  query: role,
  answer: value === null ? { kind: "empty" } : { kind: "value", value, infos: [] },
  agoMs: day * DAY,
});

const baseIn = (signal: Signal, days: readonly Asked[]) => {
  const now = answers({ value: 5, bad: 1, total: 100 });
  return readingOf(signal, { ...now, asked: [...now.asked, ...days] }, NOON).bases?.[0];
};

describe("a signal needs the days before the ramp", () => {
  test.each<[string, Signal, boolean]>([
    ["for a limit of those exposed", EXPOSED, true],
    ["for a limit of the baseline", BASELINE, true],
    ["for no limit of last week", aSignal({ halt: aLimit("above 200% of last week") }), false],
    ["for no limit by itself", aSignal({ advance: null }), false],
  ])("%s: %#", (_, signal, needs) => {
    expect(needsBefore(signal)).toBe(needs);
  });
});

describe("the time before a ramp in which nobody was exposed", () => {
  const rests = { run: null, exposure: anExposure({ set: 0, changedAt: NOON - DAY }) };

  test("is that before the run began", () => {
    const run = aRun({ unexposed: { since: null } });
    expect(unexposedBefore(aRecord({ run }), NOON)).toEqual({ since: null, until: run.startedAt });
  });

  test("is not known of a run that kept none", () => {
    expect(unexposedBefore(aRecord({ run: aRun() }), NOON)).toBeNull();
  });

  test("is until now where nobody is exposed and no run is on record", () => {
    expect(unexposedBefore(aRecord(rests), NOON)).toEqual({ since: NOON - DAY, until: NOON });
  });

  test.each([5, null])("is not known without a run of a flag at %s", (set) => {
    expect(unexposedBefore(aRecord({ ...rests, exposure: anExposure({ set }) }), NOON)).toBeNull();
  });

  test("is kept by a run that begins at 0 %, where a limit asks for it", () => {
    const record = aRecord(rests);
    expect(unexposedAtStart(aGate({ signals: [EXPOSED] }), record, 0)).toEqual({
      unexposed: { since: NOON - DAY },
    });
    expect(unexposedAtStart(aGate({ signals: [EXPOSED] }), record, 5)).toEqual({});
    expect(unexposedAtStart(aGate(), record, 0)).toEqual({});
  });
});

describe("the days that are asked about", () => {
  test.each<[string, number | null, number, readonly number[]]>([
    ["are the seven before now, while nobody is exposed", null, NOON, [1, 2, 3, 4, 5, 6, 7]],
    ["are the last seven before the ramp", null, NOON - 3 * DAY, [3, 4, 5, 6, 7, 8, 9]],
    ["are of the last fourteen days alone", null, NOON - 12.5 * DAY, [13, 14]],
    ["are none of a ramp that is older", null, NOON - 15 * DAY, []],
    ["do not go back to another exposure", NOON - 3 * DAY, NOON, [1, 2]],
  ])("%s", (_, since, until, expected) => {
    expect(daysOf(BASELINE, since, until)).toEqual(expected);
  });

  test.each<[string, Signal]>([
    ["its range", { ...BASELINE, windowMs: HOUR }],
    ["two periods", { ...BASELINE, periodMs: HOUR / 2 }],
    ["its lag", { ...BASELINE, lagMs: HOUR }],
    [
      "what raw counters are counted over",
      {
        ...EXPOSED,
        measure: { kind: "counters", query: "q", bad: "b", total: "t", windowMs: HOUR, cohorts: null },
      },
    ],
  ])("show with %s nothing of another exposure", (_, signal) => {
    expect(daysOf(signal, NOON - 2 * DAY - HOUR, NOON)).toEqual([1]);
    expect(daysOf(signal, NOON - 2 * DAY - HOUR - 1, NOON)).toEqual([1, 2]);
  });

  test("leave out those in a window that blinds the signal", () => {
    const hours = { kind: "span", from: NOON - 3.5 * DAY, to: NOON - 1.5 * DAY } as const;
    const signal = { ...BASELINE, except: [{ name: "maintenance", hours }] };
    expect(daysOf(signal, null, NOON)).toEqual([1, 4, 5, 6, 7, 8, 9]);
  });

  test("are none where nothing asks for them, or nobody knows of any", () => {
    expect(daysOf(aSignal(), null, NOON)).toEqual([]);
    expect(daysBefore(BASELINE, null, NOON)).toEqual([]);
  });
});

describe("the days taken together", () => {
  test("weigh by their outcomes", () => {
    expect(baseOfDays([dayOf(10, 1_000), dayOf(50, 2_000)])).toMatchObject({
      value: { kind: "known", value: 0.02 },
      samples: { kind: "known", value: 3_000 },
    });
  });

  test("weigh the same where they are values alone", () => {
    expect(baseOfDays([1, 2, 6].map((value) => ({ value, total: null })))).toMatchObject({
      value: { kind: "known", value: 3 },
      samples: null,
    });
  });

  test.each([
    [[dayOf(10, 1_000)], "1 of 2 days before the ramp can be read"],
    [[], "0 of 2 days before the ramp can be read"],
  ])("are no baseline where they are too few: %#", (days, detail) => {
    expect(baseOfDays(days).value).toEqual({ kind: "unknown", reason: "no-series", detail });
  });

  test("differ by the more the fewer they are", () => {
    expect(spreadIn([0.01, 0.01, 0.01])).toBe(0);
    // Their variance 0.0002, times 15.58, and half more for their mean.
    expect(spreadIn([0.01, 0.03])).toBeCloseTo(Math.sqrt(0.0002 * 15.58 * 1.5), 12);
    expect(spreadIn([0.01, 0.03, 0.01, 0.03, 0.01, 0.03, 0.02])).toBeCloseTo(
      Math.sqrt(0.0001 * 1.954 * (8 / 7)),
      12,
    );
    expect(spreadIn([0.01, 0.03, 0.01, 0.03, 0.01, 0.03, 0.02, 0.02])).toBeLessThan(0.0106);
  });
});

describe("what is asked", () => {
  test("of counts is both, day by day", () => {
    const asked = questionsOf(EXPOSED, [DAY, 2 * DAY]).slice(2);
    expect(asked.map(({ role, query, agoMs }) => [role, query, agoMs / DAY])).toEqual([
      ["beforeBad", "bad", 1],
      ["beforeTotal", "total", 1],
      ["beforeBad", "bad", 2],
      ["beforeTotal", "total", 2],
    ]);
  });

  test("of raw counters is counted over the same window", () => {
    const { measure } = aCohorts();
    const own = { ...EXPOSED, measure: { ...measure, cohorts: null } as Signal["measure"] };
    expect(
      questionsOf(own, [DAY])
        .slice(2)
        .map(({ query, counters }) => [query, counters]),
    ).toEqual([
      ["bad[3600s]", "bad"],
      ["total[3600s]", "total"],
    ]);
  });

  test("of anything else is the query; and of a signal that needs no days nothing", () => {
    expect(questionsOf(BASELINE, [DAY]).map(({ role }) => role)).toEqual(["value", "before"]);
    expect(questionsOf(aSignal(), [DAY]).map(({ role }) => role)).toEqual(["value"]);
    expect(questionBehind(BASELINE, "before")?.query).toBe("errors");
    expect(questionBehind(aSignal(), "before")).toBeNull();
  });
});

describe("a reading with days before the ramp", () => {
  test("leaves out those without an answer and those with too few outcomes", () => {
    const days = [
      saidOn("beforeBad", 1, 10),
      saidOn("beforeTotal", 1, 1_000),
      saidOn("beforeBad", 2, null),
      saidOn("beforeTotal", 2, 1_000),
      saidOn("beforeBad", 3, 40),
      saidOn("beforeTotal", 3, 49),
      saidOn("beforeBad", 4, 40),
      saidOn("beforeTotal", 4, null),
      saidOn("beforeTotal", 5, 0),
    ];
    // A day without one series of bad ones had none.
    expect(baseIn({ ...EXPOSED, floor: 50 }, days)).toMatchObject({
      of: "before",
      value: { value: 0.005 },
      samples: { value: 2_000 },
    });
  });

  test("takes a plain value as it was, however old it is", () => {
    const days = [saidOn("before", 1, 10), saidOn("before", 2, 20), saidOn("before", 3, null)];
    expect(baseIn(BASELINE, days)).toMatchObject({ value: { value: 15 }, samples: null });
  });

  test("says so where none was asked about", () => {
    expect(baseIn(BASELINE, [])?.value).toMatchObject({ detail: "0 of 2 days before the ramp can be read" });
  });

  test("shows nothing of them in a signal that needs none", () => {
    expect(readingOf(aSignal({ lagMs: MINUTE }), answers({ value: 5 }), NOON)).not.toHaveProperty("bases");
  });
});
