import { expect, test } from "vitest";
import { faults } from "../../../src/promql/faults.ts";
import { asOneSeries } from "../../../src/promql/one-series.ts";

test.each([
  ["rate(a_total[5m])", "sum(rate(a_total[5m]))"],
  ["sum by (pod) (rate(a_total[5m]))", "sum(rate(a_total[5m]))"],
  ["rate(a_total[5m]) / rate(b_total[5m])", "sum(rate(a_total[5m])) / sum(rate(b_total[5m]))"],
  [
    "sum by (pod) (rate(a_total[5m])) / sum by (pod) (rate(b_total[5m]))",
    "sum(rate(a_total[5m])) / sum(rate(b_total[5m]))",
  ],
  ["a / 2", "sum(a) / 2"],
  [
    "histogram_quantile(0.99, sum by (pod, le) (rate(x_bucket[5m])))",
    "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))",
  ],
  [
    "histogram_quantile(0.99, rate(x_bucket[5m]))",
    "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))",
  ],
  ["queue_depth", "max(queue_depth)"],
  ["topk(3, queue_depth)", "max(topk(3, queue_depth))"],
])("%s becomes %s", (query, expected) => {
  const made = asOneSeries(query);
  expect(made).toBe(expected);
  expect(faults(made ?? "")).toEqual([]);
});

test("what does not parse cannot be put together", () => {
  expect(asOneSeries("sum((")).toBeNull();
});
