import { nodesNamed } from "./expression.ts";
import { parse } from "./parse.ts";

/**
 * Every vector selector of the query, once each, as text: range, `offset` and `@` removed, so that
 * `max(timestamp(<selector>))` asks for the newest sample there is. Empty for a text that does not parse.
 */
export function selectors(text: string): readonly string[] {
  const parsed = parse(text);
  if (!parsed.ok) return [];
  const found = nodesNamed(parsed.tree, "VectorSelector").map((node) => text.slice(node.from, node.to));
  return [...new Set(found)];
}

/** The metric the query reads first, whether written before the braces or as `__name__`; null when it names none. */
export function firstMetric(text: string): string | null {
  for (const selector of selectors(text)) {
    const name =
      /^[A-Za-z_:][\w:]*/.exec(selector)?.[0] ??
      /__name__\s*=\s*["']([\w:]+)["']/.exec(selector)?.[1] ??
      null;
    if (name !== null) return name;
  }
  return null;
}
