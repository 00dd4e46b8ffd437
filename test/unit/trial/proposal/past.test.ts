import { beforeEach, describe, expect, it, test } from "vitest";
import { DAY, MINUTE } from "../../../../src/domain/instant.ts";
import {
  pastOf,
  pastShares,
  pastValues,
  usualBound,
  type Past,
} from "../../../../src/trial/proposal/past.ts";
import { NOON } from "../../../support/builders.ts";
import { createScriptedHistory, type ScriptedHistory } from "../../../support/scripted-history.ts";

let history: ScriptedHistory;
let past: Past;

beforeEach(() => {
  history = createScriptedHistory();
  past = pastOf(history, "main", NOON + 7);
});

test("the last day is asked about in steps of five minutes that do not move with the second", async () => {
  await past("x");
  expect(history.asked).toEqual([
    { source: "main", query: "x", span: { from: NOON - DAY, to: NOON, stepMs: 5 * MINUTE } },
  ]);
});

test("a counter of errors that never existed counted none", async () => {
  history.set("total", () => 10);
  expect(new Set(await pastShares(past, "bad", "total"))).toEqual(new Set([0]));
});

test("where nothing happened there is no share", async () => {
  history.set("bad", () => 0);
  history.set("total", (at) => (at === NOON ? 4 : 0));
  expect(await pastShares(past, "bad", "total")).toEqual([0]);
});

test("no answer is no past", async () => {
  history.fail("timeout");
  expect(await pastShares(past, "bad", "total")).toEqual([]);
  expect(await pastValues(past, "x")).toEqual([]);
  expect(await usualBound(past, "x")).toBeNull();
});

test("what is no number is no value", async () => {
  history.set("x", (at) => (at === NOON ? 3 : Number.NaN));
  expect(await pastValues(past, "x")).toEqual([3]);
});

describe("the usual bound of a histogram", () => {
  it("is the tightest that nearly everything kept", async () => {
    history.setSeries("flow", [bucket("+Inf", 100), bucket("1", 99), bucket("0.25", 96), bucket("0.1", 60)]);
    const usual = await usualBound(past, "flow");
    expect(usual?.le).toBe("0.25");
    expect(usual?.slower[0]).toBeCloseTo(0.04);
  });

  it.each([
    ["nothing keeps any", [bucket("+Inf", 100), bucket("1", 50)]],
    ["there is no bucket of everything", [bucket("1", 50), bucket("2", 90)]],
    ["nothing happened", [bucket("+Inf", 0), bucket("1", 0)]],
    ["there are no buckets", []],
  ])("is unknown when %s", async (_, buckets) => {
    history.setSeries("flow", buckets);
    expect(await usualBound(past, "flow")).toBeNull();
  });

  it("is unknown after less than an hour", async () => {
    history.setSeries("flow", [young("+Inf", 100), young("1", 99)]);
    expect(await usualBound(past, "flow")).toBeNull();
  });
});

function bucket(le: string, rate: number) {
  return { labels: { le }, value: () => rate };
}

function young(le: string, rate: number) {
  return { labels: { le }, value: (at: number) => (at > NOON - 40 * MINUTE ? rate : null) };
}
