import type { SyntaxNode } from "@lezer/common";

import { calledName, expressions, unwrapped } from "./expression.ts";

/** The `vector(0)` of `... or vector(0)`, which answers where the left side is empty; null for any other expression. */
export function fillerOf(node: SyntaxNode, text: string): SyntaxNode | null {
  if (node.name !== "BinaryExpr" || node.getChild("Or") === null) return null;
  const right = expressions(node)[1];
  if (right === undefined) return null;
  const filler = unwrapped(right);
  return filler.name === "FunctionCall" && calledName(filler, text) === "vector" ? filler : null;
}
