import { expect, test } from "vitest";
import { type Measured, measure } from "../../../src/control/measure.ts";
import type { Signal } from "../../../src/domain/gate.ts";
import { LOOK_BACK, type RawCounters } from "../../../src/domain/increments.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { NOON, aCohorts, aCounts, aGate, aGuard, aLimit, aSignal } from "../../support/builders.ts";
import { createScriptedSilencers } from "../../support/scripted-silencers.ts";
import { createScriptedMetrics } from "../../support/scripted-metrics.ts";

const silencers = createScriptedSilencers();

test("every source is asked for its own signals alone", async () => {
  const metrics = createScriptedMetrics();
  const backup = aSignal({ name: "stock", source: "backup", measure: { kind: "plain", query: "stock" } });
  await measure(aGate({ signals: [aSignal(), backup] }), { metrics, silencers }, NOON);
  expect(metrics.asked.map(({ source, query }) => [source, query])).toEqual([
    ["main", "errors"],
    ["backup", "stock"],
  ]);
});

test("of a ratio of counts both counts are asked, and the total alone decides freshness", async () => {
  const metrics = createScriptedMetrics();
  const measured = await measure(aGate({ signals: [aCounts()] }), { metrics, silencers }, NOON);
  expect(metrics.asked.map(({ query }) => query)).toEqual(["bad", "total"]);
  expect(metrics.askedFreshness.map(({ query }) => query)).toEqual(["total"]);
  expect(measured.answers.get("errors")?.asked.map(({ role }) => role)).toEqual(["bad", "total"]);
});

test("a signal with a watermark of its own is asked for that instead of freshness", async () => {
  const metrics = createScriptedMetrics();
  const measured = await measure(
    aGate({ signals: [aSignal({ asOf: "watermark" })] }),
    { metrics, silencers },
    NOON,
  );
  expect(metrics.askedFreshness).toEqual([]);
  expect(measured.answers.get("errors")?.freshness).toBeNull();
});

test("a source has answered when any query got a successful answer, an empty or unusable one included", async () => {
  const metrics = createScriptedMetrics();
  const answered = async () => (await measure(aGate(), { metrics, silencers }, NOON)).answered.get("main");
  expect(await answered()).toBe(true);
  for (const reason of ["no-series", "many-series", "nan", "infinite", "partial"] as const) {
    metrics.set("errors", { kind: "unknown", reason, detail: "scripted" });
    expect(await answered()).toBe(true);
  }
  for (const reason of [
    "timeout",
    "unreachable",
    "http-503",
    "bad-answer",
    "too-large",
    "query-budget",
  ] as const) {
    metrics.set("errors", { kind: "unknown", reason, detail: "scripted" });
    expect(await answered()).toBe(false);
  }
});

test("a source has answered for a guard when its rules are known, or when it answers a signal", async () => {
  const metrics = createScriptedMetrics();
  const gate = aGate({ alerts: [aGuard(), aGuard({ match: "{}", source: "backup" })] });
  const answered = async () =>
    Object.fromEntries((await measure(gate, { metrics, silencers }, NOON)).answered);
  expect(await answered()).toEqual({ main: true, backup: true });
  metrics.setAlertRules(() => ({ kind: "unknown", reason: "timeout", detail: "scripted" }));
  expect(await answered()).toEqual({ main: true, backup: false });
});

test("a query the source left out of its answer is unknown, never empty", async () => {
  const metrics = { ...createScriptedMetrics(), ask: () => Promise.resolve(new Map()) };
  const measured = await measure(aGate(), { metrics, silencers }, NOON);
  expect(measured.answers.get("errors")?.asked[0]?.answer).toMatchObject({
    kind: "unknown",
    reason: "bad-answer",
    detail: "the source gave no answer to this query",
  });
  expect(measured.answered.get("main")).toBe(false);
});

test("the scrape interval of a signal is the longest behind its query, a minute where it is not known", async () => {
  const metrics = createScriptedMetrics();
  const interval = async () =>
    (await measure(aGate(), { metrics, silencers }, NOON)).answers.get("errors")?.scrapeIntervalMs;
  const selectors = [15_000, 30_000].map((scrapeIntervalMs) => {
    return { selector: "errors", newest: NOON, scrapeIntervalMs };
  });
  metrics.setFreshness("errors", { kind: "known", selectors });
  expect(await interval()).toBe(30_000);
  metrics.setFreshness("errors", { kind: "unknown", reason: "timeout", detail: "" });
  expect(await interval()).toBe(60_000);
});

test("a guard's witness is asked for, and nothing where it has none", async () => {
  const metrics = createScriptedMetrics();
  metrics.set("requests", 7);
  const witnessOf = async (witness: string | null) => {
    const gate = aGate({ signals: [], alerts: [aGuard({ witness })] });
    const [guard] = (await measure(gate, { metrics, silencers }, NOON)).alerts.values();
    return guard?.witness;
  };
  expect(await witnessOf("requests")).toMatchObject({ kind: "value", value: 7 });
  expect(metrics.asked.map(({ query }) => query)).toEqual(["requests"]);
  expect(await witnessOf(null)).toBeNull();
  expect(metrics.asked).toHaveLength(1);
});

