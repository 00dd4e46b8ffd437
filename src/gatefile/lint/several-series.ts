import type { SyntaxNode } from "@lezer/common";

import {
  callArguments,
  calledName,
  expressions,
  isSuffix,
  nodesNamed,
  operation,
  unwrapped,
} from "../../promql/expression.ts";
import { asOneSeries } from "../../promql/one-series.ts";
import { matchersOf, metricOf } from "../../promql/selector-matchers.ts";
import { checkTypes } from "../../promql/type-check.ts";
import type { ReadQuery } from "./read-query.ts";

/** Why an expression may answer several series; `sure`: it asks for them. */
type Several = { readonly node: SyntaxNode; readonly why: string; readonly sure: boolean };

/** R306: a signal is one number. A bare selector may be one series by luck; a grouping asks for several. */
export function severalSeries({ top, text, at }: ReadQuery): void {
  const several = severalOf(top, text, []);
  if (several === null) return;
  const one = asOneSeries(text);
  at(several.node, {
    code: "R306",
    message: several.why,
    suggestion: one === null || one === text ? null : `write \`${one}\`, or whatever one number means here`,
    ...(several.sure ? {} : { severity: "hint" }),
  });
}

/** `besides`: labels that the function around takes away. */
function severalOf(expression: SyntaxNode, text: string, besides: readonly string[]): Several | null {
  const node = operation(unwrapped(expression));
  if (checkTypes(node, text).kind === "scalar") return null;
  switch (node.name) {
    case "AggregateExpr":
      return ofAggregation(node, text, besides);
    case "FunctionCall":
      return ofCall(node, text, besides);
    case "BinaryExpr":
      return ofOperation(node, text, besides);
    case "VectorSelector":
      return ofSelector(node, text);
    default: {
      const [inner] = expressions(node);
      const isOperand = isSuffix(node) || node.name === "UnaryExpr";
      return isOperand && inner !== undefined ? severalOf(inner, text, besides) : null;
    }
  }
}

function ofAggregation(node: SyntaxNode, text: string, besides: readonly string[]): Several | null {
  const name = calledName(node, text);
  if (name === "count_values")
    return { node, why: "`count_values` answers a series for each value", sure: true };
  const [parameter] = callArguments(node);
  const most = parameter === undefined ? "" : text.slice(parameter.from, parameter.to);
  if (/^(?:topk|bottomk|limitk)$/.test(name) && most !== "1") {
    return { node, why: `\`${name}\` answers up to ${most} series`, sure: true };
  }
  if (name === "limit_ratio") return { node, why: "`limit_ratio` answers a share of the series", sure: true };
  const modifier = node.getChild("AggregateModifier");
  if (modifier === null) return null;
  const labels = (modifier.getChild("GroupingLabels")?.getChildren("LabelName") ?? []).map((label) =>
    text.slice(label.from, label.to),
  );
  if (modifier.getChild("Without") !== null) {
    const why = `\`${name} without\` answers a series for each combination of the other labels`;
    return { node: modifier, why, sure: true };
  }
  const open = labels.filter((label) => !besides.includes(label) && !isPinned(node, label, text));
  if (open.length === 0) return null;
  return { node: modifier, why: `the query answers a series for each \`${open.join("`, `")}\``, sure: true };
}

/** Whether every selector below asks for one value of the label. */
function isPinned(node: SyntaxNode, label: string, text: string): boolean {
  return nodesNamed(node, "VectorSelector").every((selector) =>
    matchersOf(selector, text).some(
      (each) => each.label === label && each.operator === "=" && each.value !== "",
    ),
  );
}

const OF_NOTHING: ReadonlySet<string> = new Set(["absent", "absent_over_time", "vector"]);

function ofCall(node: SyntaxNode, text: string, besides: readonly string[]): Several | null {
  const name = calledName(node, text);
  if (OF_NOTHING.has(name)) return null;
  const argument = callArguments(node).find((each) => {
    const { kind } = checkTypes(each, text);
    return kind === "instant vector" || kind === "range vector";
  });
  if (argument === undefined) return null;
  return severalOf(argument, text, name === "histogram_quantile" ? [...besides, "le"] : besides);
}

function ofOperation(node: SyntaxNode, text: string, besides: readonly string[]): Several | null {
  const [left, right] = expressions(node);
  if (left === undefined || right === undefined) return null;
  const sides = [severalOf(left, text, besides), severalOf(right, text, besides)];
  if (node.getChild("Or") !== null) return sides[0] ?? sides[1] ?? null;
  if (node.getChild("And") !== null || node.getChild("Unless") !== null) return sides[0] ?? null;
  const numbers = [left, right].map((side) => checkTypes(side, text).kind === "scalar");
  if (numbers.includes(true)) return sides[0] ?? sides[1] ?? null;
  // One series meets one series, whatever the other side has, unless one meets many.
  const clause = node.getChild("MatchingModifierClause");
  const grouped = clause?.getChild("GroupLeft") ?? clause?.getChild("GroupRight") ?? null;
  if (grouped !== null) return sides[grouped.name === "GroupLeft" ? 0 : 1] ?? null;
  return sides.includes(null) ? null : (sides[0] ?? null);
}

/** What a rule records is taken to be put together already. */
function ofSelector(node: SyntaxNode, text: string): Several | null {
  const metric = metricOf(node, text);
  if (metric === null || metric.includes(":") || metric.includes("$")) return null;
  return { node, why: `\`${metric}\` may be several series, one for each target at least`, sure: false };
}
