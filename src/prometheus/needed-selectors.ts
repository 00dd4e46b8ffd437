import type { SyntaxNode } from "@lezer/common";
import { callArguments, calledName, expressions, nodesNamed, unwrapped } from "../promql/expression.ts";
import { fillerOf } from "../promql/filler.ts";
import { isAbsent, isOnlyExcluded, type Expression } from "./label-origin.ts";
import { selectorAt } from "./matchers.ts";

/** Series that Prometheus writes only while alerts are active. */
const OF_ALERTS: ReadonlySet<string | null> = new Set(["ALERTS", "ALERTS_FOR_STATE"]);

/** How a counter is turned into a flow. */
const FLOWS: ReadonlySet<string> = new Set(["rate", "irate", "increase"]);

const COMPARISONS = ["Eql", "Neq", "Lte", "Lss", "Gte", "Gtr"];

/**
 * The selectors without whose samples the expression is blind. Silence of the others is no blindness: what `absent`
 * looks for, what `unless` takes away, alerts that are not active, and what a quotient of two flows divides, because a
 * counter of errors need not exist before the first one; what it divides by shows that somebody counts.
 */
export function neededSelectors({ tree, text }: Expression): readonly SyntaxNode[] {
  return nodesNamed(tree, "VectorSelector").filter(
    (node) => !OF_ALERTS.has(selectorAt(node, text).name) && !isOnlyExcluded(node) && !isSpared(node, text),
  );
}

function isSpared(selector: SyntaxNode, text: string): boolean {
  for (let child = selector; child.parent !== null; child = child.parent) {
    if (isAbsent(child, text) || isDividedFlow(child.parent, child, text)) return true;
  }
  return false;
}

function isDividedFlow(parent: SyntaxNode, child: SyntaxNode, text: string): boolean {
  if (parent.name !== "BinaryExpr" || parent.getChild("Div") === null) return false;
  const operands = expressions(parent);
  return operands[0]?.from === child.from && operands.every((operand) => isFlow(operand, text));
}

/** A rate or increase, summed up or not, scaled or cut off by a number, or with one for where it is empty. */
function isFlow(expression: SyntaxNode, text: string): boolean {
  const node = unwrapped(expression);
  switch (node.name) {
    case "FunctionCall":
      return FLOWS.has(calledName(node, text));
    case "AggregateExpr": {
      const summed = callArguments(node).at(-1);
      return summed !== undefined && isFlow(summed, text);
    }
    case "BinaryExpr": {
      const [left] = expressions(node);
      if (left !== undefined && fillerOf(node, text) !== null) return isFlow(left, text);
      const keepsFlow = ["Mul", "Div", ...COMPARISONS].some((name) => node.getChild(name) !== null);
      const [scaled, ...more] = expressions(node).filter((operand) => !isNumber(operand));
      return keepsFlow && scaled !== undefined && more.length === 0 && isFlow(scaled, text);
    }
    default:
      return false;
  }
}

function isNumber(expression: SyntaxNode): boolean {
  return unwrapped(expression).name === "NumberDurationLiteral";
}
