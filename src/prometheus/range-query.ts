import type { Unknown } from "../domain/reading.ts";
import type { Point, Series } from "../trial/ports.ts";
import { NUMBER } from "./instant-query.ts";
import { unknown, type Success } from "./reply.ts";
import { isLabels, isList, isObject } from "./shape.ts";

/** Every series of a range query; what is no number stays in place as NaN or infinite. */
export function seriesIn(success: Success): readonly Series[] | Unknown {
  if (success.warnings.length > 0) return unknown("partial", success.warnings.join("; "));
  const result = isObject(success.data) ? success.data["result"] : null;
  if (!isList(result) || (isObject(success.data) && success.data["resultType"] !== "matrix"))
    return unknown("bad-answer", "the result is not a list of series over time");

  const found: Series[] = [];
  for (const series of result) {
    if (!isObject(series) || !isLabels(series["metric"]))
      return unknown("bad-answer", "a series has no labels");
    if (series["histograms"] !== undefined)
      return unknown("bad-answer", "the series are native histograms; numbers are needed");
    const points = pointsOf(series["values"]);
    if (points === null) return unknown("bad-answer", "a sample is not a time and a number in quotes");
    found.push({ labels: series["metric"], points });
  }
  return found;
}

function pointsOf(values: unknown): readonly Point[] | null {
  if (!isList(values)) return null;
  const points: Point[] = [];
  for (const pair of values) {
    if (!isList(pair) || pair.length !== 2) return null;
    const [seconds, text] = pair;
    const value = typeof text === "string" ? numberOf(text) : null;
    if (typeof seconds !== "number" || value === null) return null;
    points.push({ at: Math.round(seconds * 1000), value });
  }
  return points;
}

const NO_NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  "+Inf": Number.POSITIVE_INFINITY,
  "-Inf": Number.NEGATIVE_INFINITY,
};

function numberOf(text: string): number | null {
  if (Object.hasOwn(NO_NUMBERS, text)) return NO_NUMBERS[text] ?? null;
  return NUMBER.test(text) ? Number(text) : null;
}
