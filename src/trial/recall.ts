import type { Question } from "../domain/inquiry.ts";
import type { Instant } from "../domain/instant.ts";
import type { Answer, Unknown } from "../domain/reading.ts";
import type { History, Series, Span } from "./ports.ts";

/** What each query would have answered at each instant of a span. */
export type Recalled = {
  readonly instants: readonly Instant[];
  /** One answer for each instant, by `keyOf` the question. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
  /** The series behind each query that could be read. */
  readonly series: ReadonlyMap<string, readonly Series[]>;
  /** Why the past could not be read; null when it could. */
  readonly lost: Unknown | null;
};

/** A question about each instant of a span, or about what lies that long before it. */
export type PastQuestion = Pick<Question, "query" | "agoMs">;

export function keyOf({ query, agoMs }: PastQuestion): string {
  return agoMs === 0 ? query : `${agoMs} ${query}`;
}

/** Asks about the past once for each question. */
export async function recall(
  history: History,
  source: string,
  questions: readonly PastQuestion[],
  span: Span,
): Promise<Recalled> {
  const instants = instantsOf(span);
  const distinct = new Map(questions.map((question) => [keyOf(question), question]));
  const replies = await Promise.all(
    [...distinct].map(async ([key, { query, agoMs }]) => {
      const asked = { ...span, from: span.from - agoMs, to: span.to - agoMs };
      return { key, asked, reply: await history.range(source, query, asked) };
    }),
  );
  const answers = new Map<string, readonly Answer[]>();
  const series = new Map<string, readonly Series[]>();
  let lost: Unknown | null = null;
  for (const { key, asked, reply } of replies) {
    if (reply.kind === "unknown") {
      lost ??= reply;
      continue;
    }
    answers.set(key, answersOf(reply.series, asked, instants.length));
    series.set(key, reply.series);
  }
  return { instants, answers, series, lost };
}

export function instantsOf({ from, to, stepMs }: Span): readonly Instant[] {
  const count = Math.max(0, Math.floor((to - from) / stepMs) + 1);
  return Array.from({ length: count }, (_, index) => from + index * stepMs);
}

/** The same as an instant query would have said: one number, nothing, or why there is no one number. */
export function answersOf(all: readonly Series[], span: Span, count: number): readonly Answer[] {
  const values = Array.from({ length: count }, (): number[] => []);
  for (const { points } of all) {
    for (const { at, value } of points) values[Math.round((at - span.from) / span.stepMs)]?.push(value);
  }
  return values.map(answerOf);
}

function answerOf(values: readonly number[]): Answer {
  const [value, ...others] = values;
  if (value === undefined) return { kind: "empty" };
  if (others.length > 0) return unknown("many-series", `${values.length} series match; one is needed`);
  if (Number.isNaN(value)) return unknown("nan", "the query answers NaN, such as 0/0");
  if (!Number.isFinite(value)) return unknown("infinite", `the query answers ${value}`);
  return { kind: "value", value, infos: [] };
}

function unknown(reason: Unknown["reason"], detail: string): Unknown {
  return { kind: "unknown", reason, detail };
}
