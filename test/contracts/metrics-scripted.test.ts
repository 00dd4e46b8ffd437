import type { AlertRule } from "../../src/domain/alert.ts";
import { createScriptedMetrics } from "../support/scripted-metrics.ts";
import { metricsContract } from "./metrics.contract.ts";

const NOW = Date.UTC(2026, 2, 4, 10, 0, 0);

const DEEP: AlertRule = {
  name: "Deep",
  group: "shop",
  labels: {},
  query: "depth > 1",
  health: "ok",
  lastError: null,
  lastEvaluation: NOW - 5_000,
  intervalMs: 15_000,
  forMs: 0,
  active: [{ labels: { alertname: "Deep" }, state: "firing", activeAt: NOW - 60_000 }],
  freshness: { kind: "known", selectors: [] },
};

metricsContract("by script", () => {
  const metrics = createScriptedMetrics();
  metrics.set("one", 1);
  metrics.set("half", () => 0.5);
  metrics.set("nan", { kind: "unknown", reason: "nan", detail: "0/0" });
  metrics.set("infinite", { kind: "unknown", reason: "infinite", detail: "1/0" });
  metrics.set("many", { kind: "unknown", reason: "many-series", detail: "2 series" });
  metrics.set("((", { kind: "unknown", reason: "http-400", detail: "parse error" });
  metrics.newest("none", null);
  metrics.setAlertRules((matchers) => ({
    kind: "known",
    rules: matchers.some(({ value }) => value === "Deep") ? [DEEP] : [],
  }));
  return Promise.resolve({
    metrics,
    source: "main",
    at: () => NOW,
    queries: {
      value: { query: "one", is: 1 },
      other: { query: "half", is: 0.5 },
      empty: "none",
      nan: "nan",
      infinite: "infinite",
      many: "many",
      broken: "((",
    },
    alerts: {
      firing: { guard: [{ label: "alertname", operator: "=", value: "Deep" }], rule: "Deep" },
      none: [{ label: "alertname", operator: "=", value: "Other" }],
    },
  });
});
