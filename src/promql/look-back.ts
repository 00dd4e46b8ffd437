import type { SyntaxNode } from "@lezer/common";

import { parseDuration } from "../text/duration-text.ts";
import { callArguments, expressions, topExpression } from "./expression.ts";
import { parse } from "./parse.ts";

/**
 * How far back from its own instant the query looks, in milliseconds: the longest range, where ranges inside a
 * subquery add to its own. `offset` and `@` move the look-back and do not lengthen it. 0 when there is no range.
 */
export function longestRange(text: string): number {
  const parsed = parse(text);
  const top = parsed.ok ? topExpression(parsed.tree) : null;
  return top === null ? 0 : lookBack(top, text);
}

function lookBack(node: SyntaxNode, text: string): number {
  const inner = [...expressions(node), ...callArguments(node)].map((child) => lookBack(child, text));
  const longest = Math.max(0, ...inner);
  return node.name === "MatrixSelector" || node.name === "SubqueryExpr"
    ? longest + (rangeOf(node, text) ?? 0)
    : longest;
}

/** The range of `x[5m]` or `x[1h:1m]` in milliseconds; null when it is computed instead of written. */
export function rangeOf(node: SyntaxNode, text: string): number | null {
  const range = node.getChild("DurationExpr");
  return range === null ? null : durationOf(text.slice(range.from, range.to));
}

/** A range or step as it is written, in milliseconds; newer Prometheus also takes plain seconds. Null: it is computed. */
export function durationOf(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1_000;
  return parseDuration(trimmed);
}
