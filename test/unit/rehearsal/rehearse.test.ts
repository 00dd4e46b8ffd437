import { describe, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateTest } from "../../../src/gatefile/gate-test/gate-test.ts";
import { parseSeries } from "../../../src/gatefile/gate-test/series-text.ts";
import { huntMutants } from "../../../src/rehearsal/hunt.ts";
import type {
  FollowSelectors,
  PromqlEngine,
  RuleGiven,
  SampledSeries,
} from "../../../src/rehearsal/ports.ts";
import { playReady, readyCases } from "../../../src/rehearsal/rehearse.ts";
import { sideBySide } from "../../../src/rehearsal/side-by-side.ts";
import { seeRule } from "../../../src/standalone/guarded-rules.ts";
import { aGate, aLimit, aSignal, NOON } from "../../support/builders.ts";

const HERE = { file: "tests/checkout.yaml", line: 3 };

const follow: FollowSelectors = (query) => ({
  ok: true,
  selectors: [{ selector: query, ruleIntervalMs: null, mayBeEmpty: false }],
});

const see = seeRule;

function runsOf(text: string) {
  const read = parseSeries(text);
  if (!read.ok) throw new Error(text);
  return read.runs;
}

function testOf(errors: string, more: Partial<GateTest["cases"][number]> = {}): GateTest {
  return {
    path: HERE.file,
    gate: "checkout",
    gateAt: HERE,
    rules: [],
    people: {},
    cases: [
      {
        name: "a case",
        at: HERE,
        start: { at: NOON, mode: "act", step: 1, heldMs: 0 },
        intervalMs: MINUTE,
        beforeMs: 0,
        series: [{ labels: { __name__: "errors", job: "a" }, runs: runsOf(errors), at: HERE }],
        events: [],
        expect: [{ afterMs: 10 * MINUTE, at: HERE, because: [], verdict: "good" }],
        ...more,
      },
    ],
  };
}

/** Knows how to look up one series by its name alone, for five minutes after each sample. */
function createLookUp() {
  const loaded: SampledSeries[] = [];
  const asked: string[] = [];
  const at = (query: string, time: number) => {
    const name = /[a-z]\w*(?=\)*$)/.exec(query)?.[0];
    const samples = loaded
      .filter(({ labels }) => labels["__name__"] === name)
      .flatMap((each) => each.samples);
    const newest = samples
      .filter((each) => each.at <= time && each.at > time - 5 * MINUTE)
      .toSorted((a, b) => a.at - b.at)
      .at(-1);
    if (newest === undefined || newest.value === "stale") return null;
    return query.startsWith("max(timestamp(") ? newest.at / 1000 : newest.value;
  };
  const engine: PromqlEngine = {
    async load(series) {
      loaded.push(...series);
      return null;
    },
    async range(query, { from, to, stepMs }) {
      asked.push(query);
      const times = Array.from(
        { length: Math.floor((to - from) / stepMs) + 1 },
        (_, index) => from + index * stepMs,
      );
      const points = times.flatMap((time) => {
        const value = at(query, time);
        return value === null ? [] : [{ at: time, value }];
      });
      return { kind: "known", series: points.length === 0 ? [] : [{ labels: { job: "a" }, points }] };
    },
    async counters(selector) {
      asked.push(selector);
      const own = loaded.filter(({ labels }) => labels["__name__"] === selector);
      const known = own.map(({ labels, samples }) => ({
        labels,
        samples: samples.flatMap(({ at: time, value }) => (value === "stale" ? [] : [{ at: time, value }])),
      }));
      return { kind: "known", series: known };
    },
    async ask(query, time) {
      asked.push(query);
      const value = at(query, time);
      return value === null ? { kind: "empty" } : { kind: "value", value, infos: [] };
    },
  };
  return { engine, loaded, asked };
}

const DEFINITION = { gate: aGate(), hash: "sha256:a", author: { kind: "known", people: [] } } as const;

