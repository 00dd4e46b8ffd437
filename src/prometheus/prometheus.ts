import type { Clock, Metrics } from "../control/ports.ts";
import type { Answer } from "../domain/reading.ts";
import type { Catalogue, History } from "../trial/ports.ts";
import { createCatalogue } from "./catalogue.ts";
import { createHistory } from "./history.ts";
import { createReaders, type Readers } from "./reader.ts";
import type { RequestObservation, SourceConfig } from "./source.ts";

export type PrometheusOptions = {
  /** By the names that gates use. */
  readonly sources: Readonly<Record<string, SourceConfig>>;
  readonly clock: Clock;
  /** Told of every request that was sent. */
  readonly observe?: (observation: RequestObservation) => void;
};

export type Prometheus = Metrics & History & Catalogue & { close(): Promise<void> };

/** Throws only when the URL of a source is not one; the config has checked that. */
export function createPrometheus({ sources, clock, observe }: PrometheusOptions): Prometheus {
  const readers = createReaders(sources, clock, observe ?? (() => undefined));
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
