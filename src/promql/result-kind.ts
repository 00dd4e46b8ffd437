import type { SyntaxNode } from "@lezer/common";

import { calledName, expressions, topExpression, unwrapped } from "./expression.ts";
import { parse } from "./parse.ts";

export type ResultKind = "scalar" | "instant vector" | "range vector" | "string";

const SCALAR_FUNCTIONS: ReadonlySet<string> = new Set([
  "scalar",
  "time",
  "pi",
  "start",
  "end",
  "step",
  "range",
]);

/** What Prometheus would answer the query with; null for a text that does not parse. */
export function resultKind(text: string): ResultKind | null {
  const parsed = parse(text);
  const top = parsed.ok ? topExpression(parsed.tree) : null;
  return top === null ? null : kindOf(top, text);
}

export function kindOf(expression: SyntaxNode, text: string): ResultKind {
  const node = unwrapped(expression);
  switch (node.name) {
    case "NumberDurationLiteral":
      return "scalar";
    case "StringLiteral":
      return "string";
    case "MatrixSelector":
    case "SubqueryExpr":
      return "range vector";
    case "FunctionCall":
      return SCALAR_FUNCTIONS.has(calledName(node, text)) ? "scalar" : "instant vector";
    case "BinaryExpr":
      return expressions(node).every((operand) => kindOf(operand, text) === "scalar")
        ? "scalar"
        : "instant vector";
    // These keep the kind of what they stand on: `x[5m] offset 1h` is still a range.
    case "OffsetExpr":
    case "StepInvariantExpr":
    case "AnchoredExpr":
    case "SmoothedExpr":
    case "UnaryExpr": {
      const operand = expressions(node)[0];
      return operand === undefined ? "instant vector" : kindOf(operand, text);
    }
    default:
      return "instant vector";
  }
}
