import type { Instant, Millis } from "../domain/instant.ts";
import type { Verdict } from "../domain/verdict.ts";
import { quantile } from "./proposal/suggested-limits.ts";

/** What was said at one instant of the past; `missing` where there was no number to judge. */
export type PastPoint = {
  readonly at: Instant;
  readonly said: Verdict | "missing";
  /** Null where there was none. */
  readonly value: number | null;
  /** What data that had been missing for so long would have done. Absent: nothing. */
  readonly lost?: "halt" | "rollback";
};

/** A stretch of the past as it would have been judged. */
export type Past = {
  readonly from: Instant;
  readonly to: Instant;
  readonly stepMs: Millis;
  readonly points: readonly PastPoint[];
  /** Part of the points that said so, 0 to 1 each. */
  readonly share: Readonly<Record<PastPoint["said"], number>>;
  /** Halted or worse, by a limit or because nothing was seen for long. */
  readonly halts: Episodes;
  readonly rollbacks: Episodes;
  /** Null: there was no value at all. */
  readonly values: Spread | null;
};

/** How many separate times something lasted, and the longest of them. */
export type Episodes = { readonly times: number; readonly longestMs: Millis };

export type Spread = Readonly<Record<"min" | "p1" | "p5" | "p50" | "p95" | "p99" | "max", number>>;

export function pastOf(points: readonly PastPoint[], stepMs: Millis): Past {
  const said = (...words: readonly PastPoint["said"][]) =>
    points.filter((point) => words.includes(point.said));
  const stopped = (...words: readonly PastPoint["said"][]) =>
    points.filter((point) => words.includes(point.lost ?? point.said));
  const part = (word: PastPoint["said"]) => (points.length === 0 ? 0 : said(word).length / points.length);
  return {
    from: points[0]?.at ?? 0,
    to: points.at(-1)?.at ?? 0,
    stepMs,
    points,
    share: {
      good: part("good"),
      wait: part("wait"),
      halt: part("halt"),
      rollback: part("rollback"),
      missing: part("missing"),
    },
    halts: episodes(stopped("halt", "rollback"), stepMs),
    rollbacks: episodes(stopped("rollback"), stepMs),
    values: spreadOf(points.flatMap(({ value }) => (value === null ? [] : [value]))),
  };
}

/** Instants next to each other belong together; each stands for one step. */
function episodes(points: readonly PastPoint[], stepMs: Millis): Episodes {
  let times = 0;
  let longestMs = 0;
  let began: Instant | null = null;
  let last: Instant | null = null;
  for (const { at } of points) {
    if (began === null || last === null || at - last > stepMs) {
      times += 1;
      began = at;
    }
    last = at;
    longestMs = Math.max(longestMs, at - began + stepMs);
  }
  return { times, longestMs };
}

/** Null: there are no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return {
    min: quantile(sorted, 0),
    p1: quantile(sorted, 0.01),
    p5: quantile(sorted, 0.05),
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
  };
}