describe("cases that are made ready", () => {
  test("have metric names of their own, and their samples where the case begins", async () => {
    const { engine, loaded } = createLookUp();
    const tests = [testOf("0x20"), testOf("0.2x60", { beforeMs: 5 * MINUTE, intervalMs: 30 * SECOND })];
    const ready = await readyCases(
      tests.map((each) => ({ test: each, definition: DEFINITION, rules: [], alerts: [] })),
      { engine, follow, see },
    );
    if (!ready.ok) throw new Error(ready.message);
    expect(loaded.map(({ labels, samples }) => [labels["__name__"], samples[0], samples[1]?.at])).toEqual([
      ["c1_errors", { at: NOON, value: 0 }, NOON + MINUTE],
      ["c2_errors", { at: NOON - 5 * MINUTE, value: 0.2 }, NOON - 270 * SECOND],
    ]);
    const played = await Promise.all(ready.cases.map((each) => playReady(each, DEFINITION, true)));
    expect(played.map(({ failures }) => failures.map(({ was }) => was))).toEqual([[], ["verdict rollback"]]);
  });

  test("are asked about once for all passes, whatever gate is played", async () => {
    const { engine, asked } = createLookUp();
    const ready = await readyCases(
      [{ test: testOf("0x20"), definition: DEFINITION, rules: [], alerts: [] }],
      {
        engine,
        follow,
        see,
      },
    );
    if (!ready.ok) throw new Error(ready.message);
    const [only] = ready.cases;
    if (only === undefined) throw new Error("there is a case");
    await playReady(only, DEFINITION, true);
    const once = asked.length;
    await playReady(only, { ...DEFINITION, gate: aGate({ bakeMs: MINUTE }) }, true);
    expect(asked.length).toBe(once);
  });

  test("with raw counters are asked for all their samples once, and each pass gets those of its own stretch", async () => {
    const { engine, asked } = createLookUp();
    const measure = {
      kind: "counters",
      query: "",
      bad: "bad",
      total: "total",
      windowMs: 5 * MINUTE,
      cohorts: null,
    } as const;
    const gate = aGate({ signals: [aSignal({ measure, halt: null, rollback: aLimit("above 50%") })] });
    const counters = testOf("0x20", {
      series: [
        { labels: { __name__: "total", job: "a" }, runs: runsOf("0+100x40"), at: HERE },
        { labels: { __name__: "bad", job: "a" }, runs: runsOf("0x9 90+90x30"), at: HERE },
      ],
      expect: [
        { afterMs: 8 * MINUTE, at: HERE, because: ["errors is good"] },
        { afterMs: 15 * MINUTE, at: HERE, because: ["errors: 90%, rollback above 50%"], exposure: 0 },
      ],
    });
    const definition = { ...DEFINITION, gate };
    const ready = await readyCases([{ test: counters, definition, rules: [], alerts: [] }], {
      engine,
      follow,
      see,
    });
    if (!ready.ok) throw new Error(ready.message);
    const [only] = ready.cases;
    if (only === undefined) throw new Error("there is a case");
    expect((await playReady(only, definition, true)).failures).toEqual([]);
    expect(asked.filter((query) => /^c1_(?:bad|total)$/.test(query)).toSorted()).toEqual([
      "c1_bad",
      "c1_total",
    ]);
  });

  test("that compare with last week are asked about then, for all passes at once", async () => {
    const { engine, asked } = createLookUp();
    const lastWeek = { ...aLimit("at least 80%"), value: 0.8, baseline: "of last week" } as const;
    const signal = aSignal({
      unit: "count",
      better: "higher",
      advance: lastWeek,
      halt: null,
      rollback: null,
    });
    const week = 7 * 24 * 60 * MINUTE;
    const given = testOf("100x5 _x10074 90x40", {
      beforeMs: week,
      expect: [{ afterMs: 3 * MINUTE, at: HERE, because: [], verdict: "good" }],
    });
    const definition = { ...DEFINITION, gate: aGate({ signals: [signal] }) };
    const ready = await readyCases([{ test: given, definition, rules: [], alerts: [] }], {
      engine,
      follow,
      see,
    });
    if (!ready.ok) throw new Error(ready.message);
    const [only] = ready.cases;
    if (only === undefined) throw new Error("there is a case");
    expect((await playReady(only, definition, true)).failures).toEqual([]);
    // Twice for all slots, once for their freshness, and a few times for passes between slots.
    expect(asked.length).toBeLessThan(12);
  });

  test("are not begun with samples that the engine refuses", async () => {
    const { engine } = createLookUp();
    const refusing = { ...engine, load: () => Promise.resolve("too old") };
    const ready = await readyCases(
      [{ test: testOf("0x20"), definition: DEFINITION, rules: [], alerts: [] }],
      {
        engine: refusing,
        follow,
        see,
      },
    );
    expect(ready).toEqual({ ok: false, message: "too old" });
  });
});

