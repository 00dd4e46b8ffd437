import type { SyntaxNode } from "@lezer/common";

import { calledName, nodesNamed } from "../../promql/expression.ts";
import { metricOf } from "../../promql/selector-matchers.ts";
import type { ReadQuery } from "./read-query.ts";

const OF_COUNTERS: ReadonlySet<string> = new Set(["rate", "irate", "increase", "resets"]);
const OF_GAUGES: ReadonlySet<string> = new Set(["delta", "idelta", "deriv", "predict_linear"]);
/** These ask whether a series is there, or when, and not how high it stands. */
const OF_PRESENCE: ReadonlySet<string> = new Set(["absent", "count", "group", "timestamp", "count_values"]);

/** Gauges of the exporter of PostgreSQL that are called like the count of a histogram. */
const NO_COUNTERS: ReadonlySet<string> = new Set(["pg_stat_activity_count", "pg_locks_count"]);

const COUNTER = /_(?:total|count|bucket|sum)$/;
/** By the naming conventions of Prometheus none of these only grows. */
const GAUGE =
  /_(?:ratio|percent|timestamp|timestamp_seconds|info|celsius)$|^up$|:(?:i?rate|increase|ratio)\w*$/;

/** R310: what the names of metrics tell about their kind, against what is done with them. Names lie at times. */
export function metricKind({ tree, text, at }: ReadQuery, isReading: boolean): void {
  const shifted = nodesNamed(tree, "OffsetExpr").length > 0;
  for (const selector of nodesNamed(tree, "VectorSelector")) {
    const metric = metricOf(selector, text);
    if (metric === null || metric.includes("$") || NO_COUNTERS.has(metric)) continue;
    const { called, isRange } = useOf(selector, text);
    if (isRange && OF_COUNTERS.has(called[0] ?? "") && GAUGE.test(metric)) {
      const message = `\`${metric}\` is no counter by its name, and \`${called[0]}\` counts the growth of counters`;
      at(selector, { code: "R310", message, suggestion: "use `delta`, `deriv` or `avg_over_time`" });
    } else if (isRange && OF_GAUGES.has(called[0] ?? "") && COUNTER.test(metric)) {
      const message = `\`${metric}\` is a counter by its name, and \`${called[0]}\` takes its restarts for a fall`;
      at(selector, { code: "R310", message, suggestion: "use `rate` or `increase`" });
    } else if (isReading && !isRange && !shifted && COUNTER.test(metric) && !metric.includes(":")) {
      if (called.some((name) => OF_PRESENCE.has(name) || OF_COUNTERS.has(name))) continue;
      const message = `\`${metric}\` is a counter by its name: it shows all since its process began`;
      at(selector, {
        code: "R310",
        message,
        suggestion: `ask for \`rate(...[5m])\` or \`increase(...[5m])\` of it`,
      });
    }
  }
}

/** Every function and aggregation around the selector, the nearest first, and whether the nearest takes a range of it. */
function useOf(selector: SyntaxNode, text: string): { readonly called: string[]; readonly isRange: boolean } {
  const called: string[] = [];
  let isRange = false;
  for (let node = selector.parent; node !== null; node = node.parent) {
    if (node.name === "MatrixSelector" && called.length === 0) isRange = true;
    if (node.name === "FunctionCall" || node.name === "AggregateExpr") called.push(calledName(node, text));
  }
  return { called, isRange };
}
