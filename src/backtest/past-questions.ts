import { OLDEST_DAYS } from "../domain/before-ramp.ts";
import type { Gate } from "../domain/gate.ts";
import { questionsOf } from "../domain/inquiry.ts";
import { DAY, type Millis } from "../domain/instant.ts";

/** A query whose answers at every look of the period are needed. */
export type PastQuestion = {
  readonly source: string;
  readonly query: string;
  /** So long before the period it is needed already. */
  readonly earlierMs: Millis;
};

/** Every distinct query that passes of the gate would ask, once. */
export function pastQuestions(gate: Gate): readonly PastQuestion[] {
  const found = new Map<string, PastQuestion>();
  const add = (source: string, query: string, agoMs: Millis): void => {
    const key = keyOf(source, query);
    const earlierMs = Math.max(agoMs, found.get(key)?.earlierMs ?? 0);
    found.set(key, { source, query, earlierMs });
  };
  for (const signal of gate.signals) {
    for (const { query, agoMs, counters } of questionsOf(signal, [OLDEST_DAYS * DAY])) {
      add(signal.source, counters === null ? query : grownQuery(query), agoMs);
    }
  }
  for (const guard of gate.alerts) if (guard.witness !== null) add(guard.source, guard.witness, 0);
  return [...found.values()];
}

export function keyOf(source: string, query: string): string {
  return `${source} ${query}`;
}

/**
 * What raw counters grew by over their window. A pass reads their samples and adds them up exactly; samples of a month are too
 * many to read, so of the past Prometheus is asked.
 */
export function grownQuery(windowed: string): string {
  return `sum(increase(${windowed}))`;
}
