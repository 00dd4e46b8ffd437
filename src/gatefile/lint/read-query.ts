import type { SyntaxNode, Tree } from "@lezer/common";

import { topExpression } from "../../promql/expression.ts";
import { parse } from "../../promql/parse.ts";
import type { Complain, Complaint } from "../problem-list.ts";
import type { Text } from "../text.ts";

/** A query that Prometheus would take, as the rules about queries look at it. */
export type ReadQuery = {
  readonly text: string;
  readonly tree: Tree;
  readonly top: SyntaxNode;
  /** Complains about a stretch of it. */
  readonly at: (node: { readonly from: number; readonly to: number }, fault: Omit<Complaint, "at">) => void;
};

/** Null: it has faults, which are complained elsewhere. */
export function readQuery(query: Text, complain: Complain): ReadQuery | null {
  const parsed = parse(query.text);
  const top = parsed.ok ? topExpression(parsed.tree) : null;
  if (top === null) return null;
  return {
    text: query.text,
    tree: parsed.tree,
    top,
    at: ({ from, to }, fault) => complain({ ...fault, at: query.spanOf(from, to) }),
  };
}
