import { calledName, nodesNamed } from "../promql/expression.ts";
import { parse } from "../promql/parse.ts";
import { firstMetric } from "../promql/selectors.ts";
import type { MetricMeta } from "./ports.ts";

/** One use of a metric in a query, with the function that takes a range of it. */
type Use = { readonly metric: string; readonly called: string | null };

const OF_COUNTERS: ReadonlySet<string> = new Set(["rate", "irate", "increase", "resets"]);
const OF_GAUGES: ReadonlySet<string> = new Set(["delta", "idelta", "deriv", "predict_linear"]);

/** Where a query and what its metrics say of themselves do not agree; each once. */
export function remarksOn(query: string, metadata: readonly MetricMeta[]): readonly string[] {
  return [...new Set(usesOf(query).flatMap((use) => remarkOn(use, typeOf(use.metric, metadata)) ?? []))];
}

/** The metrics of the query under the names their targets may state them by. */
export function metricsOf(query: string): readonly string[] {
  return [...new Set(usesOf(query).map(({ metric }) => metric))];
}

function usesOf(query: string): readonly Use[] {
  const parsed = parse(query);
  if (!parsed.ok) return [];
  return nodesNamed(parsed.tree, "VectorSelector").flatMap((node) => {
    const metric = firstMetric(query.slice(node.from, node.to));
    const call = node.parent?.name === "MatrixSelector" ? node.parent.parent?.parent : null;
    const called = call?.name === "FunctionCall" ? calledName(call, query) : null;
    return metric === null ? [] : [{ metric, called }];
  });
}

/** A histogram or a summary states its type under the name without `_bucket`, `_sum` and `_count`. */
function typeOf(metric: string, metadata: readonly MetricMeta[]): string | null {
  const named = (name: string) => metadata.find((each) => each.name === name)?.type ?? null;
  const own = named(metric);
  if (own !== null) return own;
  const family = named(metric.replace(/_(?:bucket|sum|count)$/, ""));
  if (family === "histogram" || family === "summary") return "counter";
  return named(metric.replace(/_total$/, ""));
}

function remarkOn({ metric, called }: Use, type: string | null): string | null {
  if (called !== null && OF_COUNTERS.has(called) && type === "gauge") {
    return `${metric} says it is a gauge, and \`${called}\` is made for counters: use \`delta\`, \`deriv\` or \`avg_over_time\``;
  }
  if (called !== null && OF_GAUGES.has(called) && type === "counter") {
    return `${metric} says it is a counter, and \`${called}\` is made for gauges: use \`rate\` or \`increase\``;
  }
  if (called === null && type === "counter") {
    return `${metric} says it is a counter, which only grows: ask for \`rate(${metric}[5m])\` or \`increase(${metric}[5m])\``;
  }
  return null;
}
