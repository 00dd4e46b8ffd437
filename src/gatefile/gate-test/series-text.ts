import type { Instant, Millis } from "../../domain/instant.ts";
import { parseDuration } from "../../text/duration-text.ts";

/** Some samples of a series that follow each other at the test's interval. */
export type SeriesRun =
  | { readonly kind: "numbers"; readonly first: number; readonly by: number; readonly count: number }
  /** No samples. */
  | { readonly kind: "gap"; readonly count: number }
  /** Prometheus' mark for a series that has ended. */
  | { readonly kind: "stale"; readonly count: number }
  /** Unix times in seconds: of each sample itself, or always of the case's start. */
  | {
      readonly kind: "clock";
      readonly of: "now" | "start";
      readonly offsetMs: Millis;
      readonly count: number;
    };

export type SeriesFault = { readonly from: number; readonly to: number; readonly message: string };

export type SeriesText =
  | { readonly ok: true; readonly runs: readonly SeriesRun[] }
  /** Every item that cannot be read. */
  | { readonly ok: false; readonly faults: readonly SeriesFault[] };

export const MOST_SAMPLES = 200_000;

const NUMBER = String.raw`(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf|nan)`;
const NUMBERS = new RegExp(`^([+-]?${NUMBER})(?:([+-]${NUMBER}))?(?:x(\\d+))?$`, "i");
const CLOCK = /^(now|start)(?:([+-])((?:\d+[a-z]+)+?))?(?:x(\d+))?$/;

/**
 * Values of a series in Prometheus' notation for unit tests: `1 2 3`, `0x240` (241 times 0), `1+2x10` (1, 3, ... 21),
 * `_` and `_x5` (no sample, 5 times none), `stale`. Beside it `now` and `start` with an optional distance, such as
 * `now-5mx240`, for series whose value is a Unix time: watermarks.
 */
export function parseSeries(text: string): SeriesText {
  const runs: SeriesRun[] = [];
  const faults: SeriesFault[] = [];
  let samples = 0;
  for (const item of text.matchAll(/\S+/g)) {
    const run = runOf(item[0]);
    samples += run?.count ?? 0;
    if (run !== null && samples <= MOST_SAMPLES) {
      runs.push(run);
      continue;
    }
    const message = run === null ? faultOf(item[0]) : `a series has at most ${MOST_SAMPLES} samples`;
    faults.push({ from: item.index, to: item.index + item[0].length, message });
    if (run !== null) break;
  }
  if (faults.length > 0) return { ok: false, faults };
  if (runs.length > 0) return { ok: true, runs };
  return { ok: false, faults: [{ from: 0, to: text.length, message: "the series has no values" }] };
}

function faultOf(item: string): string {
  if (item.startsWith("{{")) return "native histograms cannot be given here; give the classic buckets";
  return `\`${item.slice(0, 40)}\` is no value of a series, such as \`1\`, \`0x240\`, \`1+2x10\`, \`_x5\`, \`stale\` or \`now-5mx60\``;
}

function runOf(item: string): SeriesRun | null {
  const gap = /^_(?:x(\d+))?$/.exec(item);
  if (gap !== null) return { kind: "gap", count: countOf(gap[1], 0) };
  if (item === "stale") return { kind: "stale", count: 1 };
  const clock = CLOCK.exec(item);
  if (clock !== null) return clockOf(clock);
  const numbers = NUMBERS.exec(item);
  if (numbers === null) return null;
  const [, first = "", by, times] = numbers;
  // A step without a count would be a sum: promtool refuses it, too.
  if (by !== undefined && times === undefined) return null;
  return { kind: "numbers", first: numberOf(first), by: numberOf(by ?? "0"), count: countOf(times, 1) };
}

function clockOf([, of, sign, distance, times]: RegExpExecArray): SeriesRun | null {
  const ms = distance === undefined ? 0 : parseDuration(distance);
  if (ms === null) return null;
  const offsetMs = sign === "-" ? -ms : ms;
  return { kind: "clock", of: of === "now" ? "now" : "start", offsetMs, count: countOf(times, 1) };
}

/** `5x3` is four samples, as in promtool; `_x3` is three missing ones. */
function countOf(times: string | undefined, more: 0 | 1): number {
  return times === undefined ? 1 : Number(times) + more;
}

function numberOf(text: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?nan$/i.test(text) ? Number.NaN : Number(text);
}

/** A sample; `stale` is the mark that the series has ended. */
export type GivenSample = { readonly at: Instant; readonly value: number | "stale" };

/** The samples of a series whose data begins at `from`, in a case that begins at `start`. */
export function samplesOf(
  runs: readonly SeriesRun[],
  from: Instant,
  start: Instant,
  intervalMs: Millis,
): readonly GivenSample[] {
  const samples: GivenSample[] = [];
  let index = 0;
  for (const run of runs) {
    for (let nth = 0; nth < run.count; nth += 1, index += 1) {
      const at = from + index * intervalMs;
      if (run.kind !== "gap") samples.push({ at, value: valueOf(run, nth, at, start) });
    }
  }
  return samples;
}

function valueOf(
  run: Exclude<SeriesRun, { readonly kind: "gap" }>,
  nth: number,
  at: Instant,
  start: Instant,
): number | "stale" {
  switch (run.kind) {
    case "numbers":
      return nth === 0 ? run.first : run.first + nth * run.by;
    case "stale":
      return "stale";
    case "clock":
      return ((run.of === "now" ? at : start) + run.offsetMs) / 1_000;
  }
}
