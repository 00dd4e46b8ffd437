import type { SyntaxNode } from "@lezer/common";

import { callArguments, calledName, expressions, isSuffix, nodesNamed } from "../../promql/expression.ts";
import type { ReadQuery } from "./read-query.ts";

const OF_COUNTERS: ReadonlySet<string> = new Set(["rate", "irate", "increase", "resets"]);

/** R303: a sum of counters falls when one of them restarts, and the fall is read as a counter that began anew. */
export function sumBeforeRate({ tree, text, at }: ReadQuery): void {
  for (const call of nodesNamed(tree, "FunctionCall")) {
    const name = calledName(call, text);
    const [argument] = callArguments(call);
    if (!OF_COUNTERS.has(name) || argument === undefined) continue;
    const aggregation = aggregatedBelow(argument);
    if (aggregation === null) continue;
    const aggregator = calledName(aggregation, text);
    const message = `\`${name}\` of a \`${aggregator}\`: when one process restarts, the fall counts as growth from 0`;
    const suggestion = `take the \`${name}\` of each series first: \`sum(${name}(...[5m]))\``;
    at(aggregation, { code: "R303", message, suggestion });
  }
}

/** The aggregation that a subquery asks for again and again; one behind another function is no counter any more. */
function aggregatedBelow(argument: SyntaxNode): SyntaxNode | null {
  let node: SyntaxNode | undefined = argument;
  while (node !== undefined && (isSuffix(node) || node.name === "ParenExpr")) node = expressions(node)[0];
  if (node?.name === "BinaryExpr")
    return (
      expressions(node)
        .map(aggregatedBelow)
        .find((each) => each !== null) ?? null
    );
  return node?.name === "AggregateExpr" ? node : null;
}
