import { describe, expect, it } from "vitest";
import { nodesNamed } from "../../../src/promql/expression.ts";
import { parse } from "../../../src/promql/parse.ts";
import { mayMatch, parseSelector, withMatchers } from "../../../src/prometheus/matchers.ts";

describe("a selector", () => {
  it.each([
    ["up", "up", []],
    ['up{job="a"}', "up", ["job = a"]],
    ['{__name__="up",job!="a"}', "up", ["__name__ = up", "job != a"]],
    ['{"my.metric", "a.b"=~"x|y"}', "my.metric", ["a.b =~ x|y"]],
    ['{__name__=~"job:.*"}', null, ["__name__ =~ job:.*"]],
    ["up{job=`a\\b`}", "up", ["job = a\\b"]],
    ['up{job="a\\"b"}', "up", ["job = null"]],
  ])("%s is taken apart", (text, name, matchers) => {
    const selector = parseSelector(text);
    expect(selector?.name).toBe(name);
    expect(selector?.matchers.map((each) => `${each.label} ${each.operator} ${each.value}`)).toEqual(
      matchers,
    );
  });

  it.each(["a + b", "1", "", "up{", "sum("])("%s is not one", (text) => {
    expect(parseSelector(text)).toBeNull();
  });

  it.each([
    ["up", 'up{job="a"}'],
    ["up{}", 'up{job="a"}'],
    ['up{x="1",}', 'up{x="1",job="a"}'],
    ['up{job="a"}', 'up{job="a"}'],
    ['{"my.metric"}', '{"my.metric",job="a"}'],
    ['{__name__="up"}', '{__name__="up",job="a"}'],
  ])("%s takes a further condition", (text, expected) => {
    const added = parseSelector('x{job="a"}')?.matchers ?? [];
    expect(graft(text, added)).toBe(expected);
  });

  it("without any condition stays as it is", () => {
    expect(graft("up{}", [])).toBe("up");
  });
});

it.each([
  ['x{a="1"}', "1", true],
  ['x{a="1"}', "2", false],
  ['x{a!="1"}', "1", false],
  ['x{a!="1"}', "2", true],
  ['x{a=~"1"}', "2", true],
  ['x{a="\\u0031"}', "2", true],
])("%s may match %s: %s", (selector, value, expected) => {
  const [matcher] = parseSelector(selector)?.matchers ?? [];
  expect(matcher !== undefined && mayMatch(matcher, value)).toBe(expected);
});

function graft(text: string, added: Parameters<typeof withMatchers>[2]): string {
  const parsed = parse(text);
  const [node] = parsed.ok ? nodesNamed(parsed.tree, "VectorSelector") : [];
  return node === undefined ? "not a selector" : withMatchers(node, text, added);
}
