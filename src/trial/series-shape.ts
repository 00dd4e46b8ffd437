import type { Instant } from "../domain/instant.ts";
import { asOneSeries } from "../promql/one-series.ts";
import type { Series } from "./ports.ts";

/** How many series a query answers, and how to make them one. */
export type SeriesShape = {
  readonly count: number;
  /** Labels that are not the same on all of them, with some of their values. */
  readonly differing: readonly { readonly label: string; readonly values: readonly string[] }[];
  /** The query that answers one series; null when it does already, or answers none. */
  readonly asOne: string | null;
};

const MOST_VALUES = 5;

/** From what a range query answered about the instant. */
export function shapeAt(query: string, series: readonly Series[], at: Instant): SeriesShape {
  const present = series.filter(({ points }) => points.at(-1)?.at === at);
  const labels = [...new Set(present.flatMap((each) => Object.keys(each.labels)))].toSorted();
  const differing = labels.flatMap((label) => {
    const values = [...new Set(present.map((each) => each.labels[label] ?? ""))].toSorted();
    return values.length > 1 ? [{ label, values: values.slice(0, MOST_VALUES) }] : [];
  });
  return { count: present.length, differing, asOne: present.length > 1 ? asOneSeries(query) : null };
}
