import type { SyntaxNode } from "@lezer/common";

import { calledName, expressions, nodesNamed, unwrapped } from "./expression.ts";
import { metricOf } from "./selector-matchers.ts";

/** The `vector(0)` of `... or vector(0)`, which answers where the left side is empty; null for any other expression. */
export function fillerOf(node: SyntaxNode, text: string): SyntaxNode | null {
  if (node.name !== "BinaryExpr" || node.getChild("Or") === null) return null;
  const right = expressions(node)[1];
  if (right === undefined) return null;
  const filler = unwrapped(right);
  return filler.name === "FunctionCall" && calledName(filler, text) === "vector" ? filler : null;
}

/**
 * What makes a number of data that is gone: a side of `or` that answers whatever happened to the exporters, such as
 * `vector(0)`, `absent(x) * 0` or `up * 0`, and `fill`. Null for any other operation.
 */
export function zeroFillerOf(node: SyntaxNode, text: string): SyntaxNode | null {
  if (node.name !== "BinaryExpr") return null;
  const fill = node.getChild("FillModifier");
  if (fill !== null) return fill;
  if (node.getChild("Or") === null) return null;
  const sides = expressions(node).toReversed();
  return sides.map(unwrapped).find((side) => answersAnyway(side, text)) ?? null;
}

/** `up` itself is there, as 0, when its exporter is not; compared with something it is left out then. */
function answersAnyway(side: SyntaxNode, text: string): boolean {
  if (nodesNamed(side, "Or").length > 0) return false;
  const read = nodesNamed(side, "VectorSelector").filter((selector) => !isAsAbsent(selector, side, text));
  if (read.length === 0) return true;
  const isCompared = nodesNamed(side, "Eql", "Neq", "Gtr", "Gte", "Lss", "Lte").length > 0;
  const isScaled = side.name === "BinaryExpr" && side.getChild("Mul") !== null;
  return isScaled && !isCompared && read.every((selector) => metricOf(selector, text) === "up");
}

function isAsAbsent(selector: SyntaxNode, side: SyntaxNode, text: string): boolean {
  for (
    let node = selector.parent;
    node !== null && node.from >= side.from && node.to <= side.to;
    node = node.parent
  ) {
    if (/^absent(?:_over_time)?$/.test(calledName(node, text))) return true;
  }
  return false;
}
