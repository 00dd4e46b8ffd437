import { expect, it } from "vitest";
import { nodesNamed } from "../../../src/promql/expression.ts";
import { parse } from "../../../src/promql/parse.ts";
import { keepsLabel } from "../../../src/prometheus/kept-label.ts";

/** For each selector `a`, `b`, ... in order: whether label `x` comes through. */
it.each([
  ["a", "yes"],
  ["rate(a[5m]) / 2", "yes"],
  ["-(a offset 5m)", "yes"],
  ["max_over_time(rate(a[5m])[1h:1m])", "yes"],
  ["sum(a)", "no"],
  ["sum by (x) (a)", "yes"],
  ["sum by (y) (a)", "no"],
  ["sum(a) by (y, x)", "yes"],
  ["sum without (x) (a)", "no"],
  ["sum without (y) (a)", "yes"],
  ['sum by ("x") (a)', "yes"],
  ["sum by (x) (sum by (y) (a))", "no"],
  ["topk(3, a)", "yes"],
  ["topk by (y) (3, a)", "yes"],
  ['count_values("x", a)', "no"],
  ['count_values by (x) ("y", a)', "yes"],
  ['count_values by (x) ("x", a)', "no"],
  ["quantile by (x) (0.9, a)", "yes"],
  ["absent(a)", "no"],
  ["absent_over_time(a[5m])", "no"],
  ["vector(scalar(a))", "no"],
  ['label_replace(a, "x", "$1", "y", "(.*)")', "no"],
  ['label_replace(a, "y", "$1", "x", "(.*)")', "yes"],
  ['label_join(a, "x", ",", "y")', "no"],
  ["histogram_quantile(0.9, sum by (le, x) (rate(a[5m])))", "yes"],
  ["a / b", "yes yes"],
  ["sum by (x) (a) / sum by (x) (b)", "yes yes"],
  ["sum by (x) (a) / scalar(b)", "yes no"],
  ["a / on (x) b", "yes yes"],
  ["a / on (y) b", "no no"],
  ["a / ignoring (x) b", "no no"],
  ["a / ignoring (y) b", "yes yes"],
  ["a > on (y) b", "no no"],
  ["a > bool b", "yes yes"],
  ["a / on (y) group_left b", "yes no"],
  ["a / on (y) group_left (x) b", "no yes"],
  ["a / on (x) group_left b", "yes yes"],
  ["a / on (y) group_right b", "no yes"],
  ["a / ignoring (y) group_right (z) b", "yes yes"],
  ["a and on (y) b", "yes no"],
  ["a and b", "yes yes"],
  ["a unless on (x) b", "yes yes"],
  ["a unless ignoring (x) b", "yes no"],
  ["a or on (y) b", "yes yes"],
  ["(a or b) * on (y) group_left c", "yes yes no"],
])("in %s the label comes through: %s", (text, expected) => {
  const parsed = parse(text);
  expect(parsed.ok).toBe(true);
  const nodes = parsed.ok ? nodesNamed(parsed.tree, "VectorSelector") : [];
  expect(nodes.map((node) => (keepsLabel(node, "x", text) ? "yes" : "no")).join(" ")).toBe(expected);
});

it("a bucket's limit does not come through a quantile", () => {
  const text = "histogram_quantile(0.9, rate(a[5m]))";
  const parsed = parse(text);
  const [node] = parsed.ok ? nodesNamed(parsed.tree, "VectorSelector") : [];
  expect(node !== undefined && keepsLabel(node, "le", text)).toBe(false);
});
