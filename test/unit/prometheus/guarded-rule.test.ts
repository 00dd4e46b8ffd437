import { describe, expect, it } from "vitest";
import { parseMatchers } from "../../../src/matchers/matchers.ts";
import { standingOf } from "../../../src/prometheus/guarded-rule.ts";
import { nodesNamed } from "../../../src/promql/expression.ts";
import { parse } from "../../../src/promql/parse.ts";

type Labels = Readonly<Record<string, string>>;

describe("the labels that the rule itself has", () => {
  it.each<[string, Labels, string, string]>([
    ["Late", {}, "Late", "behind"],
    ["Late", {}, "Other", "outside"],
    ["Late", {}, '{alertname=~"La.*"}', "behind"],
    ["Late", { alertname: "Other" }, "Other", "outside"],
    ["Late", { severity: "critical" }, '{severity="critical"}', "behind"],
    ["Late", { severity: "warning" }, '{severity="critical"}', "outside"],
    ["Late", { severity: "warning" }, '{severity!="critical"}', "behind"],
    ["Late", { severity: "critical" }, '{alertname="Late",severity="critical"}', "behind"],
    ["Late", { severity: "critical" }, '{alertname="Other",severity="critical"}', "outside"],
    ["Late", { service: "cart" }, '{service="checkout"}', "outside"],
    ["Late", { severity: "{{ if gt $value 9.0 }}critical{{ end }}" }, '{severity="critical"}', "outside"],
    ["Late", { team: "{{ $labels.service }}-team" }, '{team="cart-team"}', "outside"],
  ])("of %s %j under %s: %s", (name, labels, guard, expected) => {
    expect(standing('a{service="checkout"}', guard, { name, labels })).toBe(expected);
  });

  it("count as those of the series where they only take one over", () => {
    const rule = { name: "Late", labels: { team: "{{ $labels.squad }}" } };
    expect(standing('a{squad="blue"}', '{team="blue"}', rule)).toBe("behind");
    expect(standing('a{squad="red"}', '{team="blue"}', rule)).toBe("outside");
    expect(standing("a", '{team="blue"}', rule)).toBe('open a{squad="blue"}');
  });
});

