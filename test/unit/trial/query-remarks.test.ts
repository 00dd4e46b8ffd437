import { expect, test } from "vitest";
import { metricsOf, remarksOn } from "../../../src/trial/query-remarks.ts";

function meta(name: string, type: string) {
  return { name, type, help: "", unit: "" };
}

test.each([
  ["rate(queue_depth[5m])", meta("queue_depth", "gauge"), /is a gauge, and `rate` is made for counters/],
  [
    "deriv(orders_total[5m])",
    meta("orders_total", "counter"),
    /is a counter, and `deriv` is made for gauges/,
  ],
  ["sum(orders_total)", meta("orders_total", "counter"), /only grows: ask for `rate\(orders_total\[5m\]\)`/],
  ["sum(wait_seconds_count)", meta("wait_seconds", "histogram"), /wait_seconds_count says it is a counter/],
])("%s does not fit what its metric says", (query, known, said) => {
  expect(remarksOn(query, [known])).toEqual([expect.stringMatching(said)]);
});

test.each([
  ["rate(orders_total[5m])", meta("orders_total", "counter")],
  ["max(queue_depth)", meta("queue_depth", "gauge")],
  ["histogram_quantile(0.9, rate(wait_seconds_bucket[5m]))", meta("wait_seconds", "histogram")],
  ["avg_over_time(queue_depth[5m])", meta("queue_depth", "gauge")],
  ["rate(unheard_total[5m])", meta("orders_total", "gauge")],
])("%s fits", (query, known) => {
  expect(remarksOn(query, [known])).toEqual([]);
});

test("every metric of a query is named once", () => {
  expect(metricsOf('rate(a[5m]) / (rate(a[1m]) + b{x="y"})')).toEqual(["a", "b"]);
});
