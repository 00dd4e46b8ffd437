import type { Instant } from "../../domain/instant.ts";
import type { Labels } from "../../domain/matcher.ts";
import { topExpression } from "../../promql/expression.ts";
import { parse } from "../../promql/parse.ts";
import { matchersOf, metricOf, type SelectorMatcher } from "../../promql/selector-matchers.ts";
import { nearestName } from "../../text/nearest-name.ts";
import type { Catalogue } from "../ports.ts";
import { type Told, told, unseen } from "./told.ts";

/** Enough of a metric's series to see which labels and values it has. */
const MOST_SERIES = 2_000;

/** R311: whether the selector matches anything now, and if not, what of it is to blame. */
export async function findSeries(
  catalogue: Catalogue,
  source: string,
  selector: string,
  at: Instant,
): Promise<Told> {
  const found = await catalogue.seriesOf(source, selector, at, 1);
  if (found.kind === "unknown") return unseen(source, found);
  if (found.series.length > 0) return told();

  const { metric, matchers } = partsOf(selector);
  if (metric === null) return told(noneOf(selector, selector));
  const all = await catalogue.seriesOf(source, metric, at, MOST_SERIES);
  if (all.kind === "unknown") return unseen(source, all);
  if (all.series.length === 0) return told(await noMetric(catalogue, source, metric));
  const series = all.series;
  const wrong = matchers.find(
    ({ label, operator, value }) => operator === "=" && !series.some((each) => each[label] === value),
  );
  if (wrong === undefined) return told({ ...noneOf(selector, selector), severity: "warning" });
  return told({ ...noValue(metric, wrong, series), severity: "warning" });
}

function partsOf(selector: string): {
  readonly metric: string | null;
  readonly matchers: readonly SelectorMatcher[];
} {
  const parsed = parse(selector);
  const top = topExpression(parsed.tree);
  return top === null
    ? { metric: null, matchers: [] }
    : { metric: metricOf(top, selector), matchers: matchersOf(top, selector) };
}

function noneOf(part: string, selector: string) {
  const suggestion = "ask Prometheus for its parts, one label after the other";
  return { code: "R311", part, message: `no series fits \`${selector}\` now`, suggestion } as const;
}

async function noMetric(catalogue: Catalogue, source: string, metric: string) {
  const known = await catalogue.metadata(source, null);
  const near =
    known.kind === "unknown"
      ? null
      : nearestName(
          metric,
          known.metrics.map(({ name }) => name),
        );
  const suggestion = near === null ? null : `did you mean \`${near}\`?`;
  return { code: "R311", part: metric, message: `there is no series \`${metric}\``, suggestion } as const;
}

function noValue(metric: string, { label, value }: SelectorMatcher, series: readonly Labels[]) {
  const values = [...new Set(series.map((each) => each[label]).filter((each) => each !== undefined))];
  if (values.length === 0) {
    const labels = [...new Set(series.flatMap((each) => Object.keys(each)))].filter(
      (each) => each !== "__name__",
    );
    const near = nearestName(label, labels);
    const suggestion = near === null ? null : `did you mean \`${near}\`?`;
    return {
      code: "R311",
      part: label,
      message: `no series of \`${metric}\` has the label \`${label}\``,
      suggestion,
    } as const;
  }
  const near = nearestName(value, values);
  const suggestion =
    near === null
      ? `there is ${values
          .slice(0, 5)
          .map((each) => `\`${each}\``)
          .join(", ")}`
      : `did you mean \`${near}\`?`;
  return {
    code: "R311",
    part: value,
    message: `\`${label}\` of \`${metric}\` is never \`${value}\``,
    suggestion,
  } as const;
}
