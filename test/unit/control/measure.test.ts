import { expect, test } from "vitest";
import { measure } from "../../../src/control/measure.ts";
import { NOON, aCounts, aGate, aGuard, aSignal } from "../../support/builders.ts";
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
