import type { SyntaxNode } from "@lezer/common";

import { callArguments, calledName, operation, unwrapped } from "../../promql/expression.ts";
import type { ReadQuery } from "./read-query.ts";

const COMPARISONS = ["Eql", "Neq", "Lte", "Lss", "Gte", "Gtr"];

/** R322, for what is not a comparison at the top: `absent(x)` and `count(x > 5)` answer nothing while all is well. */
export function emptyWhenWell({ top, text, at }: ReadQuery): void {
  const node = operation(top);
  const name = calledName(node, text);
  const suggestion = "write `emptyIs: 0` with a `witness` that shows the exporter alive";
  if (node.name === "FunctionCall" && (name === "absent" || name === "absent_over_time")) {
    const message = `\`${name}\` answers nothing while the series is there, and nothing looks like missing data`;
    at(node, { code: "R322", message, suggestion });
    return;
  }
  const counted = node.name === "AggregateExpr" ? callArguments(node).at(-1) : undefined;
  const filter = counted === undefined || !/^(?:count|group)$/.test(name) ? null : filterOf(counted);
  if (filter === null) return;
  const message = `\`${text.slice(filter.from, filter.to)}\` leaves nothing to \`${name}\` while all is well, and nothing looks like missing data`;
  at(filter, { code: "R322", message, suggestion, severity: "warning" });
}

/** The comparison that filters series; with `bool` it answers 0 or 1 for each, and filters none. */
function filterOf(expression: SyntaxNode): SyntaxNode | null {
  const node = operation(unwrapped(expression));
  if (node.name !== "BinaryExpr" || node.getChild("BoolModifier") !== null) return null;
  return COMPARISONS.some((name) => node.getChild(name) !== null) ? node : null;
}
