import type { SyntaxNode } from "@lezer/common";

import { callArguments, calledName, nodesNamed, operation, unwrapped } from "../../promql/expression.ts";
import { metricOf } from "../../promql/selector-matchers.ts";
import type { ReadQuery } from "./read-query.ts";

/** R310: buckets are told apart by `le`; put together without it there are none, and the quantile is never there. */
export function bucketLabel({ tree, text, at }: ReadQuery): void {
  for (const call of nodesNamed(tree, "FunctionCall")) {
    const buckets = callArguments(call)[1];
    if (calledName(call, text) !== "histogram_quantile" || buckets === undefined) continue;
    const node = operation(unwrapped(buckets));
    if (node.name !== "AggregateExpr" || keepsBuckets(node, text) || !readsBuckets(node, text)) continue;
    const inner = callArguments(node).at(-1) ?? node;
    at(node.getChild("AggregateModifier") ?? node, {
      code: "R310",
      message: `\`${calledName(node, text)}\` drops the label \`le\`, without which \`histogram_quantile\` finds no buckets`,
      suggestion: `write \`sum by (le) (${text.slice(inner.from, inner.to)})\``,
    });
  }
}

function keepsBuckets(aggregation: SyntaxNode, text: string): boolean {
  if (/^(?:topk|bottomk|limitk|limit_ratio)$/.test(calledName(aggregation, text))) return true;
  const modifier = aggregation.getChild("AggregateModifier");
  if (modifier === null) return false;
  const labels = modifier.getChild("GroupingLabels")?.getChildren("LabelName") ?? [];
  const isNamed = labels.some(({ from, to }) => text.slice(from, to) === "le");
  return isNamed === (modifier.getChild("Without") === null);
}

/** By the name of the metric: a native histogram has no series of buckets, and no `le`. */
function readsBuckets(node: SyntaxNode, text: string): boolean {
  return nodesNamed(node, "VectorSelector").some(
    (selector) => metricOf(selector, text)?.endsWith("_bucket") === true,
  );
}
