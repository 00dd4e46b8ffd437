import { expect, it } from "vitest";
import { neededSelectors } from "../../../src/prometheus/needed-selectors.ts";
import { parse } from "../../../src/promql/parse.ts";

it.each<[string, readonly string[]]>([
  ["a > 1", ["a"]],
  ["a / b", ["a", "b"]],
  ["rate(a[5m]) > 1", ["a"]],
  ["rate(a[5m]) / rate(b[5m]) > 0.1", ["b"]],
  ["sum by (s) (rate(a[5m])) / sum by (s) (increase(b[5m]))", ["b"]],
  ["100 * sum(rate(a[5m])) / sum(rate(b[5m]))", ["b"]],
  ["(sum(rate(a[5m])) * 100) / (sum(rate(b[5m])) > 0)", ["b"]],
  ["1 - sum(rate(a[5m])) / sum(rate(b[5m]))", ["b"]],
  ["(sum(rate(a[5m])) or vector(0)) / sum(rate(b[5m]))", ["b"]],
  ["sum(rate(a[5m])) / c", ["a", "c"]],
  ["c / sum(rate(b[5m]))", ["c", "b"]],
  ["sum(rate(a[5m])) * sum(rate(b[5m]))", ["a", "b"]],
  ["(rate(a[5m]) + rate(c[5m])) / rate(b[5m])", ["a", "c", "b"]],
  ["avg_over_time(a[5m]) / avg_over_time(b[5m])", ["a", "b"]],
  ['absent(up{job="shop"})', []],
  ["absent_over_time(up[5m])", []],
  ["absent(up) or up == 0", ["up"]],
  ["a > 1 unless on (s) b", ["a"]],
  ["a unless (b and c)", ["a"]],
  ["(a unless b) and on () c", ["a", "c"]],
  ["a or vector(0) > 5", ["a"]],
  ['count(ALERTS{alertstate="firing"}) > 3', []],
  ["time() - ALERTS_FOR_STATE > 60 and on () a", ["a"]],
  ["vector(1)", []],
])("%s is blind without %j", (text, expected) => {
  const parsed = parse(text);
  expect(parsed.ok).toBe(true);
  const found = neededSelectors({ text, tree: parsed.tree });
  expect(found.map((node) => text.slice(node.from, node.to))).toEqual(expected);
});
