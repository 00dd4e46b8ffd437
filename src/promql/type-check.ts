import type { SyntaxNode } from "@lezer/common";

import { checkArguments } from "./argument-check.ts";
import { checkMatching } from "./matching-check.ts";
import { expressions, isSuffix } from "./expression.ts";
import type { ResultKind } from "./functions.ts";
import { numberFault } from "./number-literal.ts";
import type { QuerySpan } from "./parse.ts";
import { checkSelector } from "./selector-check.ts";
import { applySuffix, type Shape } from "./suffix-check.ts";

/**
 * What Prometheus would refuse of a query that follows the grammar. `no-range`: a function of a range got none.
 * `needless-range`: something that takes one number a series got a range. `type`: all else.
 */
export type TypeFault = QuerySpan & {
  readonly kind: "type" | "no-range" | "needless-range";
  readonly message: string;
  readonly suggestion: string | null;
};

export type Tell = (fault: TypeFault) => void;

/** What the expression answers, and everything about its kinds that Prometheus would refuse, in the order of the text. */
export function checkTypes(
  top: SyntaxNode,
  text: string,
): { readonly kind: ResultKind; readonly faults: readonly TypeFault[] } {
  const faults: TypeFault[] = [];
  const kind = kindIn(top, text, (fault) => faults.push(fault), []);
  return { kind, faults: faults.toSorted((a, b) => a.from - b.from || a.to - b.to) };
}

/**
 * The kind of an expression. The grammar nests `a / b offset 1h` as `(a / b) offset 1h`, and ranges and `@` likewise;
 * Prometheus lets them stand on the last operand alone. So what stands behind an expression is handed down to where
 * it belongs: `behind`, the nearest first.
 */
export function kindIn(
  node: SyntaxNode,
  text: string,
  tell: Tell,
  behind: readonly SyntaxNode[] = [],
): ResultKind {
  const operands = expressions(node);
  if (isSuffix(node)) {
    const [operand] = operands;
    return operand === undefined ? "instant vector" : kindIn(operand, text, tell, [node, ...behind]);
  }
  if (node.name === "BinaryExpr") return kindOfOperation(node, operands, text, tell, behind);
  if (node.name === "UnaryExpr") return kindOfSigned(node, operands, text, tell, behind);

  let shape: Shape = { form: formOf(node), kind: kindOfOne(node, operands, text, tell), fixed: [] };
  for (const suffix of behind) shape = applySuffix(shape, suffix, text, tell);
  return shape.kind;
}

function formOf({ name }: SyntaxNode): Shape["form"] {
  return name === "VectorSelector" ? "selector" : "other";
}

function kindOfOne(node: SyntaxNode, operands: readonly SyntaxNode[], text: string, tell: Tell): ResultKind {
  switch (node.name) {
    case "NumberDurationLiteral": {
      const fault = numberFault(text.slice(node.from, node.to));
      if (fault !== null) tell({ kind: "type", from: node.from, to: node.to, ...fault });
      return "scalar";
    }
    case "StringLiteral":
      return "string";
    case "ParenExpr": {
      const [inner] = operands;
      return inner === undefined ? "instant vector" : kindIn(inner, text, tell);
    }
    case "FunctionCall":
    case "AggregateExpr":
      return checkArguments(node, text, tell, (argument) => kindIn(argument, text, tell));
    default:
      checkSelector(node, text, tell);
      return "instant vector";
  }
}

function kindOfOperation(
  node: SyntaxNode,
  [left, right]: readonly SyntaxNode[],
  text: string,
  tell: Tell,
  behind: readonly SyntaxNode[],
): ResultKind {
  if (left === undefined || right === undefined) return "instant vector";
  const sides = [
    { node: left, to: left.to, kind: kindIn(left, text, tell) },
    { node: right, to: behind.at(-1)?.to ?? right.to, kind: kindIn(right, text, tell, behind) },
  ] as const;
  for (const side of sides) {
    if (side.kind === "scalar" || side.kind === "instant vector") continue;
    tell({
      kind: side.kind === "range vector" ? "needless-range" : "type",
      from: side.node.from,
      to: side.to,
      message: `an operator stands between numbers, and this is a ${side.kind}`,
      suggestion:
        side.kind === "range vector"
          ? "use `rate`, `increase` or a function ending in `_over_time` first"
          : null,
    });
  }
  checkMatching(node, sides[0].kind, sides[1].kind, text, tell);
  return sides.every(({ kind }) => kind === "scalar") ? "scalar" : "instant vector";
}

function kindOfSigned(
  node: SyntaxNode,
  [operand]: readonly SyntaxNode[],
  text: string,
  tell: Tell,
  behind: readonly SyntaxNode[],
): ResultKind {
  if (operand === undefined) return "instant vector";
  const kind = kindIn(operand, text, tell, behind);
  if (kind === "string" || kind === "range vector") {
    const message = `a sign stands before a number or an instant vector, and this is a ${kind}`;
    tell({ kind: "type", from: node.from, to: node.to, message, suggestion: null });
  }
  return kind;
}
