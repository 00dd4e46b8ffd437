import { describe, expect, it } from "vitest";
import type { Signal } from "../../../src/domain/gate.ts";
import {
  cohortCounters,
  freshnessQueryOf,
  questionsOf,
  readingOf,
  within,
} from "../../../src/domain/inquiry.ts";
import { type Instant, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Reading, SignalAnswers, Unknown, UnknownReason } from "../../../src/domain/reading.ts";
import { NOON, aCohorts, aCounts, aLimit, aSignal, after, answers, freshAt } from "../../support/builders.ts";

const known = (value: number) => ({ kind: "known", value });
const unknown = (reason: UnknownReason, detail = "said so"): Unknown => ({ kind: "unknown", reason, detail });
const seconds = (at: Instant) => at / SECOND;
const read = (signal: Signal, said: SignalAnswers): Reading => readingOf(signal, said, NOON);
const reasonOf = ({ value }: Reading) => (value.kind === "unknown" ? value.reason : value.value);

const remarked = (value: number, ...infos: string[]) => ({ kind: "value" as const, value, infos });
const each = (selector: string, newest: Instant) => ({ selector, newest, scrapeIntervalMs: 15 * SECOND });

describe("the questions of a signal", () => {
  it.each<[string, Signal, string[]]>([
    ["its query alone", aSignal(), ["value"]],
    ["bad and total of counts", aCounts(), ["bad", "total"]],
    [
      "everything it names",
      aSignal({ bad: "b", samples: "s", asOf: "a", emptyIsZeroWitness: "w" }),
      ["value", "bad", "samples", "asOf", "witness"],
    ],
    ["no second bad for counts", aCounts({ bad: "b", samples: "s" }), ["bad", "total", "samples"]],
  ])("are %s", (_, signal, roles) => {
    expect(questionsOf(signal).map(({ role }) => role)).toEqual(roles);
  });

  it("read counters of no signal that has none", () => {
    expect(cohortCounters(aSignal())).toEqual([]);
  });

  it("carry the queries as written", () => {
    const signal = aSignal({ bad: "b", samples: "s", asOf: "a", emptyIsZeroWitness: "w" });

    expect(questionsOf(signal).map(({ query }) => query)).toEqual(["errors", "b", "s", "a", "w"]);
    expect(questionsOf(aCounts()).map(({ query }) => query)).toEqual(["bad", "total"]);
  });

  it.each([
    ["orders_total", 'orders_total{v="on"}'],
    ["orders_total{}", 'orders_total{v="on"}'],
    ['orders_total{a="}", }', 'orders_total{a="}", v="on"}'],
    ['{"orders.total", a=~"b{2}"}', '{"orders.total", a=~"b{2}", v="on"}'],
  ])("narrow %s down to a cohort", (selector, narrowed) => {
    expect(within(selector, 'v="on"')).toBe(narrowed);
  });

  it.each<[string, Signal, string[]]>([
    ["either side of cohorts", aCohorts(), ["bad", "total", "controlBad", "controlTotal"]],
    [
      "a query and itself a week before",
      aSignal({ halt: aLimit("above 200% of last week") }),
      ["value", "lastWeek"],
    ],
    [
      "counts and themselves a week before",
      aCounts({ rollback: aLimit("above 200% of last week") }),
      ["bad", "total", "lastWeekBad", "lastWeekTotal"],
    ],
  ])("are %s", (_, signal, roles) => {
    expect(questionsOf(signal).map(({ role }) => role)).toEqual(roles);
  });

  it.each<[string, Signal, string | null]>([
    ["the total of both cohorts", aCohorts(), "total"],
    ["its query", aSignal(), "errors"],
    ["the total alone of counts", aCounts(), "total"],
    ["none where a watermark tells", aSignal({ asOf: "a" }), null],
    ["none of counts where a watermark tells", aCounts({ asOf: "a" }), null],
  ])("decide freshness by %s", (_, signal, query) => {
    expect(freshnessQueryOf(signal)).toBe(query);
  });
});

