import { expect, test } from "vitest";
import type { Backtest, SignalPast } from "../../../src/backtest/report.ts";
import { chartOf } from "../../../src/cli/backtest-chart.ts";
import { createLocalTime } from "../../../src/cli/local-time.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aLimit, aSignal, NOON } from "../../support/builders.ts";

const FROM = NOON - 2 * HOUR;
const TIME = createLocalTime("UTC", NOON);

const ERRORS: SignalPast = {
  signal: aSignal({ name: "errors <&>", halt: aLimit("above 2%"), rollback: null }),
  shares: { good: 1, wait: 0, halt: 0, rollback: 0, missing: 0 },
  stops: [
    {
      from: FROM + HOUR,
      to: FROM + HOUR,
      verdict: "halt",
      by: ["errors"],
      message: '3% "<bad>"',
      known: null,
    },
    { from: FROM, to: FROM, verdict: "halt", by: ["errors"], message: "3%", known: "night & day" },
  ],
  spread: { min: 0, p1: 0, p5: 0, p50: 0, p95: 0, p99: 0, max: 0.04 },
  suggestion: null,
  notes: [],
  values: Float64Array.from({ length: 5_000 }, (_, look) =>
    look === 2_501 ? 0.04 : look % 2 === 0 ? 0 : 0.001,
  ),
};

function chart(...signals: readonly SignalPast[]): string {
  const backtest: Backtest = {
    gate: "shop",
    hash: "",
    span: { from: FROM, to: NOON, stepMs: MINUTE },
    askedFrom: FROM,
    looks: 0,
    queries: 0,
    signals,
    guards: [],
    stops: [],
    placebos: { ramps: [], spacingMs: 0, shortestMs: 0, without: [], none: "none" },
  };
  return chartOf(backtest, TIME);
}

/** Tags that open and close as they must, with nothing in a text that a reader of XML takes for more. */
function isWellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, close, name = "", single] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (close === "/") {
      if (open.pop() !== name) return false;
    } else if (single === "") open.push(name);
  }
  const texts = svg.replaceAll(/<\/?[a-z]+(?:\s[^<>]*)?>/g, "");
  return open.length === 0 && !/[<>]|&(?!(?:amp|lt|gt|quot);)/.test(texts);
}

test("is well-formed whatever its words are, and says in words what it shows", () => {
  const svg = chart(ERRORS);
  expect(isWellFormed(svg)).toBe(true);
  expect(isWellFormed(svg.replace("</svg>", ""))).toBe(false);
  expect(isWellFormed(svg.replace("&amp;", "&"))).toBe(false);
  expect(svg).toContain('role="img" aria-labelledby="title desc"');
  expect(svg).toContain('<title id="title">shop, Wed 4 Mar 10:00 UTC to Wed 4 Mar 12:00 UTC</title>');
  expect(svg).toContain("errors &lt;&amp;&gt;: from 0% to 4%, 2 stops.");
});

test("loads nothing from elsewhere and runs nothing", () => {
  const svg = chart(ERRORS).replace('xmlns="http://www.w3.org/2000/svg"', "");
  expect(svg).not.toMatch(/href|url\(|script|import|https?:/);
});

test("has a line for each limit and a mark for each stop, those that are covered apart", () => {
  const svg = chart(ERRORS);
  expect(svg.match(/<line class="limit (?:advance|halt)"/g)).toHaveLength(2);
  expect(svg.match(/<rect class="stop"/g)).toHaveLength(1);
  expect(svg.match(/<rect class="known"/g)).toHaveLength(1);
  expect(svg).toContain("covered by night &amp; day");
});

test("keeps the one high look of thousands", () => {
  const [, path = ""] = /<path class="value" d="([^"]*)"/.exec(chart(ERRORS)) ?? [];
  const heights = [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((point) => Number(point[1]));
  // 40 px of heading, 34 px for the name: the highest value stands at the top of its frame.
  expect(Math.min(...heights)).toBe(74);
  expect(heights.length).toBeLessThan(2_000);
});

test("breaks the line where nothing was known, and has no line of what was never known", () => {
  const gap = Float64Array.of(0.01, 0.01, Number.NaN, 0.01, 0.01);
  expect(/ d="([^"]*)"/.exec(chart({ ...ERRORS, values: gap }))?.[1]?.match(/M/g)).toHaveLength(2);
  const nothing = chart({ ...ERRORS, values: Float64Array.of(Number.NaN), spread: null, stops: [] });
  expect(nothing).toContain(' d=""');
  expect(nothing).toContain(": no data");
  expect(isWellFormed(nothing)).toBe(true);
});

test("names limits that lie close together one above the other, the lower one below", () => {
  const signal = { ...ERRORS.signal, advance: aLimit("at most 0.1%"), halt: aLimit("above 0.2%") };
  const svg = chart({ ...ERRORS, signal });
  const heightOf = (name: string) =>
    Number(new RegExp(`y="([\\d.]+)" text-anchor="end">${name}`).exec(svg)?.[1]);
  expect(heightOf("advance at most 0.1%") - heightOf("halt above 0.2%")).toBeGreaterThanOrEqual(12);
});

test("has no scale where there is neither a value nor a limit", () => {
  const signal = aSignal({ advance: null, halt: null, rollback: null });
  const values = Float64Array.of(Number.NaN);
  const nothing = chart({ ...ERRORS, signal, values, spread: null, stops: [] });
  expect(nothing).not.toContain('text-anchor="end">0%');
});
