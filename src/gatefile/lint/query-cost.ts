import { DAY, formatMillis, MINUTE } from "../../domain/instant.ts";
import { nodesNamed } from "../../promql/expression.ts";
import { durationOf, rangeOf } from "../../promql/look-back.ts";
import { matchersOf, metricOf } from "../../promql/selector-matchers.ts";
import type { ReadQuery } from "./read-query.ts";

const LONGEST_MS = DAY;
const MOST_TIMES = 1_000;

/** R313: a gate asks every few seconds, so what a query costs is paid all day. */
export function queryCost(query: ReadQuery): void {
  longRanges(query);
  manyTimes(query);
  wideNames(query);
}

function longRanges({ tree, text, at }: ReadQuery): void {
  for (const matrix of nodesNamed(tree, "MatrixSelector", "SubqueryExpr")) {
    const range = matrix.getChild("DurationExpr");
    const rangeMs = rangeOf(matrix, text);
    if (range === null || rangeMs === null || rangeMs <= LONGEST_MS) continue;
    const message = `every pass reads ${formatMillis(rangeMs)} of samples`;
    at(range, { code: "R313", message, suggestion: "let a recording rule do it, and read what it records" });
  }
}

/** Without a step of its own a subquery takes the evaluation interval of rules, a minute unless configured. */
function manyTimes({ tree, text, at }: ReadQuery): void {
  for (const subquery of nodesNamed(tree, "SubqueryExpr")) {
    const [range, step] = subquery.getChildren("DurationExpr");
    const rangeMs = rangeOf(subquery, text);
    const stepMs = step === undefined ? MINUTE : durationOf(text.slice(step.from, step.to));
    if (range === undefined || rangeMs === null || stepMs === null || rangeMs > LONGEST_MS) continue;
    const times = Math.floor(rangeMs / stepMs);
    if (times <= MOST_TIMES) continue;
    const message = `every pass evaluates what stands before \`[\` ${times.toLocaleString("en")} times`;
    at(
      { from: range.from, to: (step ?? range).to },
      { code: "R313", message, suggestion: "take a longer step, or a recording rule" },
    );
  }
}

function wideNames({ tree, text, at }: ReadQuery): void {
  for (const selector of nodesNamed(tree, "VectorSelector")) {
    if (metricOf(selector, text) !== null) continue;
    const matchers = matchersOf(selector, text);
    const wide = matchers.find(
      ({ label, operator, value }) => label === "__name__" && (operator !== "=~" || /^\(?\.[*+]/.test(value)),
    );
    const named = matchers.some(({ label, operator }) => label === "__name__" && operator === "=~");
    if (wide === undefined && (named || matchers.some(({ operator }) => operator === "="))) continue;
    const message = "the selector looks through the series of every metric";
    at(wide?.node ?? selector, { code: "R313", message, suggestion: "name the metric" });
  }
}
