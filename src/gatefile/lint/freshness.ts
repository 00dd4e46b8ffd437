import { nodesNamed } from "../../promql/expression.ts";
import { matchersOf, metricOf } from "../../promql/selector-matchers.ts";
import type { ReadQuery } from "./read-query.ts";

/** R314: without `asOf` a reading is as young as the series it reads, and these tell nothing about that. */
export function freshness({ tree, text, top, at }: ReadQuery): void {
  const selectors = nodesNamed(tree, "VectorSelector");
  const suggestion = "give the signal `asOf`: a query that answers up to when its data is complete";
  if (selectors.length === 0) {
    at(top, {
      code: "R314",
      message: "the query reads no series, so nothing says how old its answer is",
      suggestion,
    });
  }
  for (const selector of selectors) {
    if (metricOf(selector, text) !== null) continue;
    const pattern = matchersOf(selector, text).find(({ label }) => label === "__name__");
    const message = "a pattern of names may match recorded series, whose age cannot be followed";
    if (pattern !== undefined) at(pattern.node, { code: "R314", message, suggestion });
  }
}
