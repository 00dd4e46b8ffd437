import { parse } from "../promql/parse.ts";
import type { Expression } from "./label-origin.ts";

const MOST_KEPT = 5_000;

export type ReadExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problem: string };

/** Reads expressions of rules and keeps what it read: they stay the same from pass to pass. */
export function createExpressionReader(): (text: string) => ReadExpression {
  const kept = new Map<string, ReadExpression>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const read = readExpression(text);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(text, read);
    return read;
  };
}

function readExpression(text: string): ReadExpression {
  const parsed = parse(text);
  return parsed.ok
    ? { ok: true, expression: { text, tree: parsed.tree } }
    : { ok: false, problem: `the expression of the rule cannot be read: ${parsed.fault.message}` };
}
