import type { Clock, Metrics } from "../control/ports.ts";
import { SECOND, type Instant, type Millis } from "../domain/instant.ts";
import type { Answer } from "../domain/reading.ts";
import { createFreshnessReader, type FreshnessReader } from "./freshness.ts";
import { answerOf } from "./instant-query.ts";
import { unknown } from "./reply.ts";
import { createShelf } from "./shelf.ts";
import { createSource, type RequestObservation, type Source, type SourceConfig } from "./source.ts";

/** Passes of other gates that ask about the same instant come within this time. */
const ANSWER_KEPT_MS = 10 * SECOND;
const MOST_ANSWERS_KEPT = 2_000;

export type PrometheusOptions = {
  /** By the names that gates use. */
  readonly sources: Readonly<Record<string, SourceConfig>>;
  readonly clock: Clock;
  /** Told of every request that was sent. */
  readonly observe?: (observation: RequestObservation) => void;
};

export type Prometheus = Metrics & { close(): Promise<void> };

type Reader = {
  readonly source: Source;
  readonly ask: (query: string, at: Instant, deadline: Millis) => Promise<Answer>;
  readonly freshness: FreshnessReader;
};

/** Throws only when the URL of a source is not one; the config has checked that. */
export function createPrometheus(options: PrometheusOptions): Prometheus {
  const { clock } = options;
  const observe = options.observe ?? (() => undefined);
  const readers = new Map(
    Object.entries(options.sources).map(([name, config]) => [
      name,
      createReader(createSource(name, config, clock, observe), clock),
    ]),
  );

  return {
    async ask(source, queries, at) {
      const reader = readers.get(source);
      const deadline = clock.elapsed() + (reader?.source.timeoutMs ?? 0);
      const answers = [...new Set(queries)].map(async (query): Promise<[string, Answer]> => {
        return [query, reader === undefined ? notConfigured(source) : await reader.ask(query, at, deadline)];
      });
      return new Map(await Promise.all(answers));
    },

    async freshness(source, query, at) {
      const reader = readers.get(source);
      if (reader === undefined) return notConfigured(source);
      return await reader.freshness(query, at, clock.elapsed() + reader.source.timeoutMs);
    },

    clockSkewMs: (source) => readers.get(source)?.source.skewMs() ?? null,

    async close() {
      await Promise.all([...readers.values()].map((reader) => reader.source.close()));
    },
  };
}

function createReader(source: Source, clock: Clock): Reader {
  const elapsed = (): Millis => clock.elapsed();
  const answers = createShelf<Answer>(MOST_ANSWERS_KEPT, elapsed);

  const ask: Reader["ask"] = (query, at, deadline) =>
    answers.take(
      `${at} ${query}`,
      async () => {
        const opened = await source.query(query, at, deadline);
        return opened.kind === "success" ? answerOf(opened, at) : opened;
      },
      () => ANSWER_KEPT_MS,
    );

  return { source, ask, freshness: createFreshnessReader(source, ask, elapsed) };
}

function notConfigured(source: string): ReturnType<typeof unknown> {
  return unknown("unreachable", `there is no source ${source} in the config`);
}
