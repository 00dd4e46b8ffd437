import type { SyntaxNode, Tree } from "@lezer/common";

/** The expression of a whole query; null for a tree without one. */
export function topExpression(tree: Tree): SyntaxNode | null {
  return expressions(tree.topNode)[0] ?? null;
}

/** Direct operands or arguments of an expression, comments and operators left out. */
export function expressions(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (EXPRESSIONS.has(child.name)) found.push(child);
  }
  return found;
}

/** The arguments of a function call or of an aggregation. */
export function callArguments(call: SyntaxNode): SyntaxNode[] {
  const body = call.getChild("FunctionCallBody");
  return body === null ? [] : expressions(body);
}

/** The expression without the parentheses around it. */
export function unwrapped(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (inner.name === "ParenExpr") {
    const next = expressions(inner)[0];
    if (next === undefined) return inner;
    inner = next;
  }
  return inner;
}

/**
 * What is asked in the end: without parentheses, and without what the grammar puts around an operation although it
 * stands on the last operand alone, as in `a > b offset 1h`.
 */
export function operation(node: SyntaxNode): SyntaxNode {
  const inner = unwrapped(node);
  let operand: SyntaxNode | undefined = inner;
  while (operand !== undefined && isSuffix(operand)) operand = expressions(operand)[0];
  return operand?.name === "BinaryExpr" ? operand : inner;
}

/** Whether the node is an expression and something behind it: a range, `offset`, `@`, `anchored` or `smoothed`. */
export function isSuffix({ name }: SyntaxNode): boolean {
  return SUFFIXES.has(name);
}

const SUFFIXES: ReadonlySet<string> = new Set([
  "MatrixSelector",
  "SubqueryExpr",
  "OffsetExpr",
  "StepInvariantExpr",
  "AnchoredExpr",
  "SmoothedExpr",
]);

const COMPARISONS = ["Eql", "Neq", "Lte", "Lss", "Gte", "Gtr"];

/** The operator of a comparison; null for every other node. */
export function comparator(node: SyntaxNode): SyntaxNode | null {
  if (node.name !== "BinaryExpr") return null;
  return COMPARISONS.map((name) => node.getChild(name)).find((found) => found !== null) ?? null;
}

/** The lower-cased name of the function or aggregation that is called. */
export function calledName(call: SyntaxNode, text: string): string {
  const name = call.getChild("FunctionIdentifier") ?? call.getChild("AggregateOp");
  return name === null ? "" : text.slice(name.from, name.to).toLowerCase();
}

/** The function call that a node is an argument of, however deep in it; null when none is around it. */
export function callAround(node: SyntaxNode): SyntaxNode | null {
  let around = node.parent;
  while (around !== null && around.name !== "FunctionCall") around = around.parent;
  return around;
}

/** How many nodes lie around the innermost one. */
export function depthOf(tree: Tree): number {
  let depth = 0;
  let most = 0;
  tree.iterate({
    enter: () => {
      depth += 1;
      most = Math.max(most, depth);
    },
    leave: () => {
      depth -= 1;
    },
  });
  return most;
}

/** Every node of the tree, or of the part below a node, with one of these names, in the order of the text. */
export function nodesNamed(root: Tree | SyntaxNode, ...names: readonly string[]): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  root.cursor().iterate((node) => {
    if (names.includes(node.name)) found.push(node.node);
  });
  return found;
}

const EXPRESSIONS: ReadonlySet<string> = new Set([
  "AggregateExpr",
  "BinaryExpr",
  "FunctionCall",
  "MatrixSelector",
  "NumberDurationLiteral",
  "OffsetExpr",
  "AnchoredExpr",
  "SmoothedExpr",
  "ParenExpr",
  "StringLiteral",
  "SubqueryExpr",
  "UnaryExpr",
  "VectorSelector",
  "StepInvariantExpr",
]);
