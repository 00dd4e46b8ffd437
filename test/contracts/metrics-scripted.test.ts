import { createScriptedMetrics } from "../support/scripted-metrics.ts";
import { metricsContract } from "./metrics.contract.ts";

const NOW = Date.UTC(2026, 2, 4, 10, 0, 0);

metricsContract("by script", () => {
  const metrics = createScriptedMetrics();
  metrics.set("one", 1);
  metrics.set("half", () => 0.5);
  metrics.set("nan", { kind: "unknown", reason: "nan", detail: "0/0" });
  metrics.set("infinite", { kind: "unknown", reason: "infinite", detail: "1/0" });
  metrics.set("many", { kind: "unknown", reason: "many-series", detail: "2 series" });
  metrics.set("((", { kind: "unknown", reason: "http-400", detail: "parse error" });
  metrics.newest("none", null);
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
  });
});
