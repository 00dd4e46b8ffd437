import { topExpression } from "./expression.ts";
import type { ResultKind } from "./functions.ts";
import { parse } from "./parse.ts";
import { checkTypes } from "./type-check.ts";

/** What Prometheus would answer the query with; null for a text that does not parse. */
export function resultKind(text: string): ResultKind | null {
  const parsed = parse(text);
  const top = parsed.ok ? topExpression(parsed.tree) : null;
  return top === null ? null : checkTypes(top, text).kind;
}
