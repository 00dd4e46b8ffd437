import { nodesNamed } from "./expression.ts";
import { parse } from "./parse.ts";

export type DroppedMatcher = {
  /** As written. */
  readonly matcher: string;
  /** The query without it. */
  readonly text: string;
};

/**
 * The query once for each of its matchers, without that one. A selector that names no metric and has no other matcher keeps
 * its last: Prometheus refuses an empty one. Empty for a text that does not parse.
 */
export function droppedMatchers(text: string): readonly DroppedMatcher[] {
  const parsed = parse(text);
  if (!parsed.ok) return [];
  return nodesNamed(parsed.tree, "VectorSelector").flatMap((selector) => {
    const braces = selector.getChild("LabelMatchers");
    const name = selector.getChild("Identifier") ?? braces?.getChild("QuotedLabelName") ?? null;
    const matchers = [
      ...(braces?.getChildren("UnquotedLabelMatcher") ?? []),
      ...(braces?.getChildren("QuotedLabelMatcher") ?? []),
    ];
    if (name === null && matchers.length < 2) return [];
    return matchers.map(({ from, to }) => {
      const before = text.slice(0, from);
      const after = text.slice(to);
      const comma = /^\s*,\s*/.exec(after)?.[0] ?? "";
      // The last one leaves the comma before it, which PromQL allows.
      return { matcher: text.slice(from, to), text: before + after.slice(comma.length) };
    });
  });
}
