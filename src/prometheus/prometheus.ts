import type { Metrics } from "../control/ports.ts";
import type { Answer } from "../domain/reading.ts";
import { createOutbound } from "../lib/outbound.ts";
import type { Catalogue, History } from "../trial/ports.ts";
import { createCatalogue } from "./catalogue.ts";
import { createHistory } from "./history.ts";
import { createReaders, type Readers } from "./reader.ts";
import type { SourceConfig, Surroundings } from "./source.ts";

/** Nobody is told of requests, and sources are reached over the network, unless told otherwise. */
export type PrometheusOptions = Pick<Surroundings, "clock"> &
  Partial<Surroundings> & {
    /** By the names that gates use. */
    readonly sources: Readonly<Record<string, SourceConfig>>;
  };

export type Prometheus = Metrics & History & Catalogue & { close(): Promise<void> };

/** Throws only when the URL of a source is not one; the config has checked that. */
export function createPrometheus({ sources, ...given }: PrometheusOptions): Prometheus {
  const surroundings = { observe: () => undefined, connect: createOutbound, ...given };
  const readers = createReaders(sources, surroundings);
  return {
    ...createMetrics(readers),
    ...createHistory(readers),
    ...createCatalogue(readers),
    async close() {
      await Promise.all(readers.all().map(({ source }) => source.close()));
    },
  };
}

function createMetrics(readers: Readers): Metrics {
  return {
    async ask(source, queries, at) {
      const answers = [...new Set(queries)].map(async (query): Promise<[string, Answer]> => {
        const answer = await readers.use<Answer>(source, ({ ask }, deadline) => ask(query, at, deadline));
        return [query, answer];
      });
      return new Map(await Promise.all(answers));
    },
    freshness: (source, query, at) =>
      readers.use(source, ({ freshness }, deadline) => freshness.ofQuery(query, at, deadline)),
    counters: (source, selector, stretch) =>
      readers.use(source, ({ counters }, deadline) => counters(selector, stretch, deadline)),
    alertRules: (source, matchers, at) =>
      readers.use(source, ({ alertRules }, deadline) => alertRules(matchers, at, deadline)),
    clockSkewMs: (source) => readers.get(source)?.source.skewMs() ?? null,
  };
}
