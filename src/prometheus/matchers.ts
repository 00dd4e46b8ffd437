import type { SyntaxNode } from "@lezer/common";
import { nodesNamed } from "../promql/expression.ts";
import { parse } from "../promql/parse.ts";

/** One condition of a selector on a label. */
export type Matcher = {
  readonly label: string;
  readonly operator: string;
  /** Null where the text has escapes; it is then only compared by Prometheus itself. */
  readonly value: string | null;
  /** As written. */
  readonly text: string;
};

/** A vector selector taken apart. `name` null: it names no metric exactly. */
export type Selector = { readonly name: string | null; readonly matchers: readonly Matcher[] };

/** Null for anything but exactly one vector selector. */
export function parseSelector(text: string): Selector | null {
  const parsed = parse(text);
  if (!parsed.ok) return null;
  const [node, ...others] = nodesNamed(parsed.tree, "VectorSelector");
  if (node === undefined || others.length > 0) return null;
  return selectorAt(node, text);
}

export function selectorAt(node: SyntaxNode, text: string): Selector {
  const written = node.getChild("Identifier");
  const braces = node.getChild("LabelMatchers");
  const quoted = braces?.getChild("QuotedLabelName") ?? null;
  const matchers = [
    ...(braces?.getChildren("UnquotedLabelMatcher") ?? []),
    ...(braces?.getChildren("QuotedLabelMatcher") ?? []),
  ].map((each) => matcherAt(each, text));

  const exact = matchers.find((each) => each.label === "__name__" && each.operator === "=");
  const name =
    written !== null
      ? sliceOf(written, text)
      : quoted !== null
        ? unquoted(sliceOf(quoted, text))
        : (exact?.value ?? null);
  return { name, matchers };
}

/** The selector with further conditions; saying one twice is harmless. */
export function withMatchers(node: SyntaxNode, text: string, added: readonly Matcher[]): string {
  const written = node.getChild("Identifier");
  const quoted = node.getChild("LabelMatchers")?.getChild("QuotedLabelName") ?? null;
  const own = selectorAt(node, text).matchers;
  const inBraces = [
    ...(quoted === null ? [] : [sliceOf(quoted, text)]),
    ...new Set([...own, ...added].map((each) => each.text)),
  ];
  const name = written === null ? "" : sliceOf(written, text);
  return inBraces.length === 0 ? name : `${name}{${inBraces.join(",")}}`;
}

/** Whether a label's fixed value may satisfy the matcher. Yes where only Prometheus' own regular expressions can tell. */
export function mayMatch(matcher: Matcher, value: string): boolean {
  if (matcher.value === null) return true;
  if (matcher.operator === "=") return value === matcher.value;
  if (matcher.operator === "!=") return value !== matcher.value;
  return true;
}

/** The text of a string literal, or of a bare label name; null where it has escapes. */
export function unquoted(literal: string): string | null {
  if (!/^["'`]/.test(literal)) return literal;
  const inner = literal.slice(1, -1);
  return literal.startsWith("`") || !inner.includes("\\") ? inner : null;
}

export function sliceOf(node: SyntaxNode, text: string): string {
  return text.slice(node.from, node.to);
}

function matcherAt(node: SyntaxNode, text: string): Matcher {
  const label = node.getChild("LabelName") ?? node.getChild("QuotedLabelName");
  const operator = node.getChild("MatchOp");
  const value = node.getChild("StringLiteral");
  return {
    label: label === null ? "" : (unquoted(sliceOf(label, text)) ?? sliceOf(label, text)),
    operator: operator === null ? "" : sliceOf(operator, text),
    value: value === null ? null : unquoted(sliceOf(value, text)),
    text: sliceOf(node, text),
  };
}
