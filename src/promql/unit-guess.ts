import type { SyntaxNode } from "@lezer/common";

import { inferCounts } from "./counts.ts";
import { callArguments, calledName, expressions, topExpression, unwrapped } from "./expression.ts";
import { parse } from "./parse.ts";
import { firstMetric } from "./selectors.ts";

/** What a query most likely answers, and what in it says so. */
export type UnitGuess = { readonly unit: "ratio" | "count" | "seconds" | "none"; readonly why: string };

const UNKNOWN: UnitGuess = { unit: "none", why: "nothing in the query tells its unit: a plain number" };

/** Guesses from the form of the query and from the suffixes of its metrics, as the naming conventions of Prometheus have them. */
export function guessUnit(text: string): UnitGuess {
  if (inferCounts(text) !== null) {
    return { unit: "ratio", why: "a sum of rates over a sum of rates: bad out of total, a ratio" };
  }
  const parsed = parse(text);
  const top = parsed.ok ? topExpression(parsed.tree) : null;
  return (top === null ? null : guess(top, text)) ?? UNKNOWN;
}

/** Null: a bare number, which has the unit of whatever it meets. */
function guess(expression: SyntaxNode, text: string): UnitGuess | null {
  const node = unwrapped(expression);
  switch (node.name) {
    case "NumberDurationLiteral":
      return null;
    case "FunctionCall":
      return ofCall(node, text);
    case "AggregateExpr":
      return ofAggregate(node, text);
    case "BinaryExpr":
      return ofOperation(node, text);
    case "VectorSelector":
      return ofName(firstMetric(text.slice(node.from, node.to)));
    default: {
      const [inner] = expressions(node);
      return inner === undefined ? UNKNOWN : guess(inner, text);
    }
  }
}

const PER_SECOND: ReadonlySet<string> = new Set(["rate", "irate", "deriv"]);
const AMOUNT: ReadonlySet<string> = new Set(["increase", "changes", "resets", "count_over_time"]);

function ofCall(call: SyntaxNode, text: string): UnitGuess | null {
  const name = calledName(call, text);
  const last = callArguments(call).at(-1);
  if (name === "time" || name === "timestamp") return { unit: "seconds", why: `\`${name}\` answers seconds` };
  if (last === undefined) return UNKNOWN;
  if (name === "histogram_quantile") {
    const metric = firstMetric(text.slice(last.from, last.to))?.replace(/_bucket$/, "") ?? null;
    const of = ofName(metric);
    return { unit: of.unit, why: `a quantile of ${metric ?? "a histogram"}: ${of.why}` };
  }
  if (PER_SECOND.has(name)) return { unit: "none", why: `\`${name}\` answers an amount per second` };
  if (AMOUNT.has(name)) return { unit: "count", why: `\`${name}\` answers a number of events` };
  // The others keep the unit of the vector they stand on; it is their first argument, or the second of a quantile.
  const kept = callArguments(call)
    .map((argument) => guess(argument, text))
    .find((each) => each !== null);
  return kept ?? UNKNOWN;
}

function ofAggregate(call: SyntaxNode, text: string): UnitGuess | null {
  const name = calledName(call, text);
  if (name === "count" || name === "count_values") {
    return { unit: "count", why: `\`${name}\` answers a number of series` };
  }
  const last = callArguments(call).at(-1);
  return last === undefined ? UNKNOWN : guess(last, text);
}

function ofOperation(node: SyntaxNode, text: string): UnitGuess | null {
  const [left, right] = expressions(node);
  if (left === undefined || right === undefined) return UNKNOWN;
  const sides = [guess(left, text), guess(right, text)] as const;
  if (node.getChild("Div") !== null) return ofQuotient([left, right], sides, text);
  if (node.getChild("Mul") !== null && sides.some((side) => side?.unit === "ratio")) {
    const why = "a ratio times something: leave the factor out, and limits can be written with %";
    return { unit: "none", why };
  }
  if (node.getChild("Sub") !== null && calledName(unwrapped(left), text) === "time") {
    return { unit: "seconds", why: "now minus a point in time: an age" };
  }
  return sides[0] ?? sides[1];
}

function ofQuotient(
  nodes: readonly [SyntaxNode, SyntaxNode],
  sides: readonly [UnitGuess | null, UnitGuess | null],
  text: string,
): UnitGuess | null {
  const [above, below] = sides;
  if (below === null) return above;
  const [sum, count] = nodes.map((node) => firstMetric(text.slice(node.from, node.to)) ?? "");
  if (sum?.endsWith("_sum") === true && count === sum.replace(/_sum$/, "_count")) {
    const base = sum.replace(/_sum$/, "");
    return { unit: ofName(base).unit, why: `a sum over its count: the mean of ${base}` };
  }
  if (above !== null && above.unit === below.unit && above !== UNKNOWN && below !== UNKNOWN) {
    return { unit: "ratio", why: "an amount over another of its kind: a ratio" };
  }
  return { unit: "none", why: "a quotient of two different amounts: a plain number" };
}

const SUFFIXES: readonly (readonly [RegExp, UnitGuess["unit"], string])[] = [
  [/_timestamp(?:_seconds)?$/, "none", "a point in time: `time() - ...` of it is an age"],
  [/_ratio$|:[^:]*ratio[^:]*$/, "ratio", "its name says it is a ratio"],
  [/_seconds$/, "seconds", "its name ends in `_seconds`"],
  [/_(?:total|count)$/, "count", "its name says it is a counter"],
  [/_percent$/, "none", "its name says percent: a plain number from 0 to 100"],
  [/_bytes$/, "none", "its name ends in `_bytes`: a plain number"],
  [/^up$/, "none", "`up` is 1 or 0"],
];

function ofName(metric: string | null): UnitGuess {
  const known = SUFFIXES.find(([pattern]) => metric !== null && pattern.test(metric));
  return known === undefined ? UNKNOWN : { unit: known[1], why: known[2] };
}