test("nobody is asked who silenced what, while no alert is active", async () => {
  const metrics = createScriptedMetrics();
  const dark = createScriptedSilencers();
  dark.answer({ kind: "unknown", reason: "unreachable", detail: "Alertmanager is down" });
  const gate = aGate({ alerts: [aGuard()] });
  const [guard] = (await measure(gate, { metrics, silencers: dark }, NOON)).alerts.values();
  expect(guard?.silences).toEqual({ kind: "known", silences: [] });
});

const counter = (...samples: readonly (readonly [at: number, value: number])[]): RawCounters => ({
  kind: "known",
  series: [
    { labels: { job: "shop" }, samples: samples.map(([at, value]) => ({ at: NOON + at * MINUTE, value })) },
  ],
});

const told = ({ answers }: Measured) =>
  Object.fromEntries(answers.get("errors")?.asked.map(({ role, answer }) => [role, answer]) ?? []);

test("raw counters are counted over their window, cohort by cohort, and the total of both tells how fresh they are", async () => {
  const metrics = createScriptedMetrics();
  metrics.setCounters('bad{v="on"}', counter([-70, 5], [-59, 6], [-1, 9]));
  metrics.setCounters('total{v="on"}', counter([-70, 50], [-59, 60], [-1, 90]));
  metrics.setCounters('total{v="off"}', counter([-61, 500], [-1, 900]));
  const measured = await measure(aGate({ signals: [aCohorts()] }), { metrics, silencers }, NOON);
  expect(told(measured)).toMatchObject({
    bad: { value: 4 },
    total: { value: 40 },
    controlBad: { kind: "empty" },
    controlTotal: { value: 400 },
  });
  expect(measured.answers.get("errors")).not.toHaveProperty("countedFrom");
  expect(measured.answers.get("errors")?.asked.map(({ query }) => query)[0]).toBe('bad{v="on"}[3600s]');
  expect(metrics.askedFreshness.map(({ query }) => query)).toEqual(["total"]);
  expect(measured.answered.get("main")).toBe(true);
  // By their selectors alone, and from a while before, for what they showed when the window began.
  expect(metrics.asked).toEqual([]);
  const stretch = { from: NOON - HOUR - LOOK_BACK, to: NOON };
  expect(metrics.askedCounters).toEqual(
    ['bad{v="on"}', 'total{v="on"}', 'bad{v="off"}', 'total{v="off"}'].map((selector) => ({
      source: "main",
      selector,
      stretch,
    })),
  );
});

test("a counter that came to be while its target was scraped began at 0, and of a new target nobody knows", async () => {
  const metrics = createScriptedMetrics();
  const gate = aGate({ signals: [aCohorts()] });
  metrics.setCounters('bad{v="on"}', counter([-20, 3], [-1, 4]));
  const bad = async () => told(await measure(gate, { metrics, silencers }, NOON))["bad"];
  expect(await bad()).toEqual({ kind: "value", value: 1, infos: [] });
  metrics.setCounters('total{v="off"}', counter([-40, 70], [-1, 90]));
  expect(await bad()).toEqual({ kind: "value", value: 4, infos: [] });
});

test("whatever is no raw counter is asked as a query alone, and counted from nowhere", async () => {
  const metrics = createScriptedMetrics();
  const measured = await measure(aGate(), { metrics, silencers }, NOON, NOON);
  expect(metrics.askedCounters).toEqual([]);
  expect(measured.answers.get("errors")).not.toHaveProperty("countedFrom");
});

test("a source has answered when it answers one query of one signal", async () => {
  const metrics = createScriptedMetrics();
  const dark = { kind: "unknown", reason: "timeout", detail: "scripted" } as const;
  for (const query of ["bad", "stock"]) metrics.set(query, dark);
  const stock = aSignal({ name: "stock", measure: { kind: "plain", query: "stock" } });
  const answered = async () =>
    (await measure(aGate({ signals: [aCounts(), stock] }), { metrics, silencers }, NOON)).answered.get(
      "main",
    );
  expect(await answered()).toBe(true);
  metrics.set("total", dark);
  expect(await answered()).toBe(false);
});

test("raw counters are counted from the last change on", async () => {
  const metrics = createScriptedMetrics();
  metrics.setCounters('total{v="on"}', counter([-30, 50], [-11, 60], [-9, 64], [-1, 90]));
  const gate = aGate({ signals: [aCohorts()] });
  const changedAt = NOON - 10 * MINUTE;
  const measured = await measure(gate, { metrics, silencers }, NOON, changedAt);
  expect(told(measured)).toMatchObject({ total: { value: 30 } });
  expect(measured.answers.get("errors")?.countedFrom).toBe(changedAt);
  const long = await measure(gate, { metrics, silencers }, NOON, NOON - 2 * HOUR);
  expect(long.answers.get("errors")).not.toHaveProperty("countedFrom");
  const ahead = await measure(gate, { metrics, silencers }, NOON, NOON + MINUTE);
  expect(told(ahead)).toMatchObject({ total: { value: 0 } });
});

