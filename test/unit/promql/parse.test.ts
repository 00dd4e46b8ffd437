import { describe, expect, it } from "vitest";

import { parse } from "../../../src/promql/parse.ts";

function faultOf(query: string): { at: string; message: string; suggestion: string | null } {
  const parsed = parse(query);
  if (parsed.ok) throw new Error(`${query} parses`);
  const { from, to, message, suggestion } = parsed.fault;
  return { at: query.slice(from, to), message, suggestion };
}

describe("what Prometheus accepts", () => {
  it.each([
    "up",
    '{__name__="up", job=~"api|web"}',
    "sum by (job) (rate(http_requests_total[5m]))",
    "sum(rate(a[5m] offset 1h)) / on (job) group_left sum(rate(b[5m]))",
    "max_over_time(rate(a[5m])[1h:1m]) @ 1700000000",
    "histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m])))",
    "sum(a) # a comment with ( and '",
    'a{path=~"/api\\\\.v1", quote="\\"", tab="\\t", any=`back\\tick`}',
    "job:errors:rate5m / ignoring (x) job:requests:rate5m > bool 0",
    "-1.5e3 * time()",
  ])("parses %s", (query) => {
    expect(parse(query).ok).toBe(true);
  });
});

describe("what it does not", () => {
  it("points behind a query that ends too early and says what to close", () => {
    const query = "sum(rate(a[5m])  ";
    const parsed = parse(query);
    expect(parsed.ok ? null : parsed.fault).toEqual({
      from: 15,
      to: 15,
      message: "the query ends too early",
      suggestion: "close the parenthesis with `)`",
    });
  });

  it.each([
    ["", "", "the query is empty"],
    ["a b", "b", "unexpected `b`"],
    ["a{b=c}", "c", "unexpected `c`"],
    ["a == = 3", "=", "unexpected `=`"],
    ["rat(a[5m])", "rat", "there is no function `rat`"],
    ["sum(histogram_quantil(0.9, a))", "histogram_quantil", "there is no function `histogram_quantil`"],
    ['a{b="c}', '"c}', "the string is not closed"],
    ['a{b="c\\"}', '"c\\"}', "the string is not closed"],
    ['a{b=~"x\\.y"}', "\\.", "Prometheus knows no escape `\\.`"],
    ["sum(a))", ")", "unexpected `)`"],
    ["rate($metric[5m])", "$metric", "unexpected `$metric`"],
  ])("in %j points at %j", (query, at, message) => {
    expect(faultOf(query)).toMatchObject({ at, message });
  });

  it.each([
    ["rat(a[5m])", "did you mean `rate`?"],
    ['a{b=~"x\\d"}', "write `\\\\d` for a backslash"],
    ["a{b=c}", 'write "c" in quotes'],
    ["a{b=~5..}", 'write "5.." in quotes'],
    ["mean(a)", "did you mean `avg`?"],
    [
      "holt_winters(a[1h], 0.5, 0.1)",
      "Prometheus 3 calls it `double_exponential_smoothing`; for an older one let a recording rule ask for it",
    ],
    ["a == = 3", "a comparison is written `==`"],
  ])("in %j suggests %s", (query, suggestion) => {
    expect(faultOf(query).suggestion).toBe(suggestion);
  });

  it("stands thousands of parentheses", () => {
    expect(parse(`${"(".repeat(2_000)}a${")".repeat(2_000)}`).ok).toBe(true);
    expect(parse("(".repeat(4_000)).ok).toBe(false);
  });
});
