import { describe, expect, it } from "vitest";

import { topExpression } from "../../../src/promql/expression.ts";
import { parse } from "../../../src/promql/parse.ts";
import { checkTypes, type TypeFault } from "../../../src/promql/type-check.ts";

function faultsOf(query: string): readonly TypeFault[] {
  const parsed = parse(query);
  const top = topExpression(parsed.tree);
  if (!parsed.ok || top === null) throw new Error(`${query} does not parse`);
  return checkTypes(top, query).faults;
}

describe("what is wrong, and where", () => {
  it.each([
    ["rate(a)", "no-range", "a", "`rate` needs a range"],
    ["rate(sum(a))", "no-range", "sum(a)", "`rate` needs a range"],
    ["rate()", "no-range", "rate()", "`rate` takes 1 argument, and here are 0"],
    ["sum(a[5m])", "needless-range", "a[5m]", "`sum` takes no range"],
    ["abs(1)", "type", "1", "`abs` takes an instant vector here, and this is a scalar"],
    ["vector(a)", "type", "a", "`vector` takes a scalar here, and this is an instant vector"],
    ['label_join(a, b, "-")', "type", "b", "`label_join` takes a string here, and this is an instant vector"],
    ["clamp(a, 1)", "type", "clamp(a, 1)", "`clamp` takes 3 arguments, and here are 2"],
    ["round(a, 1, 2)", "type", "round(a, 1, 2)", "`round` takes at most 2 arguments, and here are 3"],
    ["label_join(a)", "type", "label_join(a)", "`label_join` takes at least 3 arguments, and here is 1"],
    ["time(1)", "type", "time(1)", "`time` takes no argument, and here is 1"],
    ["info(a, b)", "type", "b", "`info` takes label matchers alone as its second argument"],
    ["1 == 2", "type", "==", "two plain numbers are compared with `bool` only"],
    ["a + bool b", "type", "bool", "`bool` belongs to comparisons, and `+` is none"],
    ["1 and a", "type", "and", "`and` stands between instant vectors, and one side is a number"],
    ["a + on (x) 1", "type", "on (x)", "labels are matched between two instant vectors only"],
    [
      "a and on (x) group_left b",
      "type",
      "group_left",
      "`and`, `or` and `unless` match many with many, without `group_left`",
    ],
    [
      'a + on ("x") group_left (x) b',
      "type",
      'on ("x") group_left (x)',
      "`x` is matched on already, and cannot be taken over as well",
    ],
    ["a + fill (0) 1", "type", "fill (0)", "only series of two instant vectors can be filled"],
    [
      "a + b[5m]",
      "needless-range",
      "b[5m]",
      "an operator stands between numbers, and this is a range vector",
    ],
    ['"a" + b', "type", '"a"', "an operator stands between numbers, and this is a string"],
    ['-"a"', "type", '-"a"', "a sign stands before a number or an instant vector, and this is a string"],
    ["sum({})", "type", "{}", "the selector would match every series there is"],
    ['a{b=~"("}', "type", 'b=~"("', "the pattern is no regular expression of RE2: missing closing ): `(`"],
    ['a{__name__="b"}', "type", '__name__="b"', "the metric is named twice"],
    ["(a)[5m]", "type", "[5m]", "a range stands behind a selector only"],
    ["a offset 5m[5m]", "type", "[5m]", "a range stands before `offset`"],
    [
      "1[5m:]",
      "type",
      "[5m:]",
      "a subquery asks for an instant vector again and again, and this is a scalar",
    ],
    [
      "a / sum(b) offset 1w",
      "type",
      "offset 1w",
      "`offset` stands behind a selector, its range or a subquery only",
    ],
    ["a offset 1m offset 2m", "type", "offset 2m", "`offset` is there twice"],
    ["a @ inf", "type", "@ inf", "`@` needs a point in time in seconds"],
    ["a[0s]", "type", "0s", "the duration must be longer than 0"],
    ["a[300y]", "type", "300y", "`300y` is longer than Prometheus counts"],
    ["1e309", "type", "1e309", "`1e309` is no number that Prometheus can hold"],
    ["sum(a) smoothed", "type", "smoothed", "`smoothed` stands behind a selector or its range only"],
  ])("%s", (query, kind, at, message) => {
    const found = faultsOf(query).map((fault) => [
      fault.kind,
      query.slice(fault.from, fault.to),
      fault.message,
    ]);
    expect(found).toEqual([[kind, at, message]]);
  });

  it("tells all of them in the order of the text", () => {
    const query = 'abs(1) + rate(a) + clamp(b{c=~"["}, "0", 1)';
    expect(faultsOf(query).map(({ from, to }) => query.slice(from, to))).toEqual(["1", "a", 'c=~"["', '"0"']);
  });
});

describe("what would be right", () => {
  it.each([
    ["rate(a{b='c'})", "write `a{b='c'}[5m]`"],
    ["rate(sum(a))", "name how far to look back and how often, e.g. `[1h:1m]`"],
    ["sum(a)[5m]", "write `[5m:]` for a subquery over the expression"],
    ["clamp(a)", "it takes (instant vector, scalar, scalar)"],
    ["time(1)", "write `time()`"],
    ["1 < 2", "write `< bool`"],
    ["vector(a)", "`scalar(...)` makes one number of a single series"],
  ])("instead of %s: %s", (query, suggestion) => {
    expect(faultsOf(query).map((fault) => fault.suggestion)).toEqual([suggestion]);
  });
});

describe("a modifier behind an operation", () => {
  it("stands on the last operand, as Prometheus reads it", () => {
    expect(faultsOf("a / b offset 1w")).toEqual([]);
    expect(faultsOf("-a @ 5")).toEqual([]);
    expect(faultsOf("(a / b) offset 1w")).toHaveLength(1);
  });
});
