import type { SyntaxNode } from "@lezer/common";
import { nodesNamed } from "./expression.ts";
import { parse } from "./parse.ts";
import { escapeInString, stringValue } from "./string-literal.ts";

export type Renamed =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

type Edit = { readonly from: number; readonly to: number; readonly by: string };

/**
 * The query about metrics whose names all begin with the prefix, and about no others. Names take no part in how Prometheus
 * groups and matches series, unlike a label, which `without`, `ignoring` and a plain `a / sum(a)` would see; so the answer is
 * that of the query where nothing has a prefix. Only a name that is put into a label, or made from one, would show it.
 */
export function withMetricPrefix(text: string, prefix: string): Renamed {
  const parsed = parse(text);
  if (!parsed.ok) return { ok: false, problem: parsed.fault.message };
  const literals = nodesNamed(parsed.tree, "StringLiteral");
  const named = literals.filter((node) => stringValue(textOf(node, text)) === "__name__");
  if (named.some(({ parent }) => !isMatcher(parent)))
    return { ok: false, problem: "it reads or writes the name of a metric as a label" };
  const edits = nodesNamed(parsed.tree, "VectorSelector").flatMap((node) => renaming(node, text, prefix));
  return { ok: true, text: edited(text, edits) };
}

/** Whether the answer for one instant depends on the range it is asked within: `@ start()`, `@ end()`. */
export function dependsOnRange(text: string): boolean {
  return nodesNamed(parse(text).tree, "AtModifierPreprocessors").length > 0;
}

function isMatcher(node: SyntaxNode | null): boolean {
  return node?.name === "UnquotedLabelMatcher" || node?.name === "QuotedLabelMatcher";
}

function renaming(selector: SyntaxNode, text: string, prefix: string): readonly Edit[] {
  const name = selector.getChild("Identifier");
  const braces = selector.getChild("LabelMatchers");
  const quoted = braces?.getChild("QuotedLabelName") ?? null;
  const edits: Edit[] = [];
  if (name !== null) edits.push({ from: name.from, to: name.from, by: prefix });
  if (quoted !== null) edits.push({ from: quoted.from + 1, to: quoted.from + 1, by: prefix });
  const matchers = [
    ...(braces?.getChildren("UnquotedLabelMatcher") ?? []),
    ...(braces?.getChildren("QuotedLabelMatcher") ?? []),
  ];
  const onName = matchers.filter((each) => labelOf(each, text) === "__name__");
  edits.push(...onName.flatMap((each) => renamedMatcher(each, text, prefix)));
  const isBound =
    name !== null || quoted !== null || onName.some((each) => /^=~?$/.test(operatorOf(each, text)));
  if (!isBound && braces !== null) {
    const by = `__name__=~"${prefix}.*"${matchers.length === 0 ? "" : ","}`;
    edits.push({ from: braces.from + 1, to: braces.from + 1, by });
  }
  return edits;
}

function renamedMatcher(matcher: SyntaxNode, text: string, prefix: string): readonly Edit[] {
  const literal = matcher.getChild("StringLiteral");
  if (literal === null) return [];
  const value = stringValue(textOf(literal, text));
  const isPattern = operatorOf(matcher, text).endsWith("~");
  const renamed = isPattern ? `${prefix}(?:${value})` : `${prefix}${value}`;
  return [{ from: literal.from, to: literal.to, by: `"${escapeInString(renamed, '"') ?? ""}"` }];
}

function labelOf(matcher: SyntaxNode, text: string): string {
  const label = matcher.getChild("LabelName") ?? matcher.getChild("QuotedLabelName");
  const written = label === null ? "" : textOf(label, text);
  return /^["'`]/.test(written) ? stringValue(written) : written;
}

function operatorOf(matcher: SyntaxNode, text: string): string {
  const operator = matcher.getChild("MatchOp");
  return operator === null ? "" : textOf(operator, text);
}

function textOf(node: SyntaxNode, text: string): string {
  return text.slice(node.from, node.to);
}

function edited(text: string, edits: readonly Edit[]): string {
  let done = text;
  for (const { from, to, by } of edits.toSorted((a, b) => b.from - a.from))
    done = done.slice(0, from) + by + done.slice(to);
  return done;
}
