import type { SyntaxNode } from "@lezer/common";

import { callArguments, calledName, expressions, topExpression, unwrapped } from "./expression.ts";
import { rangeOf } from "./look-back.ts";
import { parse } from "./parse.ts";

/** The two counts behind a ratio: bad outcomes and all outcomes of the same range. */
export type Counts = { readonly bad: string; readonly total: string };

type Flow = { readonly by: string; readonly rangeMs: number; readonly matrix: string };

/**
 * Understands `sum(rate(A[d])) / sum(rate(B[d]))` (or `increase`; `> 0` on the total inside or outside its sum) as
 * bad A of total B. Both sides need the same function and range, and no `by`, `without`, `on` or `offset`: then the
 * quotient of the increases is the same number, and the counts behind it are known. Null for any other query.
 */
export function inferCounts(text: string): Counts | null {
  const parsed = parse(text);
  const top = parsed.ok ? topExpression(parsed.tree) : null;
  const ratio = top === null ? null : unwrapped(top);
  if (ratio === null || ratio.name !== "BinaryExpr" || ratio.getChild("Div") === null || hasModifier(ratio))
    return null;

  const [left, right] = expressions(ratio);
  if (left === undefined || right === undefined) return null;
  const bad = summedFlow(unwrapped(left), text, false);
  const total = summedFlow(aboveZero(unwrapped(right), text), text, true);
  if (bad === null || total === null || bad.by !== total.by || bad.rangeMs !== total.rangeMs) return null;
  return { bad: `sum(increase(${bad.matrix}))`, total: `sum(increase(${total.matrix}))` };
}

function summedFlow(node: SyntaxNode, text: string, mayBePositive: boolean): Flow | null {
  const [only, ...more] = callArguments(node);
  const plainSum =
    node.name === "AggregateExpr" &&
    calledName(node, text) === "sum" &&
    node.getChild("AggregateModifier") === null;
  if (!plainSum || only === undefined || more.length > 0) return null;

  const call = mayBePositive ? aboveZero(unwrapped(only), text) : unwrapped(only);
  const by = calledName(call, text);
  if (call.name !== "FunctionCall" || (by !== "rate" && by !== "increase")) return null;

  const matrix = callArguments(call)[0];
  if (matrix === undefined || matrix.name !== "MatrixSelector") return null;
  const rangeMs = rangeOf(matrix, text);
  const selector = expressions(matrix)[0];
  if (rangeMs === null || selector?.name !== "VectorSelector") return null;
  return { by, rangeMs, matrix: text.slice(matrix.from, matrix.to) };
}

/** `x` of `x > 0`; anything else as it is. */
function aboveZero(node: SyntaxNode, text: string): SyntaxNode {
  if (node.name !== "BinaryExpr" || node.getChild("Gtr") === null || hasModifier(node)) return node;
  const [left, right] = expressions(node);
  const isZero = right?.name === "NumberDurationLiteral" && Number(text.slice(right.from, right.to)) === 0;
  return left !== undefined && isZero ? unwrapped(left) : node;
}

function hasModifier(binary: SyntaxNode): boolean {
  return ["BoolModifier", "MatchingModifierClause", "FillModifier"].some(
    (name) => binary.getChild(name) !== null,
  );
}
