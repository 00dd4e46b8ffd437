import { callAround, calledName, nodesNamed } from "../../promql/expression.ts";
import { matchersOf, metricOf } from "../../promql/selector-matchers.ts";
import type { ReadQuery } from "./read-query.ts";

const OUTCOME =
  /^(?:result|outcome|status|status_code|code|response_code|error|error_type|reason|kind|level|severity)$/;

/** R312: a series that is born with its first error shows neither that error nor, before it, anything. */
export function counterStart({ tree, text, at }: ReadQuery): void {
  for (const matrix of nodesNamed(tree, "MatrixSelector")) {
    const [selector] = matrix.getChildren("VectorSelector");
    const call = callAround(matrix);
    if (selector === undefined || call === null) continue;
    if (!/^(?:rate|irate|increase)$/.test(calledName(call, text))) continue;
    const outcome = matchersOf(selector, text).find(
      ({ label, operator }) => OUTCOME.test(label) && operator !== "!=",
    );
    if (outcome === undefined) continue;
    const metric = metricOf(selector, text) ?? "the counter";
    at(outcome.node, {
      code: "R312",
      message: `until the first such ${outcome.label} \`${metric}\` may have no series, and the answer is empty`,
      suggestion: "initialise it to 0 with every label value, or write `emptyIs: 0` with a `witness`",
    });
  }
}
