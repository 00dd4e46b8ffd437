import type { SyntaxNode } from "@lezer/common";

import type { ResultKind } from "./functions.ts";
import type { Tell } from "./type-check.ts";

const COMPARISONS: ReadonlySet<string> = new Set(["Eql", "Neq", "Lte", "Lss", "Gte", "Gtr"]);
const SETS: ReadonlySet<string> = new Set(["And", "Or", "Unless"]);

/** What an operator may have between these kinds: `bool`, label matching, grouping, filling. */
export function checkMatching(
  operation: SyntaxNode,
  left: ResultKind,
  right: ResultKind,
  text: string,
  tell: Tell,
): void {
  const operator = operatorOf(operation);
  if (operator === null) return;
  const written = text.slice(operator.from, operator.to);
  const isComparison = COMPARISONS.has(operator.name);
  const isSet = SETS.has(operator.name);
  const bool = operation.getChild("BoolModifier");
  const at = (node: SyntaxNode, message: string, suggestion: string | null = null): void =>
    tell({ kind: "type", from: node.from, to: node.to, message, suggestion });

  if (bool !== null && !isComparison) at(bool, `\`bool\` belongs to comparisons, and \`${written}\` is none`);
  if (isComparison && bool === null && left === "scalar" && right === "scalar") {
    at(operator, "two plain numbers are compared with `bool` only", `write \`${written} bool\``);
  }
  const hasScalar = left === "scalar" || right === "scalar";
  if (isSet && hasScalar)
    at(operator, `\`${written}\` stands between instant vectors, and one side is a number`);
  checkLabels(
    operation,
    { isSet, betweenVectors: left === "instant vector" && right === "instant vector" },
    text,
    at,
  );
}

type At = (node: SyntaxNode, message: string, suggestion?: string | null) => void;

function checkLabels(
  operation: SyntaxNode,
  { isSet, betweenVectors }: { readonly isSet: boolean; readonly betweenVectors: boolean },
  text: string,
  at: At,
): void {
  const fill = operation.getChild("FillModifier");
  if (fill !== null && (isSet || !betweenVectors))
    at(fill, "only series of two instant vectors can be filled");
  const matching = operation.getChild("MatchingModifierClause");
  if (matching === null) return;
  const [labels, included] = matching.getChildren("GroupingLabels").map((list) => namesIn(list, text));
  if (!betweenVectors) {
    if (labels !== undefined && labels.length > 0)
      at(matching, "labels are matched between two instant vectors only");
    return;
  }
  const grouping = matching.getChild("GroupLeft") ?? matching.getChild("GroupRight");
  if (isSet && grouping !== null) {
    const written = text.slice(grouping.from, grouping.to);
    at(grouping, `\`and\`, \`or\` and \`unless\` match many with many, without \`${written}\``);
  }
  if (matching.getChild("On") === null) return;
  const twice = included?.find((name) => labels?.includes(name));
  if (twice !== undefined && grouping !== null) {
    at(
      matching,
      `\`${twice}\` is matched on already, and cannot be taken over as well`,
      "leave it out of one list",
    );
  }
}

function operatorOf(operation: SyntaxNode): SyntaxNode | null {
  const [left] = [operation.firstChild];
  for (let child = left?.nextSibling ?? null; child !== null; child = child.nextSibling) {
    if (child.name !== "LineComment") return child;
  }
  return null;
}

/** Label names as they are meant: with or without quotes. */
function namesIn(list: SyntaxNode, text: string): string[] {
  return [...list.getChildren("LabelName"), ...list.getChildren("QuotedLabelName")].map((name) =>
    text.slice(name.from, name.to).replaceAll(/^["'`]|["'`]$/g, ""),
  );
}
