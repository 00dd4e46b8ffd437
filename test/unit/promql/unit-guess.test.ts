import { expect, test } from "vitest";
import { guessUnit } from "../../../src/promql/unit-guess.ts";

test.each([
  ["sum(rate(a_total[5m])) / sum(rate(b_total[5m]))", "ratio"],
  ["rate(a_total[5m]) / rate(b_total[5m])", "ratio"],
  ["a_total / b_total", "ratio"],
  ["histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))", "seconds"],
  ["histogram_quantile(0.99, rate(http_response_size_bytes_bucket[5m]))", "none"],
  ["rate(http_seconds_sum[5m]) / rate(http_seconds_count[5m])", "seconds"],
  ["time() - max(export_timestamp_seconds)", "seconds"],
  ["max(queue_wait_seconds)", "seconds"],
  ["avg_over_time(cache_hit_ratio[5m])", "ratio"],
  ["quantile_over_time(0.9, lag_seconds[5m])", "seconds"],
  ["job:orders_failed:ratio1m", "ratio"],
  ["100 * cache_hit_ratio", "none"],
  ["1 - cache_hit_ratio", "ratio"],
  ["count(stuck_orders > 0)", "count"],
  ["sum(increase(orders_failed_total[1h]))", "count"],
  ["sum(rate(orders_total[5m]))", "none"],
  ["disk_used_bytes", "none"],
  ["up", "none"],
  ["queue_depth", "none"],
  ["sum((", "none"],
] as const)("the unit of %s is %s", (query, unit) => {
  expect(guessUnit(query).unit).toBe(unit);
});

test("the reason names what in the query tells the unit", () => {
  expect(guessUnit("max(queue_wait_seconds)").why).toBe("its name ends in `_seconds`");
  expect(guessUnit("sum(rate(a_total[5m])) / sum(rate(b_total[5m]))").why).toContain("bad out of total");
  expect(guessUnit("queue_depth").why).toContain("nothing in the query tells its unit");
});
