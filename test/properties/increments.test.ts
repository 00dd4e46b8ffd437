import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type RawSeries, incrementsOf } from "../../src/domain/increments.ts";

/** A counter as a process really counts: what it adds between scrapes, and where it is set back to 0. */
const process = fc.array(fc.record({ adds: fc.nat(20), restarts: fc.boolean() }), {
  minLength: 2,
  maxLength: 30,
});

function scraped(
  steps: readonly { readonly adds: number; readonly restarts: boolean }[],
  instance: string,
): RawSeries {
  let value = 0;
  const samples = steps.map(({ adds, restarts }, index) => {
    // A restart that counts beyond the old value before the next scrape leaves no trace, in Prometheus neither.
    value = restarts && adds < value ? adds : value + adds;
    return { at: index * 15, value };
  });
  return { labels: { job: "shop", instance }, samples };
}

it("parts of a stretch add up to the whole, wherever it is cut", () => {
  fc.assert(
    fc.property(process, process, fc.nat(450), fc.nat(450), (a, b, cut, end) => {
      const counters = [scraped(a, "a"), scraped(b, "b")];
      const grown = (from: number, to: number) => incrementsOf(counters, counters, { from, to });
      const middle = Math.min(cut, end);
      expect(grown(0, middle) + grown(middle, end)).toBe(grown(0, end));
    }),
  );
});

it("what is counted is what the process added, scrape by scrape", () => {
  fc.assert(
    fc.property(process, (steps) => {
      const counter = scraped(steps, "a");
      const added = steps.slice(1).reduce((sum, { adds }) => sum + adds, 0);
      expect(incrementsOf([counter], [counter], { from: 0, to: 15 * steps.length })).toBe(added);
    }),
  );
});
