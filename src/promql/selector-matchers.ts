import type { SyntaxNode } from "@lezer/common";

import { stringValue } from "./string-literal.ts";

/** One label matcher of a selector, with its strings read. */
export type SelectorMatcher = {
  readonly node: SyntaxNode;
  readonly label: string;
  readonly operator: string;
  readonly value: string;
};

/** The matchers between the braces, in the order of the text; those with faults left out. */
export function matchersOf(selector: SyntaxNode, text: string): SelectorMatcher[] {
  const list = selector.getChild("LabelMatchers");
  if (list === null) return [];
  return ["UnquotedLabelMatcher", "QuotedLabelMatcher"]
    .flatMap((name) => list.getChildren(name))
    .flatMap((node) => matcherOf(node, text) ?? [])
    .toSorted((a, b) => a.node.from - b.node.from);
}

function matcherOf(node: SyntaxNode, text: string): SelectorMatcher | null {
  const written = (name: string): string | null => {
    const child = node.getChild(name);
    return child === null ? null : text.slice(child.from, child.to);
  };
  const quoted = written("QuotedLabelName");
  const label = quoted === null ? written("LabelName") : stringValue(quoted);
  const [operator, value] = [written("MatchOp"), written("StringLiteral")];
  return label === null || operator === null || value === null
    ? null
    : { node, label, operator, value: stringValue(value) };
}

/** The metric a selector names, in any of the ways there are; null when it leaves that open. */
export function metricOf(selector: SyntaxNode, text: string): string | null {
  const identifier = selector.getChild("Identifier");
  if (identifier !== null) return text.slice(identifier.from, identifier.to);
  const quoted = selector.getChild("LabelMatchers")?.getChild("QuotedLabelName") ?? null;
  if (quoted !== null) return stringValue(text.slice(quoted.from, quoted.to));
  const named = matchersOf(selector, text).find((each) => each.label === "__name__" && each.operator === "=");
  return named?.value ?? null;
}
