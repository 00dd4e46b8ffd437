import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

import { nearestName } from "../text/nearest-name.ts";
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
  if (FUNCTIONS.includes(name.toLowerCase()) || KEYWORDS.includes(name.toLowerCase())) return null;
  const near = nearestName(name, FUNCTIONS);
  return {
    from: before.index,
    to: before.index + name.length,
    message: `there is no function \`${name}\``,
    suggestion: near === null ? null : `did you mean \`${near}\`?`,
  };
}

function hintFor(word: string, error: SyntaxNode): string | null {
  if (word === "=") return "a comparison is written `==`";
  if (/^[A-Za-z_]/.test(word) && error.parent?.name === "UnquotedLabelMatcher")
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

/** Functions and aggregations of the grammar, by the names Prometheus knows them by. */
const FUNCTIONS: readonly string[] = (
  "abs absent absent_over_time acos acosh asin asinh atan atanh avg avg_over_time bottomk ceil changes clamp clamp_max " +
  "clamp_min cos cosh count count_over_time count_values day_of_month day_of_week day_of_year days_in_month deg delta " +
  "deriv double_exponential_smoothing exp first_over_time floor group histogram_avg histogram_count histogram_fraction " +
  "histogram_quantile histogram_stddev histogram_stdvar histogram_sum hour idelta increase info irate label_join " +
  "label_replace last_over_time limit_ratio limitk ln log10 log2 mad_over_time max max_over_time min min_over_time minute " +
  "month pi predict_linear present_over_time quantile quantile_over_time rad rate resets round scalar sgn sin sinh sort " +
  "sort_by_label sort_by_label_desc sort_desc sqrt stddev stddev_over_time stdvar stdvar_over_time sum sum_over_time tan " +
  "tanh time timestamp topk vector year"
).split(" ");
