import { describe, expect, it } from "vitest";

import { faults, MAX_QUERY_BYTES } from "../../../src/promql/faults.ts";

function found(query: string): readonly (readonly [string, string])[] {
  return faults(query).map(({ kind, from, to }) => [kind, query.slice(from, to)] as const);
}

describe("faults of a query that parses", () => {
  it.each([
    ["sum(rate(a_total))", [["no-range", "a_total"]]],
    ["max_over_time(sum(rate(a[5m])))", [["no-range", "sum(rate(a[5m]))"]]],
    ["sum(a[5m])", [["needless-range", "a[5m]"]]],
    ["sum(a) or vector(0)", [["zero-filled", "vector(0)"]]],
    ["sum(a or (vector(1)))", [["zero-filled", "vector(1)"]]],
    ["sum(a) > 0.5", [["comparison", "> 0.5"]]],
    ["sum(a) > b offset 1w", [["comparison", "> b"]]],
    ["(sum(a) == bool 1)", [["comparison", "== bool 1"]]],
    ["a > 14 and b > 14", [["comparison", "> 14"]]],
    ["(a > 1) unless b", [["comparison", "> 1"]]],
    ["100 * (a / b > 0.05)", [["comparison", "> 0.05"]]],
    ["(sum(a) > 5) * 100", [["comparison", "> 5"]]],
    ["-(a > 5)", [["comparison", "> 5"]]],
    ["round(a > 5)", [["comparison", "> 5"]]],
    ["(a > 1 and b > 1) or (c > 2 and d > 2)", [["comparison", "> 1"]]],
    ["a[5m]", [["result", "a[5m]"]]],
    ["clamp(a, 1)", [["type", "clamp(a, 1)"]]],
    ['"text"', [["result", '"text"']]],
    ["rate(a[5m * 2])", [["computed-range", "5m * 2"]]],
    [
      "rate(a) + (b or vector(0)) > 1",
      [
        ["no-range", "a"],
        ["zero-filled", "vector(0)"],
        ["comparison", "> 1"],
      ],
    ],
  ])("%s", (query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  it.each([
    "sum(rate(a[5m])) / sum(rate(b[5m]) > 0)",
    "quantile_over_time(0.9, a[5m])",
    "predict_linear(a[1h], 3600)",
    "absent_over_time(a[5m])",
    "count(ALERTS{alertstate='firing'})",
    "a or b",
    "a and b > 100",
    "a > 1 or b",
    "a or b > 1",
    "a > bool 1 and b",
    "1 / (a > 0)",
    "a / (b > 0)",
    "100 * (a > bool 5)",
    "max(a > 5)",
    "histogram_quantile(0.9, sum by (le) (b) > 0)",
    "label_replace(a, 'x', '$1', 'y', '(.*)')",
  ])("none in %s", (query) => {
    expect(found(query)).toEqual([]);
  });

  it.each([
    ["signs in parentheses", `${"-(".repeat(1_300)}a${")".repeat(1_300)}`],
    ["functions", `${"abs(".repeat(800)}a${")".repeat(800)}`],
    ["a sum of very many", `a${"+a".repeat(800)}`],
  ])("refuses what nests without end: %s", (_what, query) => {
    expect(faults(query).map(({ kind }) => kind)).toEqual(["too-long"]);
  });

  it("takes a sum of a hundred", () => {
    expect(faults(`a_total${" + a_total".repeat(99)}`)).toEqual([]);
  });

  it("refuses more than 4 KiB before parsing it", () => {
    expect(found(`a${" ".repeat(MAX_QUERY_BYTES - 1)}`)).toEqual([]);
    expect(faults(`a{b="${"é".repeat(2_048)}"}`).map(({ kind }) => kind)).toEqual(["too-long"]);
  });
});
