import type { SyntaxNode } from "@lezer/common";

import { compileRegex } from "./regex.ts";
import { matchersOf, type SelectorMatcher } from "./selector-matchers.ts";
import type { Tell } from "./type-check.ts";

/** A selector names its metric once or asks for a label that is there, and its patterns are regular expressions. */
export function checkSelector(selector: SyntaxNode, text: string, tell: Tell): void {
  const matchers = matchersOf(selector, text);
  const at = (node: SyntaxNode, message: string, suggestion: string | null = null): void =>
    tell({ kind: "type", from: node.from, to: node.to, message, suggestion });
  let isSound = true;
  for (const { node, operator, value } of matchers) {
    const regex = operator === "=~" || operator === "!~" ? compileRegex(value) : null;
    if (regex === null || regex.ok) continue;
    isSound = false;
    at(node, `the pattern is no regular expression of RE2: ${regex.problem}`);
  }
  const names = selector.getChild("LabelMatchers")?.getChildren("QuotedLabelName") ?? [];
  const identifier = selector.getChild("Identifier");
  const named = [...(identifier === null ? [] : [identifier]), ...names];
  if (named.length > 0) {
    const again = named[1] ?? matchers.find(({ label }) => label === "__name__")?.node;
    if (again !== undefined) at(again, "the metric is named twice", "keep one of the names");
    return;
  }
  if (isSound && matchers.every(matchesNothing)) {
    const suggestion = 'name the metric, or ask for a label that is there: `{job=~".+"}`';
    at(selector, "the selector would match every series there is", suggestion);
  }
}

/** Whether a series without the label fits. */
function matchesNothing({ operator, value }: SelectorMatcher): boolean {
  if (operator === "=") return value === "";
  if (operator === "!=") return value !== "";
  const regex = compileRegex(value);
  if (!regex.ok) return true;
  return regex.covers("") === (operator === "=~");
}
