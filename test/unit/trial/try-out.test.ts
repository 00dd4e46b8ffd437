import { beforeEach, expect, test } from "vitest";
import type { AlertRule } from "../../../src/domain/alert.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { matches } from "../../../src/matchers/matchers.ts";
import { NO_LIMITS } from "../../../src/trial/given-limits.ts";
import { gateOfText } from "../../../src/trial/gate-of-text.ts";
import { tryOut } from "../../../src/trial/try-out.ts";
import { anActiveAlert, anAlertRule, NOON } from "../../support/builders.ts";
import { createScriptedCatalogue } from "../../support/scripted-catalogue.ts";
import { createScriptedHistory, type ValueAt } from "../../support/scripted-history.ts";
import { createScriptedMetrics } from "../../support/scripted-metrics.ts";
import { createScriptedSilencers } from "../../support/scripted-silencers.ts";

let metrics: ReturnType<typeof createScriptedMetrics>;
let history: ReturnType<typeof createScriptedHistory>;

beforeEach(() => {
  metrics = createScriptedMetrics();
  history = createScriptedHistory();
});

function attempt(text: string, rules: readonly AlertRule[] = [], series: readonly string[] = []) {
  metrics.setAlertRules((matchers) => ({
    kind: "known",
    rules: rules.filter((rule) => matches(matchers, { ...rule.labels, alertname: rule.name })),
  }));
  const names = ["checkout_errors_total", "checkout_requests_total"];
  const catalogue = createScriptedCatalogue({
    rules,
    series,
    metrics: names.map((name) => ({ name, type: "counter", help: "", unit: "" })),
  });
  const asked = { text, source: "main", limits: NO_LIMITS, lastMs: 24 * HOUR, now: NOON };
  return tryOut(asked, { metrics, history, silencers: createScriptedSilencers(), catalogue });
}

test.each(["CheckoutErrors", '{service="checkout"}', ' {alertname=~"Checkout.*"} '])(
  "%s is tried as the alerts it names",
  async (text) => {
    const made = await attempt(text, [anAlertRule()]);
    expect(made).toMatchObject({
      kind: "alert",
      rules: [{ name: "CheckoutErrors" }],
      judgement: { verdict: "good" },
      exitCode: 0,
    });
    if (made.kind !== "alert") return;
    expect(gateOfText(made.gate, "main")).toMatchObject({
      ok: true,
      gate: { alerts: [{ match: text.trim() }] },
    });
  },
);

test("an alert whose name needs quotes is found by it", async () => {
  const rule = anAlertRule({ name: "High error rate" });
  expect(await attempt("High error rate", [rule])).toMatchObject({
    kind: "alert",
    match: '{alertname="High error rate"}',
  });
});

test.each([
  ["pending", {}, 3],
  ["firing", {}, 4],
  ["firing", { severity: "critical" }, 4],
] as const)("an alert that is %s with %j ends with %s", async (state, labels, exitCode) => {
  const rule = anAlertRule({
    active: [anActiveAlert({ state, labels: { alertname: "CheckoutErrors", ...labels } })],
  });
  expect(await attempt("CheckoutErrors", [rule])).toMatchObject({ exitCode });
});

/** There from `to` minutes before noon until `from` minutes before. */
function between(from: number, to: number): ValueAt {
  return (at) => (at > NOON - to * MINUTE && at <= NOON - from * MINUTE ? 1 : null);
}

test("the past of an alert is read from the series that Prometheus keeps of it", async () => {
  const labels = { alertname: "CheckoutErrors", service: "checkout" };
  history.setSeries('ALERTS{alertname="CheckoutErrors"}', [
    { labels: { ...labels, alertstate: "pending" }, value: between(90, 120) },
    { labels: { ...labels, alertstate: "firing" }, value: between(60, 90) },
    { labels: { ...labels, alertstate: "firing", severity: "critical" }, value: between(60, 70) },
  ]);
  history.set("count(errors)", () => 1);
  const made = await attempt("CheckoutErrors", [anAlertRule()]);
  if (made.kind !== "alert" || "kind" in made.past) throw new Error("no past");
  const { share, halts, rollbacks } = made.past;
  expect(share.missing).toBe(0);
  expect(share.wait).toBeCloseTo(30 / (24 * 60), 2);
  expect(share.halt).toBeCloseTo(20 / (24 * 60), 2);
  expect(share.rollback).toBeCloseTo(10 / (24 * 60), 2);
  expect([halts.times, rollbacks.times]).toEqual([1, 1]);
});

test("where what its rule reads was not there either, the alert was not inactive but missing", async () => {
  history.set("count(errors)", between(0, 60));
  const made = await attempt("CheckoutErrors", [anAlertRule()]);
  if (made.kind !== "alert" || "kind" in made.past) throw new Error("no past");
  expect(made.past.share.good).toBeCloseTo(1 / 24, 2);
  expect(made.past.share.missing).toBeCloseTo(23 / 24, 2);
  history.fail("timeout");
  expect(await attempt("CheckoutErrors", [anAlertRule()])).toMatchObject({ past: { reason: "timeout" } });
});

test("an alert whose rule cannot see is missing, however quiet it is", async () => {
  const freshness = {
    kind: "known" as const,
    selectors: [{ selector: "errors", newest: null, scrapeIntervalMs: 15_000 }],
  };
  expect(await attempt("CheckoutErrors", [anAlertRule({ freshness })])).toMatchObject({
    judgement: { code: "missing" },
    exitCode: 6,
  });
});

test("a metric is tried as a query", async () => {
  metrics.set("checkout_errors_total", 7);
  const made = await attempt("checkout_errors_total", [], ["checkout_errors_total"]);
  expect(made).toMatchObject({ kind: "query", exitCode: 0 });
});

test.each([
  ["CheckoutError", ["CheckoutErrors"]],
  ["checkout_error_total", ["checkout_errors_total"]],
  ["checkout", ["CheckoutErrors", "checkout_errors_total", "checkout_requests_total"]],
  ["unheard_of", []],
])("%s is neither, and the nearest names are told", async (text, nearest) => {
  expect(await attempt(text, [anAlertRule()])).toEqual({ kind: "unheard", text, nearest });
});

test("matchers that no rule satisfies are not taken for a query of everything with that label", async () => {
  const made = await attempt('{service="search"}', [anAlertRule()]);
  expect(made).toMatchObject({ kind: "unheard", nearest: ["CheckoutErrors"] });
  expect(metrics.asked).toEqual([]);
});

test("a selector by its name in braces is a query", async () => {
  metrics.set('{__name__="queue_depth"}', 7);
  expect(await attempt('{__name__="queue_depth"}')).toMatchObject({ kind: "query" });
});
