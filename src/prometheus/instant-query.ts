import type { Instant } from "../domain/instant.ts";
import type { Answer, Unknown } from "../domain/reading.ts";
import { unknown, type Success } from "./reply.ts";
import { isLabels, isList, isObject, type Labels } from "./shape.ts";

/** How Prometheus writes a finite number. `Number` alone would take "", " " and "0x10" for numbers too. */
export const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** `time` is sent and sent back with three decimals; a float of that size is off by less than this. */
const ROUNDING_MS = 1;

/** One finite number evaluated at the instant that was asked about, or why there is none. */
export function answerOf(success: Success, at: Instant): Answer {
  if (success.warnings.length > 0) return unknown("partial", success.warnings.join("; "));
  if (!isObject(success.data)) return unknown("bad-answer", "the answer has no data");
  const { resultType, result } = success.data;

  if (resultType === "scalar") return valueOf(result, at, success.infos);
  if (resultType !== "vector") {
    const shown =
      resultType === "matrix" || resultType === "string" ? `a ${resultType}` : "of an unknown type";
    return unknown("bad-answer", `the result is ${shown}; one number is needed`);
  }
  if (!isList(result)) return unknown("bad-answer", "the result is not a list");
  const [series, ...others] = result;
  if (series === undefined) return { kind: "empty" };
  if (others.length > 0) return unknown("many-series", `${result.length} series match; one is needed`);
  if (!isObject(series) || !isLabels(series["metric"]))
    return unknown("bad-answer", "the series has no labels");
  return valueOf(series["value"], at, success.infos);
}

/** The label sets of an instant vector; values are not looked at. */
export function labelSetsOf(success: Success): readonly Labels[] | Unknown {
  const result = isObject(success.data) ? success.data["result"] : null;
  if (!isList(result)) return unknown("bad-answer", "the result is not a list of series");
  const sets = result.map((series) => (isObject(series) ? series["metric"] : null));
  return sets.every(isLabels) ? sets : unknown("bad-answer", "a series has no labels");
}

function valueOf(sample: unknown, at: Instant, infos: readonly string[]): Answer {
  if (!isList(sample) || sample.length !== 2) return unknown("bad-answer", "the sample is not a pair");
  const [seconds, text] = sample;
  if (typeof seconds !== "number" || typeof text !== "string") {
    return unknown("bad-answer", "the sample is not a time and a number in quotes");
  }
  if (!(Math.abs(Math.round(seconds * 1000) - at) <= ROUNDING_MS)) {
    return unknown("bad-answer", `the answer is about ${seconds}, asked was ${at / 1000}`);
  }
  if (text === "NaN") return unknown("nan", "the query answers NaN, such as 0/0");
  if (text === "+Inf" || text === "-Inf") return unknown("infinite", `the query answers ${text}`);
  if (!NUMBER.test(text)) return unknown("bad-answer", "the value is not a number as Prometheus writes one");
  const value = Number(text);
  // 1e999 has the form of a number and is none.
  if (!Number.isFinite(value)) return unknown("infinite", "the value is larger than a number can be");
  return { kind: "value", value: value === 0 ? 0 : value, infos };
}
