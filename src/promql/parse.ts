import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

import { nearestName } from "../text/nearest-name.ts";
import { CALLED_NAMES } from "./functions.ts";
import { stringFault } from "./string-literal.ts";

/** Something wrong in a query: offsets into its text, `to` exclusive. */
export type QuerySpan = { readonly from: number; readonly to: number };

export type SyntaxFault = QuerySpan & { readonly message: string; readonly suggestion: string | null };

/** Where the text has a fault the tree is the grammar's best guess. */
export type Parsed =
  | { readonly ok: true; readonly tree: Tree }
  | { readonly ok: false; readonly tree: Tree; readonly fault: SyntaxFault };

/** The grammar accepts more than Prometheus does inside strings, so those are read once more by our own rules. */
export function parse(text: string): Parsed {
  const tree = parser.parse(text);
  const fault = firstFault(tree, text);
  return fault === null ? { ok: true, tree } : { ok: false, tree, fault };
}

function firstFault(tree: Tree, text: string): SyntaxFault | null {
  const cursor = tree.cursor();
  do {
    if (cursor.type.isError) return describe(cursor.node, text);
    if (cursor.name === "StringLiteral") {
      const fault = stringFault(text.slice(cursor.from, cursor.to));
      if (fault !== null) {
        return {
          from: cursor.from + fault.from,
          to: cursor.from + fault.to,
          message: fault.message,
          suggestion: fault.suggestion,
        };
      }
    }
  } while (cursor.next());
  return null;
}

function describe(error: SyntaxNode, text: string): SyntaxFault {
  const called = unknownFunction(error, text);
  if (called !== null) return called;

  const from = error.from;
  const rest = text.slice(from).trimStart();
  if (rest === "" || rest.startsWith("#")) return atTheEnd(text);
  const at = text.length - text.slice(from).trimStart().length;
  const word = /^(?:[A-Za-z_:][\w:]*|\$\w+|"[^"]*"?|'[^']*'?|[\d.]+\w*|[=!<>~]+|.)/su.exec(rest)?.[0] ?? rest;
  return {
    from: at,
    to: at + word.length,
    message: `unexpected \`${word}\``,
    suggestion: hintFor(word, error),
  };
}

function atTheEnd(text: string): SyntaxFault {
  const from = text.trimEnd().length;
  if (from === 0) return { from: 0, to: 0, message: "the query is empty", suggestion: null };
  const open = text.split("(").length - text.split(")").length;
  return {
    from,
    to: from,
    message: "the query ends too early",
    suggestion:
      open > 0
        ? `close ${open === 1 ? "the parenthesis" : `${open} parentheses`} with \`${")".repeat(open)}\``
        : null,
  };
}

/** `foo(` parses as a metric followed by rubbish; what was meant is a function, and often a nearly right one. */
function unknownFunction(error: SyntaxNode, text: string): SyntaxFault | null {
  const before = /([A-Za-z_][\w]*)\s*$/.exec(text.slice(0, error.from));
  const name = before?.[1];
  if (before === null || name === undefined || !text.slice(error.from).trimStart().startsWith("("))
    return null;
  if (CALLED_NAMES.includes(name) || KEYWORDS.includes(name.toLowerCase())) return null;
  const near = nearestName(name, CALLED_NAMES);
  return {
    from: before.index,
    to: before.index + name.length,
    message: `there is no function \`${name}\``,
    suggestion: KNOWN_ELSEWHERE[name] ?? (near === null ? null : `did you mean \`${near}\`?`),
  };
}

/** What people write that is near to none of our names. */
const KNOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  holt_winters:
    "Prometheus 3 calls it `double_exponential_smoothing`; for an older one let a recording rule ask for it",
  mean: "did you mean `avg`?",
  percentile: "did you mean `quantile` or `quantile_over_time`?",
};

function hintFor(word: string, error: SyntaxNode): string | null {
  if (word === "=") return "a comparison is written `==`";
  if (/^[\w.]/.test(word) && error.parent?.name === "UnquotedLabelMatcher")
    return `write "${word}" in quotes`;
  if (word === ")") return "there is one `)` too many, or an operand is missing before it";
  return null;
}

const KEYWORDS = [
  "by",
  "without",
  "on",
  "ignoring",
  "group_left",
  "group_right",
  "and",
  "or",
  "unless",
  "bool",
  "offset",
];
