import type { SyntaxNode } from "@lezer/common";

import { formatMillis, type Millis } from "../../domain/instant.ts";
import { callAround, calledName, nodesNamed } from "../../promql/expression.ts";
import { rangeOf } from "../../promql/look-back.ts";
import type { ReadQuery } from "./read-query.ts";

/** These need two samples at least, and are off by a whole scrape at each end. */
const OF_SEVERAL =
  /^(?:rate|irate|increase|resets|changes|delta|idelta|deriv|predict_linear|double_exponential_smoothing)$/;

const FEWEST = 4;

/** R304: one scrape that is late or lost must not empty the window. */
export function scrapeWindow({ tree, text, at }: ReadQuery, scrapeIntervalMs: Millis): void {
  for (const matrix of nodesNamed(tree, "MatrixSelector")) {
    const range = matrix.getChild("DurationExpr");
    const rangeMs = rangeOf(matrix, text);
    const name = callOver(matrix, text);
    if (range === null || rangeMs === null || name === null || rangeMs >= FEWEST * scrapeIntervalMs) continue;
    const held = Math.floor(rangeMs / scrapeIntervalMs);
    const scrapes = `${held} ${held === 1 ? "scrape" : "scrapes"}`;
    at(range, {
      code: "R304",
      message: `a window of ${formatMillis(rangeMs)} holds ${scrapes}, one each ${formatMillis(scrapeIntervalMs)}: \`${name}\` is empty when one is late`,
      suggestion: `write \`[${formatMillis(FEWEST * scrapeIntervalMs)}]\` or longer`,
    });
  }
}

function callOver(matrix: SyntaxNode, text: string): string | null {
  const call = callAround(matrix);
  const name = call === null ? null : calledName(call, text);
  return name !== null && OF_SEVERAL.test(name) ? name : null;
}