describe("a plain reading", () => {
  it("is the one value of the query", () => {
    expect(read(aSignal(), answers({ value: 0.02 }))).toEqual({
      value: known(0.02),
      samples: null,
      bad: null,
      asOf: null,
      notes: [],
    });
  });

  it.each<UnknownReason>([
    "no-series",
    "many-series",
    "nan",
    "infinite",
    "timeout",
    "http-503",
    "bad-answer",
    "partial",
    "too-large",
    "query-budget",
    "unreachable",
  ])("is unknown for the reason %s, told as it was", (reason) => {
    expect(read(aSignal(), answers({ value: unknown(reason) })).value).toEqual(unknown(reason));
  });

  it("is unknown when the query matched no series", () => {
    expect(read(aSignal(), answers({ value: null })).value).toEqual(
      unknown("no-series", "the query matched no series"),
    );
  });

  it("is unknown when nothing was asked", () => {
    expect(read(aSignal(), answers({})).value).toEqual(unknown("bad-answer", "the question was not asked"));
  });

  it("shows what Prometheus remarked, each remark once", () => {
    const said = answers({
      value: remarked(1, "not a counter"),
      samples: remarked(9, "not a counter", "slow"),
    });

    expect(read(aSignal({ samples: "s" }), said).notes).toEqual(["not a counter", "slow"]);
  });

  it("carries the samples and the bad outcomes it rests on", () => {
    const reading = read(aSignal({ samples: "s", bad: "b" }), answers({ value: 0.5, samples: 8, bad: 4 }));

    expect([reading.samples, reading.bad]).toEqual([known(8), known(4)]);
  });

  it("does not know samples that were asked in vain", () => {
    const said = answers({ value: 0.5, samples: null, bad: unknown("timeout") });
    const reading = read(aSignal({ samples: "s", bad: "b" }), said);

    expect(reading.samples).toEqual(unknown("no-series", "the query matched no series"));
    expect(reading.bad).toEqual(unknown("timeout"));
  });

  it("has no bad outcome where the value is known and their counter never was", () => {
    const reading = read(aSignal({ bad: "b" }), answers({ value: 0, bad: null }));

    expect([reading.bad, reading.notes]).toEqual([known(0), ["no errors seen yet"]]);
  });

  it("does not take an empty bad-counter for none while the value is unknown", () => {
    const reading = read(aSignal({ bad: "b" }), answers({ value: unknown("timeout"), bad: null }));

    expect([reading.bad, reading.notes]).toEqual([unknown("no-series", "the query matched no series"), []]);
  });
});

describe("freshness by the samples themselves", () => {
  const signal = aSignal({ lagMs: MINUTE });
  const oldest = NOON - 3 * 15 * SECOND - MINUTE;

  it("accepts a sample as old as three scrapes and the lag", () => {
    expect(reasonOf(read(signal, answers({ value: 1 }, { freshness: freshAt(oldest) })))).toBe(1);
  });

  it.each<[string, SignalAnswers["freshness"], Unknown]>([
    ["an older sample", freshAt(oldest - 1), unknown("stale", "the newest sample of errors is 1m45s old")],
    ["a selector without a sample", freshAt(null), unknown("stale", "errors has no sample now")],
    ["freshness that could not be asked", unknown("timeout"), unknown("timeout")],
    ["freshness that was not asked", null, unknown("stale", "the freshness of the query was not asked")],
  ])("does not accept %s", (_, freshness, why) => {
    expect(read(signal, answers({ value: 1 }, { freshness })).value).toEqual(why);
  });

  it("asks every selector, so that one dead one is enough", () => {
    const freshness = { kind: "known" as const, selectors: [each("a", NOON), each("b", NOON - 10 * MINUTE)] };

    expect(read(signal, answers({ value: 1 }, { freshness })).value).toEqual(
      unknown("stale", "the newest sample of b is 10m old"),
    );
  });

  it("keeps the reason why there is no value at all", () => {
    const said = answers({ value: unknown("timeout") }, { freshness: freshAt(null) });

    expect(reasonOf(read(signal, said))).toBe("timeout");
  });

  it("does not believe samples and bad outcomes either when the data is stale", () => {
    const said = answers({ value: 1, samples: 0, bad: 0 }, { freshness: freshAt(null) });
    const reading = read(aSignal({ samples: "s", bad: "b" }), said);

    expect([reading.samples, reading.bad]).toEqual([reading.value, reading.value]);
  });
});

