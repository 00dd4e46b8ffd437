import type { SyntaxNode } from "@lezer/common";

import {
  callArguments,
  calledName,
  comparator,
  expressions,
  operation,
  unwrapped,
} from "../../promql/expression.ts";
import type { ReadQuery } from "./read-query.ts";

/** R322, for what is no comparison of the answer itself: `absent(x)` and `count(x > 5)` answer nothing while all is well. */
export function emptyWhenWell({ top, text, at }: ReadQuery): void {
  const suggestion = "write `emptyIs: 0` with a `witness` that shows the exporter alive";
  const missing = absentIn(top, text);
  if (missing !== null) {
    const name = calledName(missing, text);
    const message = `\`${name}\` answers nothing while the series is there, and nothing looks like missing data`;
    at(missing, { code: "R322", message, suggestion });
    return;
  }
  const node = operation(top);
  const name = calledName(node, text);
  const counted = countedBy(node, name);
  const filter = counted === undefined ? null : filterOf(counted, name, text);
  if (filter === null) return;
  const message = `\`${text.slice(filter.from, filter.to)}\` leaves nothing to \`${name}\` while all is well, and nothing looks like missing data`;
  at(filter, { code: "R322", message, suggestion, severity: "warning" });
}

/** The `absent` without which there is no answer: the whole, an argument all the way down, or a side of arithmetic. */
function absentIn(expression: SyntaxNode, text: string): SyntaxNode | null {
  const node = operation(unwrapped(expression));
  const name = calledName(node, text);
  switch (node.name) {
    case "FunctionCall":
      if (name === "absent" || name === "absent_over_time") return node;
      return firstAbsent(callArguments(node), text);
    case "AggregateExpr":
      return firstAbsent(callArguments(node).slice(-1), text);
    case "UnaryExpr":
      return firstAbsent(expressions(node), text);
    case "BinaryExpr": {
      if (node.getChild("Or") !== null || node.getChild("FillModifier") !== null) return null;
      const sides = expressions(node);
      return firstAbsent(node.getChild("Unless") === null ? sides : sides.slice(0, 1), text);
    }
    default:
      return null;
  }
}

function firstAbsent(nodes: readonly SyntaxNode[], text: string): SyntaxNode | null {
  return nodes.map((each) => absentIn(each, text)).find((found) => found !== null) ?? null;
}

/** What an aggregation takes together, or a count over time counts. */
function countedBy(node: SyntaxNode, name: string): SyntaxNode | undefined {
  const last = callArguments(node).at(-1);
  if (node.name === "AggregateExpr") return last;
  if (name !== "count_over_time" || last === undefined) return undefined;
  const range = unwrapped(last);
  return range.name === "SubqueryExpr" ? expressions(range)[0] : undefined;
}

/** The comparison that filters series; with `bool` it answers 0 or 1 for each, and filters none. */
function filterOf(expression: SyntaxNode, aggregation: string, text: string): SyntaxNode | null {
  const node = operation(unwrapped(expression));
  if (comparator(node) === null || node.getChild("BoolModifier") !== null) return null;
  if (/^(?:count|count_over_time|group)$/.test(aggregation)) return node;
  // Without what is 0 a sum is the same, and an average or a least value is one of those that have something to tell.
  return aggregation === "sum" && !/^(?:>=?|!=)\s*0$/.test(comparedWith(node, text)) ? node : null;
}

function comparedWith(node: SyntaxNode, text: string): string {
  return text.slice(comparator(node)?.from ?? node.to, node.to);
}
