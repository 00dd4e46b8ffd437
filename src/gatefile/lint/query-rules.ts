import type { Complain } from "../problem-list.ts";
import type { Text } from "../text.ts";
import { bucketLabel } from "./bucket-label.ts";
import { counterStart } from "./counter-start.ts";
import { emptyWhenWell } from "./empty-when-well.ts";
import { freshness } from "./freshness.ts";
import { metricKind } from "./metric-kind.ts";
import { queryCost } from "./query-cost.ts";
import { readQuery } from "./read-query.ts";
import { severalSeries } from "./several-series.ts";
import { sumBeforeRate } from "./sum-before-rate.ts";

/** What stands beside a query and changes what it means. */
export type QueryPlace = {
  readonly key: "query" | "samples" | "bad" | "asOf" | "witness";
  /** An empty answer is a zero: the signal says so. */
  readonly mayBeEmpty: boolean;
  /** The signal says how old its data is. */
  readonly isDated: boolean;
  /** Bad outcomes are counted apart from all of them, so that none is a zero. */
  readonly isCounted: boolean;
};

/** Every rule about one query that has no faults. */
export function lintQuery(query: Text, place: QueryPlace, complain: Complain): void {
  const read = readQuery(query, complain);
  if (read === null) return;
  sumBeforeRate(read);
  queryCost(read);
  bucketLabel(read);
  metricKind(read, place.key !== "asOf" && place.key !== "witness");
  if (place.key !== "query") return;
  severalSeries(read);
  if (!place.isDated) freshness(read);
  if (place.mayBeEmpty) return;
  emptyWhenWell(read);
  if (!place.isCounted) counterStart(read);
}