describe("the labels that the expression brings", () => {
  it.each([
    ['a{service="checkout"} > 1', '{service="checkout"}', "behind"],
    ['a{service="cart"} > 1', '{service="checkout"}', "outside"],
    ['a{service="checkout"} > 1', '{service=~"check.*|cart"}', "behind"],
    ['a{service="checkout"} > 1', '{service!="checkout"}', "outside"],
    ['a{service=~"checkout|cart"} > 1', '{service="checkout"}', "behind"],
    ['a{service=~"cart|erp"} > 1', '{service="checkout"}', "outside"],
    ['a{service=~"checkout|cart",service!="checkout"}', '{service="checkout"}', "outside"],
    // Described instead of named: only series can tell.
    ['a{service=~".+"}', '{service="checkout"}', 'open a{service=~".+",service="checkout"}'],
    ['a{service=~"c.*"}', '{service="erp"}', "outside"],
    ['a{service!="checkout"}', '{service="checkout"}', "outside"],
    ['a{service!=""}', '{service=~"check.*"}', 'open a{service!="",service=~"check.*"}'],
    ['a{service="\\u0063"}', '{service="checkout"}', 'open a{service="\\u0063",service="checkout"}'],
    ["a > 1", '{service="checkout"}', 'open a{service="checkout"}'],
    ["a > 1", '{service="say \\"hi\\""}', 'open a{service="say \\"hi\\""}'],
    ["a > 1", '{"service.name"="checkout"}', 'open a{"service.name"="checkout"}'],
    ["sum by (service) (rate(a[5m])) > 1", '{service="checkout"}', 'open a{service="checkout"}'],
    ["sum by (service) (rate(a[5m])) > 1", '{team=""}', "behind"],
    ["sum(rate(a[5m])) > 1", '{service="checkout"}', "outside"],
    ["sum(rate(a[5m])) > 1", '{service!="checkout"}', "behind"],
    ['sum(rate(a{service="checkout"}[5m])) > 1', '{service="checkout"}', "outside"],
    ["sum by (s) (rate(a[5m])) / sum by (s) (rate(b[5m]))", '{s="x"}', 'open a{s="x"} or b{s="x"}'],
    ['sum by (s) (rate(a{s="x"}[5m])) / sum by (s) (rate(b[5m]))', '{s="x"}', "behind"],
    ['sum by (s) (rate(a{s="x"}[5m])) / sum by (s) (rate(b[5m]))', '{s="y"}', "outside"],
    ['a{s="x"} or b{s="y"}', '{s="y"}', "behind"],
    ['a{s="x"} or b{s="y"}', '{s="z"}', "outside"],
    ['a{s="x"} or b', '{s="z"}', 'open b{s="z"}'],
    [
      "a * on (s) group_left (team) owners",
      '{s="x",team="blue"}',
      'open a{s="x"} or owners{s="x",team="blue"}; owners{s="x",team="blue"}',
    ],
    ['a{s="x"} > 1 unless on (s) maintenance{s="y"}', '{s="x"}', "behind"],
    ["a > 1 unless on (s) maintenance", '{s="x"}', 'open a{s="x"}'],
    ['absent(up{job="shop"})', '{job="shop"}', "behind"],
    ['absent(up{job="shop"})', '{job="erp"}', "outside"],
    ['absent(up{job="shop"})', '{service="checkout"}', "outside"],
    ['absent(up{job=~"shop|erp"})', '{job="shop"}', "outside"],
    ['absent_over_time(up{job="shop"}[5m])', '{job="shop"}', "behind"],
    ['absent(up{job="shop"}) or up{job="shop"} == 0', '{job="shop"}', "behind"],
    ['label_replace(a, "service", "$1", "job", "(.*)")', '{service="checkout"}', "outside"],
    ['label_replace(a, "service", "$1", "job", "(.*)")', '{job="shop"}', 'open a{job="shop"}'],
    ['count_values("service", a)', '{service="checkout"}', "outside"],
    ["vector(1)", '{service="checkout"}', "outside"],
    ["vector(1)", '{service!="checkout"}', "behind"],
    ["time() > 1", "Late", "behind"],
  ])("%s under %s: %s", (expression, guard, expected) => {
    expect(standing(expression, guard)).toBe(expected);
  });

  it("cannot be told of an expression that cannot be read", () => {
    const guard = matchersOf('{service="checkout"}');
    expect(standingOf({ name: "Late", labels: {} }, null, guard)).toEqual({ kind: "outside" });
    const named = standingOf({ name: "Late", labels: { service: "checkout" } }, null, guard);
    expect(named.kind).toBe("behind");
  });
});

describe("a selector behind a guard", () => {
  it.each([
    ['a{service="checkout"} > 1', '{service="checkout"}', ['a{service="checkout"}']],
    ['a{service=~"checkout|cart"}', '{service="cart"}', ['a{service=~"checkout|cart",service="cart"}']],
    ["sum by (s) (rate(a[5m])) > on () group_left sum(b)", '{s="x"}', ['a{s="x"}', "b"]],
    ['a{s="x"} or b{s="y"}', '{s="y"}', [null, 'b{s="y"}']],
    ["a > 1", '{severity="critical"}', ["a"]],
    ['a{s="x"} * on (s) group_left (team) b', '{s="x",team!="red"}', ['a{s="x"}', 'b{s="x",team!="red"}']],
  ])("%s under %s is asked for as %j", (text, guard, expected) => {
    const parsed = parse(text);
    const rule = { name: "Late", labels: { severity: "critical" } };
    const found = standingOf(rule, { text, tree: parsed.tree }, matchersOf(guard));
    if (found.kind === "outside") throw new Error("it is outside");
    expect(nodesNamed(parsed.tree, "VectorSelector").map((node) => found.narrow(node))).toEqual(expected);
  });
});

/** `outside`, `behind`, or `open` with the lists: `or` within one, `;` between them. */
function standing(
  text: string,
  guard: string,
  rule: { readonly name: string; readonly labels: Labels } = { name: "Late", labels: {} },
): string {
  const parsed = parse(text);
  expect(parsed.ok).toBe(true);
  const found = standingOf(rule, { text, tree: parsed.tree }, matchersOf(guard));
  if (found.kind !== "open") return found.kind;
  return `open ${found.anyOfEach.map((selectors) => selectors.join(" or ")).join("; ")}`;
}

function matchersOf(text: string) {
  const read = parseMatchers(text);
  if (!read.ok) throw new Error(read.problem);
  return read.matchers;
}
