import { afterAll, beforeAll } from "vitest";
import { createPrometheus, type Prometheus } from "../../src/prometheus/prometheus.ts";
import {
  askedAt,
  startFakePrometheus,
  vectorReply,
  type FakePrometheus,
  type Reply,
  type SeenRequest,
} from "../support/fake-prometheus.ts";
import { realClock } from "../support/real-clock.ts";
import { metricsContract } from "./metrics.contract.ts";

const VALUES: Readonly<Record<string, readonly string[]>> = {
  one_value: ["1"],
  "one_value / two_values": ["0.5"],
  none: [],
  nan_value: ["NaN"],
  infinite_value: ["+Inf"],
  many_values: ["1", "2"],
};

let fake: FakePrometheus;
let metrics: Prometheus;

beforeAll(async () => {
  fake = await startFakePrometheus();
  fake.onRequest(answer);
  metrics = createPrometheus({ sources: { main: { url: fake.url } }, clock: realClock });
});

afterAll(async () => {
  await metrics.close();
  await fake.stop();
});

metricsContract("our adapter and a server by script", () =>
  Promise.resolve({
    metrics,
    source: "main",
    at: () => Date.now(),
    queries: {
      value: { query: "one_value", is: 1 },
      other: { query: "one_value / two_values", is: 0.5 },
      empty: "none",
      nan: "nan_value",
      infinite: "infinite_value",
      many: "many_values",
      broken: "((",
    },
    alerts: {
      firing: { guard: [{ label: "severity", operator: "=", value: "critical" }], rule: "Deep" },
      none: [{ label: "severity", operator: "=", value: "warning" }],
    },
  }),
);

function answer(request: SeenRequest): Reply {
  if (request.path === "/api/v1/rules")
    return success({ groups: [{ name: "g", interval: 15, rules: [deep()] }] });
  if (request.path === "/api/v1/targets") return success({ activeTargets: [] });
  const query = request.fields.get("query") ?? "";
  const at = askedAt(request);
  if (query === "max(timestamp(none))") return vectorReply([], at);
  if (query.startsWith("max(timestamp(")) return vectorReply([String((at - 5_000) / 1000)], at);
  const values = VALUES[query];
  if (values !== undefined) return vectorReply(values, at);
  return {
    kind: "json",
    status: 400,
    body: { status: "error", errorType: "bad_data", error: "parse error" },
  };
}

function deep(): object {
  const at = new Date(Date.now() - 5_000).toISOString();
  return {
    name: "Deep",
    query: "one_value > 0",
    labels: { severity: "critical" },
    alerts: [
      { labels: { alertname: "Deep", severity: "critical" }, state: "firing", activeAt: at, value: "1e+00" },
    ],
    health: "ok",
    lastEvaluation: at,
    type: "alerting",
  };
}

function success(data: unknown): Reply {
  return { kind: "json", body: { status: "success", data } };
}
