import type { Metrics } from "../../control/ports.ts";
import type { Signal } from "../../domain/gate.ts";
import type { Instant } from "../../domain/instant.ts";
import type { UnknownReason } from "../../domain/reading.ts";
import { selectors } from "../../promql/selectors.ts";
import type { Catalogue } from "../ports.ts";
import { remarksOn } from "../query-remarks.ts";
import { findSeries } from "./existing-series.ts";
import { queriesOf } from "./signal-queries.ts";
import { type Told, together, told, unseen } from "./told.ts";

export type MetricPorts = { readonly metrics: Metrics; readonly catalogue: Catalogue };

/** What the signal's own source says of its queries. */
export async function askSignal(signal: Signal, ports: MetricPorts, now: Instant): Promise<Told> {
  const { source } = signal;
  const queries = queriesOf(signal);
  const needed = [...new Set(queries.flatMap(selectors))];
  const asked = await Promise.all([
    ...needed.map((selector) => findSeries(ports.catalogue, source, selector, now)),
    askKinds(signal, queries, ports.catalogue),
    askNumber(signal, ports.metrics, now),
    askFreshness(signal, ports.metrics, now),
  ]);
  return together(asked);
}

/** R310: what a target states about its metric is sure, whatever the name looks like. */
async function askKinds({ source }: Signal, queries: readonly string[], catalogue: Catalogue): Promise<Told> {
  const known = await catalogue.metadata(source, null);
  if (known.kind === "unknown") return unseen(source, known);
  const remarks = new Set(queries.flatMap((query) => remarksOn(query, known.metrics)));
  return told(
    ...[...remarks].map((message) => {
      const [part = ""] = message.split(" ");
      return { code: "R310", part, message, severity: "error" } as const;
    }),
  );
}

/** Prometheus would not answer the query itself; everything else is no fault of the query. */
const REFUSED: readonly UnknownReason[] = ["http-400", "http-422"];

/** R301, R306: the query as a pass would ask it. That it is empty is said of its selectors. */
async function askNumber({ source, measure }: Signal, metrics: Metrics, now: Instant): Promise<Told> {
  if (measure.kind === "counters") return told();
  const answer = (await metrics.ask(source, [measure.query], now)).get(measure.query);
  if (answer?.kind !== "unknown" || answer.reason === "no-series" || answer.reason === "nan") return told();
  const part = measure.query;
  if (answer.reason === "many-series") return told({ code: "R306", part, message: answer.detail });
  if (REFUSED.includes(answer.reason))
    return told({ code: "R301", part, message: `Prometheus refuses the query: ${answer.detail}` });
  return unseen(source, answer);
}

/** R314: a reading whose age nobody can tell never counts. */
async function askFreshness(
  { source, measure, asOf }: Signal,
  metrics: Metrics,
  now: Instant,
): Promise<Told> {
  if (asOf !== null || measure.kind === "counters") return told();
  const fresh = await metrics.freshness(source, measure.query, now);
  if (fresh.kind === "known") return told();
  // Who answered, and told no age by it, tells none tomorrow.
  if (fresh.reason !== "bad-answer") return unseen(source, fresh);
  return told({ code: "R314", part: measure.query, message: fresh.detail });
}
