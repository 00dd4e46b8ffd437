import type { Instant, Millis } from "../domain/instant.ts";
import type { Answer, Unknown } from "../domain/reading.ts";
import { dependsOnRange, withMetricPrefix } from "../promql/renamed-metrics.ts";
import { answersOf, instantsOf } from "../trial/recall.ts";
import type { Span } from "../trial/ports.ts";
import type { PromqlEngine } from "./ports.ts";

export type PastAnswersOf = {
  readonly engine: PromqlEngine;
  /** Begins the names of all metrics of the case. */
  readonly prefix: string;
  /** Instants at which most questions will be asked. */
  readonly slots: Span;
};

/** What queries answer at instants of a case. Everything is asked once and kept. */
export type PastAnswers = {
  /** Asks for all slots at once, or for as many instants so long before them. */
  prepare(query: string, agoMs: Millis): Promise<void>;
  at(query: string, at: Instant): Promise<Answer>;
};

/** Below Prometheus' own limit for one series of a range query. */
const MOST_POINTS = 10_000;

export function createPastAnswers(of: PastAnswersOf): PastAnswers {
  /** By query, and by how long before the slots. Null: each instant has to be asked for itself. */
  const prepared = new Map<string, Map<Millis, Promise<readonly Answer[] | null>>>();
  const single = new Map<string, Promise<Answer>>();
  const { slots } = of;

  async function preparedAt(query: string, at: Instant): Promise<Answer | null> {
    for (const [agoMs, answers] of prepared.get(query) ?? []) {
      const slot = (at + agoMs - slots.from) / slots.stepMs;
      const found = Number.isInteger(slot) ? (await answers)?.[slot] : undefined;
      if (found !== undefined) return found;
    }
    return null;
  }

  return {
    async prepare(query, agoMs) {
      const own = prepared.get(query) ?? new Map<Millis, Promise<readonly Answer[] | null>>();
      prepared.set(query, own);
      const asked = own.get(agoMs) ?? askPast(of, query, agoMs);
      own.set(agoMs, asked);
      await asked;
    },
    async at(query, at) {
      const found = await preparedAt(query, at);
      if (found !== null) return found;
      const key = `${at} ${query}`;
      const asked = single.get(key) ?? askOnce(of, query, at);
      single.set(key, asked);
      return asked;
    },
  };
}

async function askOnce({ engine, prefix }: PastAnswersOf, query: string, at: Instant): Promise<Answer> {
  const renamed = withMetricPrefix(query, prefix);
  return renamed.ok ? engine.ask(renamed.text, at) : cannotBePacked(renamed.problem);
}

export function cannotBePacked(problem: string): Unknown {
  return { kind: "unknown", reason: "bad-answer", detail: `the query cannot be tested: ${problem}` };
}

async function askPast(
  { engine, prefix, slots }: PastAnswersOf,
  query: string,
  agoMs: Millis,
): Promise<readonly Answer[] | null> {
  if (dependsOnRange(query)) return null;
  const renamed = withMetricPrefix(query, prefix);
  if (!renamed.ok) return null;
  const before = { from: slots.from - agoMs, to: slots.to - agoMs, stepMs: slots.stepMs };
  const parts = await Promise.all(
    portionsOf(before).map(async (span) => {
      const reply = await engine.range(renamed.text, span);
      // What refuses a range may still answer for an instant, and then says why it does not.
      return reply.kind === "known" ? answersOf(reply.series, span, instantsOf(span).length) : null;
    }),
  );
  return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
}

/** The span in pieces that each have few enough points. */
export function portionsOf({ from, to, stepMs }: Span): readonly Span[] {
  const portions: Span[] = [];
  for (let start = from; start <= to; start += MOST_POINTS * stepMs)
    portions.push({ from: start, to: Math.min(to, start + (MOST_POINTS - 1) * stepMs), stepMs });
  return portions;
}