test("raw counters that cannot be read are unknown, and tell nothing of a source that is alive", async () => {
  const metrics = createScriptedMetrics();
  metrics.fail("timeout");
  const measured = await measure(aGate({ signals: [aCohorts()] }), { metrics, silencers }, NOON);
  expect(told(measured)).toMatchObject({ bad: { reason: "timeout" }, controlTotal: { reason: "timeout" } });
  expect(measured.answered.get("main")).toBe(false);
});

test("what is compared with last week is asked as of a week before", async () => {
  const metrics = createScriptedMetrics();
  metrics.set("errors", (at) => (at === NOON ? 0.02 : 0.01));
  const week = aLimit("at most 200% of last week");
  const stock = aSignal({ name: "stock", measure: { kind: "plain", query: "stock" } });
  const gate = aGate({ signals: [aSignal({ advance: week }), stock] });
  const measured = await measure(gate, { metrics, silencers }, NOON);
  expect(told(measured)).toMatchObject({ value: { value: 0.02 }, lastWeek: { value: 0.01 } });
  expect(metrics.asked.map(({ query, at }) => [query, NOON - at])).toEqual([
    ["errors", 0],
    ["stock", 0],
    ["errors", 7 * DAY],
  ]);
  const counts = aCounts({ advance: week });
  await measure(aGate({ signals: [counts] }), { metrics, silencers }, NOON);
  expect(metrics.asked.slice(3).map(({ query, at }) => [query, NOON - at])).toEqual([
    ["bad", 0],
    ["total", 0],
    ["bad", 7 * DAY],
    ["total", 7 * DAY],
  ]);
});

test("raw counters are counted a week before over the same window, whatever changed since", async () => {
  const metrics = createScriptedMetrics();
  const weekAgo = NOON - 7 * DAY;
  metrics.setCounters("total", ({ to }) =>
    counter([(to - NOON) / MINUTE - 50, 10], [(to - NOON) / MINUTE, to === weekAgo ? 15 : 90]),
  );
  const own = aCohorts({ advance: aLimit("at most 200% of last week"), halt: null, rollback: null });
  const signal = { ...own, measure: { ...own.measure, cohorts: null } } as Signal;
  const measured = await measure(
    aGate({ signals: [signal] }),
    { metrics, silencers },
    NOON,
    NOON - 10 * MINUTE,
  );
  expect(told(measured)).toMatchObject({ lastWeekTotal: { value: 5 }, total: { value: 80 } });
});

test("the days before the ramp are asked about by themselves, and only for limits that compare with them", async () => {
  const metrics = createScriptedMetrics();
  metrics.set("errors", (at) => (NOON - at) / DAY);
  const signal = aSignal({ rollback: aLimit("above 300% of baseline") });
  const unexposed = { since: NOON - 3.5 * DAY, until: NOON - 1.5 * DAY };
  const measured = await measure(
    aGate({ signals: [signal, aSignal({ name: "other" })] }),
    { metrics, silencers },
    NOON,
    null,
    unexposed,
  );
  expect(metrics.asked.map(({ at }) => (NOON - at) / DAY)).toEqual([0, 2, 3]);
  expect(measured.answers.get("errors")?.asked).toEqual([
    { role: "value", query: "errors", answer: { kind: "value", value: 0, infos: [] } },
    { role: "before", query: "errors", answer: { kind: "value", value: 2, infos: [] }, agoMs: 2 * DAY },
    { role: "before", query: "errors", answer: { kind: "value", value: 3, infos: [] }, agoMs: 3 * DAY },
  ]);
  expect(measured.answers.get("other")?.asked).toHaveLength(1);
});

test("raw counters are counted on each of those days", async () => {
  const metrics = createScriptedMetrics();
  metrics.setCounters("total", ({ to }) =>
    counter([(to - NOON) / MINUTE - 50, 10], [(to - NOON) / MINUTE, 10 + (NOON - to) / DAY]),
  );
  const own = aCohorts({ advance: aLimit("at most 5% of exposed"), halt: null, rollback: null });
  const signal = { ...own, measure: { ...own.measure, cohorts: null } } as Signal;
  const gate = aGate({ signals: [signal] });
  const unexposed = { since: NOON - 3.5 * DAY, until: NOON - 1.5 * DAY };
  const { answers } = await measure(gate, { metrics, silencers }, NOON, null, unexposed);
  const totals = answers.get("errors")?.asked.filter(({ role }) => role === "beforeTotal");
  expect(totals?.map(({ answer, agoMs }) => [answer, agoMs])).toMatchObject([
    [{ value: 2 }, 2 * DAY],
    [{ value: 3 }, 3 * DAY],
  ]);
});
