import { describe, expect, it } from "vitest";
import { follow } from "../../../src/prometheus/followed.ts";
import type { RecordingRule, RecordingRules } from "../../../src/prometheus/recording-rules.ts";

const MINUTE = 60_000;

describe("following a selector", () => {
  it("leaves a scraped series as it is", () => {
    expect(behind('up{job="shop"}', {})).toEqual(['up{job="shop"}']);
  });

  it("goes from a recorded series to the selectors of its rule, and keeps the recorded one with its rule's interval", () => {
    const rules = rulesOf({
      "job:errors:rate5m": ["sum by (job) (rate(errors_total[5m])) / sum by (job) (rate(all_total[5m]))"],
    });
    expect(follow("job:errors:rate5m", rules)).toEqual({
      ok: true,
      selectors: [
        {
          selector: "job:errors:rate5m",
          origin: { kind: "recorded", ruleIntervalMs: MINUTE },
          mayBeEmpty: false,
        },
        { selector: "errors_total", origin: { kind: "scraped" }, mayBeEmpty: false },
        { selector: "all_total", origin: { kind: "scraped" }, mayBeEmpty: false },
      ],
    });
  });

  it("carries conditions down to where the rule keeps the label, so that one dead integration shows", () => {
    const rules = {
      "i:ratio": ['sum by (integration) (rate(a{result="error"}[5m])) / sum by (integration) (rate(a[5m]))'],
    };
    expect(behind('i:ratio{integration="erp"}', rules)).toEqual([
      'i:ratio{integration="erp"}',
      'a{result="error",integration="erp"}',
      'a{integration="erp"}',
    ]);
    expect(behind('i:ratio{integration=~"erp|wms"}', rules)).toContain('a{integration=~"erp|wms"}');
  });

  it("carries no condition to where it would match nothing", () => {
    const rules = { "i:ratio": ["sum by (integration) (a) * on (integration) group_left (team) owners"] };
    expect(behind('i:ratio{team="blue",integration="erp"}', rules)).toEqual([
      'i:ratio{team="blue",integration="erp"}',
      'a{integration="erp"}',
      'owners{team="blue",integration="erp"}',
    ]);
  });

  it("does not look below a rule for a label that the rule itself sets", () => {
    const rules = rulesOf({
      "i:up": [
        ["min by (job) (up)", { env: "prod" }],
        ["min by (job) (up_in_test)", { env: "test" }],
      ],
    });
    expect(selectorsOf(follow('i:up{env="prod",job="a"}', rules))).toEqual([
      'i:up{env="prod",job="a"}',
      'up{job="a"}',
    ]);
    expect(selectorsOf(follow("i:up", rules))).toEqual(["i:up", "up", "up_in_test"]);
    expect(follow('i:up{env="gone"}', rules)).toMatchObject({
      ok: false,
      problem: expect.stringContaining("can write"),
    });
  });

  it("does not carry a label that the rule sets, even where the expression would keep it", () => {
    const rules = rulesOf({ "i:rate": [["rate(a[5m])", { env: "prod" }]] });
    expect(selectorsOf(follow('i:rate{env="prod",job="j"}', rules))).toEqual([
      'i:rate{env="prod",job="j"}',
      'a{job="j"}',
    ]);
  });

  it("goes on through recorded series that are made of recorded series", () => {
    const rules = { "c:x": ["sum by (job) (b:x)"], "b:x": ["sum by (job, instance) (a)"] };
    expect(behind('c:x{job="j"}', rules)).toEqual(['c:x{job="j"}', 'b:x{job="j"}', 'a{job="j"}']);
  });

  it("follows a recorded series without a colon too", () => {
    expect(behind("shop_errors", { shop_errors: ["sum(rate(errors_total[5m]))"] })).toEqual([
      "shop_errors",
      "errors_total",
    ]);
  });

  it("takes a rule that reads nothing for as young as itself, such as an objective", () => {
    const rules = {
      "b:left": ["1 - b:used / b:goal"],
      "b:used": ["rate(errors_total[5m])"],
      "b:goal": ["vector(0.01)"],
    };
    expect(behind("b:left", rules)).toEqual(["b:left", "b:used", "errors_total", "b:goal"]);
  });

  it("leaves out a rule that brings the label with another value, where many write one name", () => {
    const rules = {
      "b:month": [
        'sum_over_time(b:ratio{id="shop"}[30d]) / count_over_time(b:ratio{id="shop"}[30d])',
        'sum_over_time(b:ratio{id="erp"}[30d]) / count_over_time(b:ratio{id="erp"}[30d])',
      ],
      "b:ratio": [
        ["rate(shop_errors[5m])", { id: "shop" }],
        ["rate(erp_errors[5m])", { id: "erp" }],
      ] as const,
    };
    expect(behind('b:month{id="erp"}', rules)).toEqual([
      'b:month{id="erp"}',
      'b:ratio{id="erp"}',
      "erp_errors",
    ]);
    expect(behind("b:month", rules)).toEqual(expect.arrayContaining(["shop_errors", "erp_errors"]));
  });

  it("takes a name in braces for the name it is", () => {
    const rules = { "b:x": ['sum by (id) ({__name__="errors_total"})'] };
    expect(behind('{__name__="b:x",id="1"}', rules)).toEqual([
      '{__name__="b:x",id="1"}',
      '{__name__="errors_total",id="1"}',
    ]);
  });

  it("knows what a rule fills when it is empty, and all that is behind it", () => {
    const rules = {
      "b:available": ["1 - sum(b:errors or vector(0)) / sum(b:all)"],
      "b:errors": ['increase(requests_total{code="500"}[1h])'],
      "b:all": ["increase(requests_total[1h])"],
    };
    expect(mayBeEmpty("b:available", rules)).toEqual(["b:errors", 'requests_total{code="500"}']);
  });

  it("needs all of it where nothing else vouches for the exporter", () => {
    expect(mayBeEmpty("b:errors", { "b:errors": ["sum(rate(errors_total[5m])) or vector(0)"] })).toEqual([]);
  });

  it("needs what is filled in one place and not in another", () => {
    const rules = { "b:x": ["(sum(a) or vector(0)) / sum(a)"] };
    expect(mayBeEmpty("b:x", rules)).toEqual([]);
  });

  it("does not go in circles", () => {
    expect(behind("b:x", { "b:x": ["b:x offset 1m + a"] })).toEqual(["b:x", "a"]);
    expect(behind("b:x", { "b:x": ["c:x + a"], "c:x": ["b:x"] })).toEqual(["b:x", "c:x", "a"]);
  });

  it.each<[string, string, Readonly<Record<string, readonly string[]>>, RegExp]>([
    ["a colon without a rule", "job:x", {}, /no rule of this source records job:x/],
    ["a pattern on recorded names", '{__name__=~"job:.*"}', {}, /may match recorded series/],
    ["a rule that reads only itself", "b:x", { "b:x": ["b:x + 1"] }, /reads no other series/],
    ["a rule in words we cannot read", "b:x", { "b:x": ["sum(((a"] }, /cannot be read/],
    [
      "something recorded elsewhere behind a rule",
      "b:x",
      { "b:x": ["c:x"] },
      /no rule of this source records c:x/,
    ],
    [
      "rules nested too deep",
      "l0:x",
      Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`l${n}:x`, [`l${n + 1}:x`]])),
      /nested more than/,
    ],
    [
      "too many selectors",
      "b:x",
      { "b:x": [Array.from({ length: 60 }, (_, n) => `m${n}`).join(" + ")] },
      /more than 40/,
    ],
  ])("says so where it cannot: %s", (_what, selector, rules, problem) => {
    const followed = follow(selector, rulesOf(rules));
    expect(followed.ok ? "followed" : followed.problem).toMatch(problem);
  });
});

type Written = string | readonly [string, Readonly<Record<string, string>>];

function rulesOf(written: Readonly<Record<string, readonly Written[]>>): RecordingRules {
  return new Map(
    Object.entries(written).map(([name, rules]) => [
      name,
      rules.map((rule): RecordingRule => {
        const [expression, labels] = typeof rule === "string" ? [rule, {}] : rule;
        return { expression, labels, intervalMs: MINUTE };
      }),
    ]),
  );
}

function selectorsOf(followed: ReturnType<typeof follow>): readonly string[] {
  return followed.ok ? followed.selectors.map((each) => each.selector) : [followed.problem];
}

function mayBeEmpty(
  selector: string,
  rules: Readonly<Record<string, readonly Written[]>>,
): readonly string[] {
  const followed = follow(selector, rulesOf(rules));
  if (!followed.ok) return [followed.problem];
  return followed.selectors.filter((each) => each.mayBeEmpty).map((each) => each.selector);
}

function behind(selector: string, rules: Readonly<Record<string, readonly Written[]>>): readonly string[] {
  return selectorsOf(follow(selector, rulesOf(rules)));
}
