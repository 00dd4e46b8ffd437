import type { SyntaxNode, Tree } from "@lezer/common";

import { callArguments, calledName, nodesNamed, topExpression, unwrapped } from "./expression.ts";
import { fillerOf } from "./filler.ts";
import { rangeOf } from "./look-back.ts";
import { parse, type QuerySpan } from "./parse.ts";
import { kindOf } from "./result-kind.ts";

/** Longer queries are refused before they are parsed. */
export const MAX_QUERY_BYTES = 4_096;

export type FaultKind =
  | "syntax"
  | "too-long"
  | "no-range"
  | "needless-range"
  | "computed-range"
  | "zero-filled"
  | "comparison"
  | "result";

export type QueryFault = QuerySpan & {
  readonly kind: FaultKind;
  readonly message: string;
  readonly suggestion: string | null;
};

/** Everything that is known to be wrong with the query without asking Prometheus, in the order of the text. */
export function faults(text: string): readonly QueryFault[] {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_QUERY_BYTES) {
    const message = `the query has ${bytes} bytes; at most ${MAX_QUERY_BYTES} are accepted`;
    return [
      { kind: "too-long", from: 0, to: text.length, message, suggestion: "move parts into a recording rule" },
    ];
  }
  const parsed = parse(text);
  if (!parsed.ok) return [{ kind: "syntax", ...parsed.fault }];
  const top = topExpression(parsed.tree);
  if (top === null) return [];
  return [
    ...rangeFaults(parsed.tree, text),
    ...computedRanges(parsed.tree, text),
    ...zeroFilled(parsed.tree, text),
    ...thresholds(top, text),
    ...results(top, text),
  ].toSorted((a, b) => a.from - b.from);
}

/** These count or smooth over a range; on a bare selector Prometheus refuses them. */
const RANGE_FUNCTION =
  /^(?:rate|irate|increase|delta|idelta|deriv|resets|changes|predict_linear|double_exponential_smoothing|\w+_over_time)$/;

function rangeFaults(tree: Tree, text: string): QueryFault[] {
  return nodesNamed(tree, "FunctionCall", "AggregateExpr").flatMap((call): QueryFault[] => {
    const name = calledName(call, text);
    const given = callArguments(call);
    const ranged = given.find((argument) => kindOf(argument, text) === "range vector");
    const bare = given.find((argument) => kindOf(argument, text) === "instant vector");
    if (RANGE_FUNCTION.test(name)) {
      if (ranged !== undefined) return [];
      const inner = bare === undefined ? null : unwrapped(bare);
      const written = inner?.name === "VectorSelector" ? text.slice(inner.from, inner.to) : null;
      return [
        {
          kind: "no-range",
          ...spanOf(bare ?? call),
          message: `\`${name}\` needs a range`,
          suggestion:
            written === null ? "name how far to look back, e.g. `[5m]`" : `write \`${written}[5m]\``,
        },
      ];
    }
    if (ranged === undefined) return [];
    return [
      {
        kind: "needless-range",
        ...spanOf(ranged),
        message: `\`${name}\` takes no range`,
        suggestion: "use `rate`, `increase` or a function ending in `_over_time` on the range first",
      },
    ];
  });
}

function computedRanges(tree: Tree, text: string): QueryFault[] {
  return nodesNamed(tree, "MatrixSelector", "SubqueryExpr").flatMap((node): QueryFault[] => {
    const range = node.getChild("DurationExpr");
    if (range === null || rangeOf(node, text) !== null) return [];
    return [
      {
        kind: "computed-range",
        ...spanOf(range),
        message: "the range must be a plain duration",
        suggestion: "write it out, e.g. `[1h30m]`",
      },
    ];
  });
}

function zeroFilled(tree: Tree, text: string): QueryFault[] {
  return nodesNamed(tree, "BinaryExpr").flatMap((node): QueryFault[] => {
    const filler = fillerOf(node, text);
    if (filler === null) return [];
    return [
      {
        kind: "zero-filled",
        ...spanOf(filler),
        message: `\`or ${text.slice(filler.from, filler.to)}\` makes a dead exporter look like a healthy number`,
        suggestion: "leave it out; where an empty answer means zero, write `emptyIs: 0` with a `witness`",
      },
    ];
  });
}

const COMPARISONS = ["Eql", "Neq", "Lte", "Lss", "Gte", "Gtr"];

function thresholds(top: SyntaxNode, text: string): QueryFault[] {
  const node = unwrapped(top);
  const comparison =
    node.name === "BinaryExpr"
      ? COMPARISONS.map((name) => node.getChild(name)).find((found) => found !== null)
      : null;
  if (comparison === null || comparison === undefined) return [];
  return [
    {
      kind: "comparison",
      from: comparison.from,
      to: node.to,
      message: `the query compares with \`${text.slice(comparison.from, node.to)}\`, so it answers nothing while all is well`,
      suggestion:
        "ask for the value alone and write the threshold as a limit: `advance`, `halt` or `rollback`",
    },
  ];
}

function results(top: SyntaxNode, text: string): QueryFault[] {
  const kind = kindOf(top, text);
  if (kind === "scalar" || kind === "instant vector") return [];
  return [
    {
      kind: "result",
      ...spanOf(top),
      message: `the query answers a ${kind}; one number is needed`,
      suggestion: kind === "range vector" ? "wrap it, e.g. `sum(rate(...))`" : null,
    },
  ];
}

function spanOf(node: SyntaxNode): QuerySpan {
  return { from: node.from, to: node.to };
}
