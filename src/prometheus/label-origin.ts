import type { SyntaxNode, Tree } from "@lezer/common";
import type { Labels } from "../domain/matcher.ts";
import { callArguments, calledName, expressions, nodesNamed } from "../promql/expression.ts";
import { keepsLabel } from "./kept-label.ts";
import { selectorAt, sliceOf, unquoted } from "./matchers.ts";

/** An expression that was read. */
export type Expression = { readonly text: string; readonly tree: Tree };

/** Where the alerts of a rule have the value of one label from. */
export type LabelOrigin =
  /** It is this; "" where they never have the label. */
  | { readonly kind: "fixed"; readonly value: string }
  /**
   * The series of these selectors bring it, in `label`. Each of them says what the value may be; with `or` in the
   * expression any one of them does. `fixed` are values that take part without a series, those of `absent`.
   */
  | {
      readonly kind: "series";
      readonly label: string;
      readonly selectors: readonly SyntaxNode[];
      readonly fixed: readonly string[];
      readonly isEither: boolean;
    }
  /** It is computed, or the expression cannot be read: only an alert itself shows it. */
  | { readonly kind: "computed" };

/** A label that is nothing but a label of the series: `{{ $labels.service }}`. */
const TAKEN_OVER = /^\s*\{\{-?\s*\$labels\.([A-Za-z_]\w*)\s*-?\}\}\s*$/;

/** `expression` null: it cannot be read. */
export function originOf(
  label: string,
  rule: { readonly name: string; readonly labels: Labels },
  expression: Expression | null,
): LabelOrigin {
  // A rule's own labels win over those of the series, and its name over both.
  if (label === "alertname") return { kind: "fixed", value: rule.name };
  const own = Object.hasOwn(rule.labels, label) ? (rule.labels[label] ?? "") : null;
  const takenOver = own === null ? label : TAKEN_OVER.exec(own)?.[1];
  if (own !== null && takenOver === undefined)
    return own.includes("{{") ? { kind: "computed" } : { kind: "fixed", value: own };
  return expression === null || takenOver === undefined
    ? { kind: "computed" }
    : originInResult(takenOver, expression);
}

function originInResult(label: string, { tree, text }: Expression): LabelOrigin {
  const calls = nodesNamed(tree, "FunctionCall", "AggregateExpr");
  if (calls.some((call) => makesLabel(call, label, text))) return { kind: "computed" };

  const selectors = nodesNamed(tree, "VectorSelector").filter(
    (node) => !isOnlyExcluded(node) && keepsLabel(node, label, text),
  );
  const fixed = calls
    .filter((call) => isAbsent(call, text) && !isOnlyExcluded(call) && keepsLabel(call, label, text))
    .map((call) => labelOfAbsent(call, label, text));
  if (selectors.length === 0 && fixed.every((value) => value === "")) return { kind: "fixed", value: "" };
  const isEither = nodesNamed(tree, "BinaryExpr").some((node) => node.getChild("Or") !== null);
  return { kind: "series", label, selectors, fixed, isEither };
}

export function isAbsent(call: SyntaxNode, text: string): boolean {
  const called = calledName(call, text);
  return called === "absent" || called === "absent_over_time";
}

/** Whether it stands to the right of `unless`: it takes series away and gives none. */
export function isOnlyExcluded(node: SyntaxNode): boolean {
  for (let child = node; child.parent !== null; child = child.parent) {
    const { parent } = child;
    const isRight = expressions(parent)[1]?.from === child.from;
    if (parent.name === "BinaryExpr" && parent.getChild("Unless") !== null && isRight) return true;
  }
  return false;
}

/** Whether the call may give the label a value that no series came with. */
function makesLabel(call: SyntaxNode, label: string, text: string): boolean {
  const [first, second] = callArguments(call);
  switch (calledName(call, text)) {
    case "label_replace":
    case "label_join":
      return second !== undefined && isNamed(second, label, text);
    case "count_values":
      return first !== undefined && isNamed(first, label, text);
    case "info":
      return true;
    default:
      return false;
  }
}

/** A name with escapes may be any. */
function isNamed(literal: SyntaxNode, label: string, text: string): boolean {
  const name = unquoted(sliceOf(literal, text));
  return name === null || name === label;
}

/** `absent` gives the labels that its selector names with exactly one `=`. */
function labelOfAbsent(call: SyntaxNode, label: string, text: string): string {
  const [argument] = callArguments(call);
  const node = argument?.name === "MatrixSelector" ? expressions(argument)[0] : argument;
  if (node?.name !== "VectorSelector") return "";
  const [only, ...more] = selectorAt(node, text).matchers.filter((each) => each.label === label);
  return only?.operator === "=" && more.length === 0 ? (only.value ?? "") : "";
}