describe("a watermark", () => {
  const periodic = aSignal({ asOf: "a", lagMs: 5 * MINUTE, periodMs: 10 * MINUTE });
  const quick = aSignal({ asOf: "a", lagMs: SECOND, periodMs: null });

  it.each<[string, Signal, Instant]>([
    ["as old as the lag and two periods", periodic, after(-25 * MINUTE)],
    ["two minutes old, however quick the data", quick, after(-2 * MINUTE)],
    ["of now", periodic, NOON],
    ["five seconds ahead", periodic, after(5 * SECOND)],
  ])("%s is fresh, whatever the samples say", (_, signal, at) => {
    const said = answers({ value: 1, asOf: seconds(at) }, { freshness: freshAt(null) });

    expect(read(signal, said)).toMatchObject({ value: known(1), asOf: at });
  });

  it.each<[string, Signal, Instant, string]>([
    ["older", periodic, after(-25 * MINUTE - 1), "the watermark is 25m old; 25m is the oldest accepted"],
    [
      "over two minutes old",
      quick,
      after(-121 * SECOND),
      "the watermark is 2m1s old; 2m is the oldest accepted",
    ],
    ["further ahead", periodic, after(5 * SECOND + 1), "the watermark lies in the future"],
  ])("that is %s is stale", (_, signal, at, detail) => {
    const said = answers({ value: 1, asOf: seconds(at) });

    expect(read(signal, said)).toMatchObject({ value: unknown("stale", detail), asOf: at });
  });

  it("asked in vain leaves the value unknown, for the same reason", () => {
    const said = answers({ value: 1, asOf: unknown("timeout", "no answer within 5s") });

    expect(read(quick, said)).toMatchObject({
      value: unknown("timeout", "watermark: no answer within 5s"),
      asOf: null,
    });
  });

  it("that matches no series leaves the value unknown", () => {
    expect(reasonOf(read(quick, answers({ value: 1, asOf: null })))).toBe("no-series");
  });

  it("is kept to the millisecond", () => {
    expect(read(quick, answers({ value: 1, asOf: NOON / SECOND - 0.0014 })).asOf).toBe(NOON - 1);
  });
});

describe("counts", () => {
  it("are bad out of total, and the total is what they rest on", () => {
    expect(read(aCounts(), answers({ bad: 1, total: 4 }))).toEqual({
      value: known(0.25),
      samples: known(4),
      bad: known(1),
      asOf: null,
      notes: [],
    });
  });

  it("rest on the samples they state instead, where they state any", () => {
    expect(read(aCounts({ samples: "s" }), answers({ bad: 1, total: 4, samples: 7 })).samples).toEqual(
      known(7),
    );
  });

  it("are zero when no error was seen yet and the total is fresh", () => {
    const reading = read(aCounts(), answers({ bad: null, total: 4 }));

    expect(reading).toMatchObject({ value: known(0), bad: known(0), notes: ["no errors seen yet"] });
  });

  it.each<[string, SignalAnswers, Unknown]>([
    ["nothing happened", answers({ bad: 0, total: 0 }), unknown("nan", "nothing happened: 0 of 0")],
    ["a total below zero", answers({ bad: 0, total: -1 }), unknown("nan", "nothing happened: 0 of 0")],
    [
      "the total is empty",
      answers({ bad: 0, total: null }),
      unknown("no-series", "the query matched no series"),
    ],
    ["the total is unknown", answers({ bad: 1, total: unknown("timeout") }), unknown("timeout")],
    ["bad is unknown", answers({ bad: unknown("http-500"), total: 4 }), unknown("http-500")],
    [
      "the total is stale",
      answers({ bad: 1, total: 4 }, { freshness: freshAt(null) }),
      unknown("stale", "errors has no sample now"),
    ],
    [
      "the total is stale and no error was seen",
      answers({ bad: null, total: 4 }, { freshness: freshAt(null) }),
      unknown("stale", "errors has no sample now"),
    ],
  ])("are unknown when %s", (_, said, why) => {
    expect(read(aCounts(), said).value).toEqual(why);
  });

  it("do not say that no errors were seen while the total is unknown", () => {
    const reading = read(aCounts(), answers({ bad: null, total: unknown("timeout") }));

    expect(reading.notes).toEqual([]);
    expect(reading.bad).toMatchObject({ reason: "no-series" });
  });

  it("of nothing still know how many outcomes there were", () => {
    expect(read(aCounts(), answers({ bad: 0, total: 0 })).samples).toEqual(known(0));
  });

  it("take their age from the watermark where there is one", () => {
    const said = answers({ bad: 1, total: 4, samples: 7, asOf: seconds(NOON - MINUTE) }, { freshness: null });

    expect(read(aCounts({ asOf: "a", samples: "s" }), said)).toMatchObject({
      value: known(0.25),
      samples: known(7),
      asOf: NOON - MINUTE,
    });
  });

  it("distrust the samples they state when the total is stale", () => {
    const said = answers({ bad: 1, total: 4, samples: 7 }, { freshness: freshAt(null) });

    expect(read(aCounts({ samples: "s" }), said).samples).toMatchObject({ reason: "stale" });
  });

  it("show what Prometheus remarked on them", () => {
    const bad = { kind: "value" as const, value: 1, infos: ["not a counter"] };

    expect(read(aCounts(), answers({ bad, total: 4 })).notes).toEqual(["not a counter"]);
  });
});

