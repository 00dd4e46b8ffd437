import { describe, expect, it } from "vitest";
import { dependsOnRange, withMetricPrefix } from "../../../src/promql/renamed-metrics.ts";
import { seriesLabels } from "../../../src/promql/series-labels.ts";

describe("metrics under other names", () => {
  it.each([
    ["up", "c1_up"],
    [
      'sum by (job) (rate(a{job="x"}[5m])) / ignoring(b) b:c',
      'sum by (job) (rate(c1_a{job="x"}[5m])) / ignoring(b) c1_b:c',
    ],
    ['{job="x"}', '{__name__=~"c1_.*",job="x"}'],
    ['{__name__="a"}', '{__name__="c1_a"}'],
    ['{__name__=~"a|b",job="x"}', '{__name__=~"c1_(?:a|b)",job="x"}'],
    ['{__name__!="a",job="x"}', '{__name__=~"c1_.*",__name__!="c1_a",job="x"}'],
    ['{__name__!~"a\\\\.b",job="x"}', '{__name__=~"c1_.*",__name__!~"c1_(?:a\\\\.b)",job="x"}'],
    ["{__name__=~`a.b`}", '{__name__=~"c1_(?:a.b)"}'],
    ['{"a",job="x"}', '{"c1_a",job="x"}'],
    ['up{job="up"} offset 5m', 'c1_up{job="up"} offset 5m'],
    ["sum without (__name__) (up)", "sum without (__name__) (c1_up)"],
    ["vector(1)", "vector(1)"],
    ['label_replace(up, "a", "$1", "b", "(.*)")', 'label_replace(c1_up, "a", "$1", "b", "(.*)")'],
  ])("%s", (query, renamed) => {
    expect(withMetricPrefix(query, "c1_")).toEqual({ ok: true, text: renamed });
  });

  it.each(['label_replace(up, "a", "$1", "__name__", "(.*)")', 'count_values("__name__", up)', "sum("])(
    "%s cannot be asked like that",
    (query) => {
      expect(withMetricPrefix(query, "c1_").ok).toBe(false);
    },
  );

  it("tells which queries see the range they are asked within", () => {
    expect(dependsOnRange("up @ end()")).toBe(true);
    expect(dependsOnRange("up @ 1000")).toBe(false);
  });
});

describe("one series", () => {
  it.each([
    ["up", { __name__: "up" }],
    ['up{job="a", path="\\"x\\"\\n"}', { __name__: "up", job: "a", path: '"x"\n' }],
    ['{__name__="up",job=`a\\b`}', { __name__: "up", job: "a\\b" }],
    ['up{a="\\x41\\101\\u0042\\U00000043"}', { __name__: "up", a: "AABC" }],
  ])("%s", (text, labels) => {
    expect(seriesLabels(text)).toEqual({ ok: true, labels });
  });

  it.each(["up[5m]", "up + up", 'up{job!="a"}', 'up{job=~"a"}', '{job="a"}', 'up{a="1",a="2"}', "up{", "1"])(
    "%s is none",
    (text) => {
      expect(seriesLabels(text).ok).toBe(false);
    },
  );
});
