import { describe, expect, it } from "vitest";

import { inferCounts } from "../../../src/promql/counts.ts";
import { longestRange } from "../../../src/promql/look-back.ts";
import { resultKind } from "../../../src/promql/result-kind.ts";
import { firstMetric, selectors } from "../../../src/promql/selectors.ts";

const MINUTE = 60_000;

describe("the selectors of a query", () => {
  it.each([
    ["up", ["up"]],
    ["sum(rate(a[5m])) / sum(rate(b[5m]) > 0)", ["a", "b"]],
    ['a{x="1"} offset 1w + a{x="1"} @ end()', ['a{x="1"}']],
    ['max_over_time(rate({__name__="c", x=~"y|z"}[5m] offset 1h)[1h:1m])', ['{__name__="c", x=~"y|z"}']],
    ["time() - 3", []],
    ["sum(", []],
  ])("of %s", (query, expected) => {
    expect(selectors(query)).toEqual(expected);
  });

  it.each([
    ["time() - max(sync_timestamp_seconds)", "sync_timestamp_seconds"],
    ['count({__name__="order:stuck", a="b"})', "order:stuck"],
    ['count({a="b"}) + up', "up"],
    ["vector(1)", null],
  ])("name the first metric of %s", (query, expected) => {
    expect(firstMetric(query)).toBe(expected);
  });
});

describe("how far back a query looks", () => {
  it.each([
    ["up", 0],
    ["rate(a[5m])", 5 * MINUTE],
    ["rate(a[1h30m]) / rate(b[5m])", 90 * MINUTE],
    ["max_over_time(rate(a[5m])[1h:1m])", 65 * MINUTE],
    ["rate(a[5m] offset 1w)", 5 * MINUTE],
    ["(sum((rate(a[2m]))))", 2 * MINUTE],
    ["rate(a[300])", 5 * MINUTE],
    ["sum(", 0],
  ])("%s", (query, expected) => {
    expect(longestRange(query)).toBe(expected);
  });
});

describe("counts behind a ratio", () => {
  const bad = 'sum(increase(a{r="x"}[5m]))';
  it.each([
    'sum(rate(a{r="x"}[5m])) / sum(rate(a[5m]))',
    'sum(increase(a{r="x"}[5m])) / sum(increase(a[5m]))',
    'sum(rate(a{r="x"}[5m])) / sum(rate(a[5m]) > 0)',
    'sum(rate(a{r="x"}[5m])) / (sum(rate(a[5m])) > 0)',
    '(sum(rate(a{r="x"}[5m])))\n  /\n(sum((rate(a[5m]))))',
  ])("are understood in %s", (query) => {
    expect(inferCounts(query)).toEqual({ bad, total: "sum(increase(a[5m]))" });
  });

  it("keep the ranges as they are written", () => {
    expect(inferCounts("sum(rate(a[60m])) / sum(rate(b[1h]))")).toEqual({
      bad: "sum(increase(a[60m]))",
      total: "sum(increase(b[1h]))",
    });
  });

  it.each([
    "sum(rate(a[5m])) / sum(rate(b[10m]))",
    "sum(rate(a[5m])) / sum(increase(b[5m]))",
    "sum by (x) (rate(a[5m])) / sum by (x) (rate(b[5m]))",
    "sum(rate(a[5m])) / sum without (x) (rate(b[5m]))",
    "sum(rate(a[5m])) / ignoring (x) sum(rate(b[5m]))",
    "avg(rate(a[5m])) / avg(rate(b[5m]))",
    "sum(irate(a[5m])) / sum(irate(b[5m]))",
    "sum(rate(a[5m] offset 1h)) / sum(rate(b[5m] offset 1h))",
    "sum(rate(a[5m])) / sum(rate(b[5m]) > 1)",
    "sum(rate(a[5m])) / sum(rate(b[5m]) > bool 0)",
    "sum(rate(a[5m]) > 0) / sum(rate(b[5m]))",
    "100 * sum(rate(a[5m])) / sum(rate(b[5m]))",
    "sum(rate(a[5m])) - sum(rate(b[5m]))",
    "sum(a) / sum(b)",
    "sum(rate(a[5m:1m])) / sum(rate(b[5m:1m]))",
    "sum(",
  ])("are not guessed in %s", (query) => {
    expect(inferCounts(query)).toBeNull();
  });
});

describe("what a query answers", () => {
  it.each([
    ["1 + time()", "scalar"],
    ["scalar(up)", "scalar"],
    ["up + 1", "instant vector"],
    ["-(up)", "instant vector"],
    ["sum(rate(a[5m]))", "instant vector"],
    ["a[5m]", "range vector"],
    ["(a[5m] offset 1h)", "range vector"],
    ["rate(a[5m])[1h:1m]", "range vector"],
    ['"text"', "string"],
    ["sum(", null],
  ])("%s: %s", (query, kind) => {
    expect(resultKind(query)).toBe(kind);
  });
});