describe("an empty answer that means zero", () => {
  const stuck = aSignal({ emptyIsZeroWitness: "up" });
  const empty = { freshness: freshAt(null) };

  it("is zero while the witness answers above 0, though there is no sample to be fresh", () => {
    expect(read(stuck, answers({ value: null, witness: 1 }, empty))).toMatchObject({
      value: known(0),
      notes: ["empty, and the witness answers: 0"],
    });
  });

  it.each<[string, SignalAnswers, Unknown]>([
    [
      "answers 0",
      answers({ value: null, witness: 0 }),
      unknown("no-series", "the query is empty and its witness answers 0, not above 0"),
    ],
    [
      "answers below 0",
      answers({ value: null, witness: -1 }),
      unknown("no-series", "the query is empty and its witness answers -1, not above 0"),
    ],
    [
      "is empty too",
      answers({ value: null, witness: null }),
      unknown("no-series", "the query is empty and so is its witness"),
    ],
    [
      "answers many series",
      answers({ value: null, witness: unknown("many-series") }),
      unknown("many-series"),
    ],
  ])("is unknown while the witness %s", (_, said, why) => {
    expect(read(stuck, said)).toMatchObject({ value: why, notes: [] });
  });

  it("is unknown without a witness", () => {
    expect(reasonOf(read(aSignal(), answers({ value: null, witness: 1 })))).toBe("no-series");
  });

  it("does not ask the witness about an answer that is not empty", () => {
    expect(reasonOf(read(stuck, answers({ value: 3, witness: 0 })))).toBe(3);
    expect(reasonOf(read(stuck, answers({ value: unknown("timeout"), witness: 1 })))).toBe("timeout");
  });

  it("does not vouch for a value that is there but stale", () => {
    expect(reasonOf(read(stuck, answers({ value: 3, witness: 1 }, empty)))).toBe("stale");
  });

  it("vouches for samples and bad outcomes in the same instant", () => {
    const signal = aSignal({ emptyIsZeroWitness: "up", samples: "s", bad: "b" });
    const reading = read(signal, answers({ value: null, witness: 1, samples: 40, bad: null }, empty));

    expect([reading.samples, reading.bad]).toEqual([known(40), known(0)]);
  });

  it("does not vouch for samples when the witness is silent", () => {
    const signal = aSignal({ emptyIsZeroWitness: "up", samples: "s" });
    const reading = read(signal, answers({ value: null, witness: null, samples: 40 }, empty));

    expect(reading.samples).toMatchObject({ reason: "stale" });
  });

  it("is unknown all the same while the watermark is stale", () => {
    const signal = aSignal({ emptyIsZeroWitness: "up", asOf: "a" });
    const said = answers({ value: null, witness: 1, asOf: seconds(NOON - 10 * MINUTE) });

    expect(reasonOf(read(signal, said))).toBe("stale");
  });

  it("is zero as of its watermark", () => {
    const signal = aSignal({ emptyIsZeroWitness: "up", asOf: "a" });
    const said = answers({ value: null, witness: 1, asOf: seconds(NOON) }, empty);

    expect(read(signal, said)).toMatchObject({ value: known(0), asOf: NOON });
  });
});
