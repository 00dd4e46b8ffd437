import type { SyntaxNode } from "@lezer/common";

import { callArguments, calledName, expressions, topExpression, unwrapped } from "./expression.ts";
import { parse } from "./parse.ts";

/** The query with its series put together into one, the way that fits what it asks for; null for a text that does not parse. */
export function asOneSeries(text: string): string | null {
  const parsed = parse(text);
  const top = parsed.ok ? topExpression(parsed.tree) : null;
  if (top === null) return null;
  const node = unwrapped(top);
  const whole = textOf(node, text);
  if (node.name === "BinaryExpr" && node.getChild("Div") !== null) {
    const [above, below] = expressions(node);
    if (above !== undefined && below !== undefined) return `${summed(above, text)} / ${summed(below, text)}`;
  }
  if (node.name === "AggregateExpr") return withoutGrouping(node, text) ?? `max(${whole})`;
  if (node.name === "FunctionCall") {
    const name = calledName(node, text);
    if (name === "histogram_quantile") return quantileOfAll(node, text);
    if (name === "rate" || name === "irate" || name === "increase") return `sum(${whole})`;
  }
  return `max(${whole})`;
}

function summed(side: SyntaxNode, text: string): string {
  const node = unwrapped(side);
  if (node.name === "AggregateExpr") return withoutGrouping(node, text) ?? textOf(node, text);
  return node.name === "NumberDurationLiteral" ? textOf(node, text) : `sum(${textOf(node, text)})`;
}

/** `sum by (pod) (x)` as `sum(x)`; null where there is no grouping to leave out. */
function withoutGrouping(node: SyntaxNode, text: string): string | null {
  if (node.getChild("AggregateModifier") === null) return null;
  const given = callArguments(node).map((argument) => textOf(argument, text));
  return `${calledName(node, text)}(${given.join(", ")})`;
}

/** Buckets of many series may be added up; quantiles may not. */
function quantileOfAll(call: SyntaxNode, text: string): string {
  const [share, buckets] = callArguments(call);
  if (share === undefined || buckets === undefined) return `max(${textOf(call, text)})`;
  const node = unwrapped(buckets);
  const inner = node.name === "AggregateExpr" ? callArguments(node).at(-1) : node;
  return `histogram_quantile(${textOf(share, text)}, sum by (le) (${textOf(inner ?? node, text)}))`;
}

function textOf(node: SyntaxNode, text: string): string {
  return text.slice(node.from, node.to);
}