function rule(record: string, expression: string): RuleGiven {
  return { record, expression, labels: { by: "rule" }, intervalMs: MINUTE };
}

describe("recording rules", () => {
  const gate = aGate({ signals: [aSignal({ measure: { kind: "plain", query: "second" } })] });

  test("are evaluated after those they read, without those that nobody reads, and end where they give nothing", async () => {
    const { engine, loaded } = createLookUp();
    const rules = [rule("second", "first"), rule("first", "errors"), rule("unread", "errors")];
    const definition = { ...DEFINITION, gate };
    await readyCases([{ test: testOf("1 1 stale"), definition, rules, alerts: [] }], { engine, follow, see });
    expect(loaded.map(({ labels }) => labels)).toEqual([
      { __name__: "c1_errors", job: "a" },
      { __name__: "c1_first", job: "a", by: "rule" },
      { __name__: "c1_second", job: "a", by: "rule" },
    ]);
    expect(loaded[2]?.samples).toEqual([
      { at: NOON, value: 1 },
      { at: NOON + MINUTE, value: 1 },
      { at: NOON + 2 * MINUTE, value: "stale" },
    ]);
  });

  test.each([
    ["itself", [rule("second", "second")]],
    ["itself through another", [rule("second", "first"), rule("first", "second")]],
  ])("that read %s are refused, with the place of the case", async (_, rules) => {
    const { engine } = createLookUp();
    const ready = await readyCases(
      [{ test: testOf("1"), definition: { ...DEFINITION, gate }, rules, alerts: [] }],
      {
        engine,
        follow,
        see,
      },
    );
    expect(ready).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^tests\/checkout.yaml:3 \w+: a rule that reads its own/),
    });
  });
});

test("a change that some case notices is caught by it, and any other is not", async () => {
  const { engine } = createLookUp();
  const limits = { advance: aLimit("at most 1%"), halt: null, rollback: null };
  const gate = aGate({ signals: [aSignal({ ...limits, measure: { kind: "plain", query: "errors" } })] });
  const ready = await readyCases(
    [{ test: testOf("0.008x20"), definition: { ...DEFINITION, gate }, rules: [], alerts: [] }],
    { engine, follow, see },
  );
  if (!ready.ok) throw new Error(ready.message);
  const hunted = await huntMutants(ready.cases);
  expect(hunted.map(({ mutant, caughtBy }) => [mutant.what, caughtBy?.case.name ?? null])).toEqual([
    ["advance at most 1%: doubled", null],
    ["advance at most 1%: halved", "a case"],
    ["advance at most 1%: turned", "a case"],
  ]);
});

test("work side by side keeps its order, and no more than its places", async () => {
  let running = 0;
  let most = 0;
  const done = await sideBySide([5, 1, 3, 2, 4], 2, async (item) => {
    most = Math.max(most, (running += 1));
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    running -= 1;
    return item * 10;
  });
  expect(done).toEqual([50, 10, 30, 20, 40]);
  expect(most).toBe(2);
});
