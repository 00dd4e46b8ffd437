import type { SyntaxNode, Tree } from "@lezer/common";

import {
  callArguments,
  calledName,
  comparator,
  depthOf,
  expressions,
  nodesNamed,
  operation,
  topExpression,
} from "./expression.ts";
import { zeroFillerOf } from "./filler.ts";
import type { ResultKind } from "./functions.ts";
import { rangeOf } from "./look-back.ts";
import { parse, type QuerySpan } from "./parse.ts";
import { checkTypes } from "./type-check.ts";

/** Longer queries are refused before they are parsed. */
export const MAX_QUERY_BYTES = 4_096;

/** What looks at a query goes down into it, and a stack has an end. */
const MAX_QUERY_DEPTH = 500;

export type FaultKind =
  | "syntax"
  | "too-long"
  | "type"
  | "no-range"
  | "needless-range"
  | "computed-range"
  | "zero-filled"
  | "comparison"
  | "result";

export type QueryFault = QuerySpan & {
  readonly kind: FaultKind;
  readonly message: string;
  readonly suggestion: string | null;
};

/** Everything that is known to be wrong with the query without asking Prometheus, in the order of the text. */
export function faults(text: string): readonly QueryFault[] {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_QUERY_BYTES) {
    const message = `the query has ${bytes} bytes; at most ${MAX_QUERY_BYTES} are accepted`;
    return [
      { kind: "too-long", from: 0, to: text.length, message, suggestion: "move parts into a recording rule" },
    ];
  }
  const parsed = parse(text);
  if (!parsed.ok) return [{ kind: "syntax", ...parsed.fault }];
  if (depthOf(parsed.tree) > MAX_QUERY_DEPTH) {
    const message = `the query nests deeper than ${MAX_QUERY_DEPTH} levels`;
    return [
      { kind: "too-long", from: 0, to: text.length, message, suggestion: "move parts into a recording rule" },
    ];
  }
  const top = topExpression(parsed.tree);
  if (top === null) return [];
  const types = checkTypes(top, text);
  return [
    ...types.faults,
    ...computedRanges(parsed.tree, text),
    ...zeroFilled(parsed.tree, text),
    ...thresholds(top, text),
    ...results(top, types.kind),
  ].toSorted((a, b) => a.from - b.from);
}

function computedRanges(tree: Tree, text: string): QueryFault[] {
  return nodesNamed(tree, "MatrixSelector", "SubqueryExpr").flatMap((node): QueryFault[] => {
    const range = node.getChild("DurationExpr");
    if (range === null || rangeOf(node, text) !== null) return [];
    return [
      {
        kind: "computed-range",
        ...spanOf(range),
        message: "the range must be a plain duration",
        suggestion: "write it out, e.g. `[1h30m]`",
      },
    ];
  });
}

function zeroFilled(tree: Tree, text: string): QueryFault[] {
  return nodesNamed(tree, "BinaryExpr").flatMap((node): QueryFault[] => {
    const filler = zeroFillerOf(node, text);
    if (filler === null) return [];
    return [
      {
        kind: "zero-filled",
        ...spanOf(filler),
        message: `\`${fillingText(node, filler, text)}\` makes a dead exporter look like a healthy number`,
        suggestion: "leave it out; where an empty answer means zero, write `emptyIs: 0` with a `witness`",
      },
    ];
  });
}

function fillingText(node: SyntaxNode, filler: SyntaxNode, text: string): string {
  const written = text.slice(filler.from, filler.to);
  if (filler.name === "FillModifier") return written;
  const [left] = expressions(node);
  return left !== undefined && filler.to <= left.to ? `${written} or` : `or ${written}`;
}

function thresholds(top: SyntaxNode, text: string): QueryFault[] {
  const found = thresholdOf(top, text);
  if (found === null) return [];
  const written = text.slice(found.from, found.to);
  const effect = found.isBool
    ? "it answers 0 or 1 and hides the number"
    : "it answers nothing while all is well";
  return [
    {
      kind: "comparison",
      from: found.from,
      to: found.to,
      message: `the query compares with \`${written}\`, so ${effect}`,
      suggestion:
        "ask for the value alone and write the threshold as a limit: `advance`, `halt` or `rollback`",
    },
  ];
}

type Threshold = QuerySpan & { readonly isBool: boolean };

/**
 * The comparison that decides whether there is an answer: at the top, or in what the answer is taken from, as in the
 * burn rates of alerting rules (`a > 14 and b > 14`). What stands behind `and` is a condition of its own, such as traffic.
 */
function thresholdOf(expression: SyntaxNode, text: string): Threshold | null {
  const node = operation(expression);
  if (node.name === "UnaryExpr") return filteringIn(expressions(node)[0], text);
  if (node.name === "FunctionCall" && KEEPING.test(calledName(node, text)))
    return filteringIn(callArguments(node)[0], text);
  if (node.name !== "BinaryExpr") return null;
  const operator = comparator(node);
  const isBool = node.getChild("BoolModifier") !== null;
  if (operator !== null) return { from: operator.from, to: node.to, isBool };
  const [left, right] = expressions(node);
  if (left === undefined || right === undefined) return null;
  if (node.getChild("And") !== null || node.getChild("Unless") !== null) return filteringIn(left, text);
  if (node.getChild("Or") !== null) return filteringIn(right, text) === null ? null : filteringIn(left, text);
  if (checkTypes(right, text).kind === "scalar") return filteringIn(left, text);
  // What is divided by may be kept from being 0: `1 / (sum(x) > 0)`.
  const isDivided = node.getChild("Div") !== null || node.getChild("Mod") !== null;
  return checkTypes(left, text).kind === "scalar" && !isDivided ? filteringIn(right, text) : null;
}

/** Functions that answer one series for each they are given. */
const KEEPING =
  /^(?:abs|ceil|floor|round|sgn|clamp|clamp_max|clamp_min|label_join|label_replace|sort|sort_desc)$/;

/** With `bool` nothing is left out. */
function filteringIn(expression: SyntaxNode | undefined, text: string): Threshold | null {
  const found = expression === undefined ? null : thresholdOf(expression, text);
  return found?.isBool === false ? found : null;
}

function results(top: SyntaxNode, kind: ResultKind): QueryFault[] {
  if (kind === "scalar" || kind === "instant vector") return [];
  return [
    {
      kind: "result",
      ...spanOf(top),
      message: `the query answers a ${kind}; one number is needed`,
      suggestion: kind === "range vector" ? "wrap it, e.g. `sum(rate(...))`" : null,
    },
  ];
}

function spanOf(node: SyntaxNode): QuerySpan {
  return { from: node.from, to: node.to };
}
