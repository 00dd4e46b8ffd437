import type { SyntaxNode } from "@lezer/common";
import { callArguments, calledName, expressions } from "../promql/expression.ts";
import { sliceOf, unquoted } from "./matchers.ts";

/** Functions whose result has labels of its own, or none. */
const LOSES_LABELS: ReadonlySet<string> = new Set(["absent", "absent_over_time", "scalar", "vector"]);

/** Functions that use up the bucket label. */
const TAKES_BUCKETS: ReadonlySet<string> = new Set([
  "histogram_quantile",
  "histogram_quantiles",
  "histogram_fraction",
]);

/** Aggregations that pick whole series instead of making new ones. */
const PICKS_SERIES: ReadonlySet<string> = new Set(["topk", "bottomk", "limitk", "limit_ratio"]);

/**
 * Whether a series of this selector, wherever it shows in the result of the whole expression, still has the value of
 * the label that it came with. Only then does a condition on the result say something about the selector.
 */
export function keepsLabel(selector: SyntaxNode, label: string, text: string): boolean {
  for (let node = selector; node.parent !== null; node = node.parent) {
    if (!passesOn(node.parent, node, label, text)) return false;
  }
  return true;
}

function passesOn(parent: SyntaxNode, child: SyntaxNode, label: string, text: string): boolean {
  switch (parent.name) {
    case "AggregateExpr":
      return throughAggregation(parent, label, text);
    case "FunctionCall":
      return throughFunction(parent, label, text);
    case "BinaryExpr":
      return throughOperator(parent, child, label, text);
    default:
      return true;
  }
}

function throughAggregation(node: SyntaxNode, label: string, text: string): boolean {
  const called = calledName(node, text);
  if (PICKS_SERIES.has(called)) return true;
  if (called === "count_values" && namedIn(callArguments(node)[0], text) === label) return false;
  const modifier = node.getChild("AggregateModifier");
  if (modifier === null) return false;
  const isListed = lists(modifier.getChild("GroupingLabels"), label, text);
  return modifier.getChild("By") === null ? !isListed : isListed;
}

function throughFunction(node: SyntaxNode, label: string, text: string): boolean {
  const called = calledName(node, text);
  if (LOSES_LABELS.has(called)) return false;
  if (TAKES_BUCKETS.has(called)) return label !== "le";
  if (called === "label_replace" || called === "label_join")
    return namedIn(callArguments(node)[1], text) !== label;
  return true;
}

function throughOperator(node: SyntaxNode, child: SyntaxNode, label: string, text: string): boolean {
  const clause = node.getChild("MatchingModifierClause");
  // Without a clause both sides agree in every label.
  if (clause === null) return true;

  const isLeft = expressions(node)[0]?.from === child.from;
  const [matching = null, included = null] = clause.getChildren("GroupingLabels");
  const isMatched = lists(matching, label, text) === (clause.getChild("On") !== null);
  const isSetOperator = ["And", "Unless", "Or"].some((name) => node.getChild(name) !== null);
  // The result is made of these series as they are.
  if (isSetOperator && (isLeft || node.getChild("Or") !== null)) return true;

  const manySide =
    clause.getChild("GroupLeft") !== null ? "left" : clause.getChild("GroupRight") !== null ? "right" : null;
  if (manySide === null) return isMatched;
  const isCopied = lists(included, label, text);
  const isMany = (manySide === "left") === isLeft;
  return isMany ? !isCopied : isMatched || isCopied;
}

function lists(labels: SyntaxNode | null, label: string, text: string): boolean {
  if (labels === null) return false;
  const named = [...labels.getChildren("LabelName"), ...labels.getChildren("QuotedLabelName")];
  return named.some((each) => unquoted(sliceOf(each, text)) === label);
}

function namedIn(argument: SyntaxNode | undefined, text: string): string | null {
  return argument === undefined ? null : unquoted(sliceOf(argument, text));
}
