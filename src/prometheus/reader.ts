import type { Clock } from "../control/ports.ts";
import { SECOND, type Instant, type Millis } from "../domain/instant.ts";
import type { RawCounters, Stretch } from "../domain/increments.ts";
import type { Answer, Unknown } from "../domain/reading.ts";
import { createShelf } from "../lib/shelf.ts";
import { createAlertReader, type AlertReader } from "./alert-reader.ts";
import { createExistingSeries } from "./existing-series.ts";
import { createFreshnessReader, type FreshnessReader } from "./freshness.ts";
import { answerOf } from "./instant-query.ts";
import { rawCounters } from "./raw-counters.ts";
import { unknown } from "./reply.ts";
import { createSource, type Source, type SourceConfig, type Surroundings } from "./source.ts";

/** Passes of other gates that ask about the same instant come within this time. */
const ANSWER_KEPT_MS = 10 * SECOND;
const MOST_ANSWERS_KEPT = 2_000;
/** Each may hold thousands of samples. */
const MOST_COUNTERS_KEPT = 50;

/** Everything that can be learned from one source; equal questions are shared. `deadline` is on the scale of `Clock.elapsed`. */
export type Reader = {
  readonly source: Source;
  readonly ask: (query: string, at: Instant, deadline: Millis) => Promise<Answer>;
  readonly counters: (selector: string, stretch: Stretch, deadline: Millis) => Promise<RawCounters>;
  readonly freshness: FreshnessReader;
  readonly alertRules: AlertReader;
};

/** The sources by the names that gates use. */
export type Readers = {
  get(source: string): Reader | undefined;
  all(): readonly Reader[];
  /** With the source's own time limit; unknown for a source that is not configured. */
  use<T>(
    source: string,
    work: (reader: Reader, deadline: Millis) => Promise<T | Unknown>,
  ): Promise<T | Unknown>;
};

export function createReaders(
  sources: Readonly<Record<string, SourceConfig>>,
  surroundings: Surroundings,
): Readers {
  const { clock } = surroundings;
  const readers = new Map(
    Object.entries(sources).map(([name, config]) => [
      name,
      createReader(createSource(name, config, surroundings), clock),
    ]),
  );
  return {
    get: (source) => readers.get(source),
    all: () => [...readers.values()],
    async use(source, work) {
      const reader = readers.get(source);
      if (reader === undefined) return unknown("unreachable", `there is no source ${source} in the config`);
      return await work(reader, clock.elapsed() + reader.source.timeoutMs);
    },
  };
}

function createReader(source: Source, clock: Clock): Reader {
  const elapsed = (): Millis => clock.elapsed();
  const answers = createShelf<Answer>(MOST_ANSWERS_KEPT, elapsed);
  const raw = createShelf<RawCounters>(MOST_COUNTERS_KEPT, elapsed);

  const ask: Reader["ask"] = (query, at, deadline) =>
    answers.take(
      `${at} ${query}`,
      async () => {
        const opened = await source.query(query, at, deadline);
        return opened.kind === "success" ? answerOf(opened, at) : opened;
      },
      () => ANSWER_KEPT_MS,
    );
  const counters: Reader["counters"] = (selector, stretch, deadline) =>
    raw.take(
      `${stretch.from} ${stretch.to} ${selector}`,
      () => rawCounters(source, selector, stretch, deadline),
      () => ANSWER_KEPT_MS,
    );
  const freshness = createFreshnessReader(source, ask, elapsed);
  const existing = createExistingSeries(ask, elapsed);
  return {
    source,
    ask,
    counters,
    freshness,
    alertRules: createAlertReader(source, freshness, existing, elapsed),
  };
}
