import type { Millis } from "../domain/instant.ts";
import type { Unknown, UnknownReason } from "../domain/reading.ts";
import { portionsOf } from "../rehearsal/past-answers.ts";
import { sideBySide } from "../rehearsal/side-by-side.ts";
import type { History, Series, Span } from "../trial/ports.ts";
import { answersOf } from "../trial/recall.ts";
import { type Column, createColumn } from "./column.ts";
import { looksIn } from "./period.ts";
import { type PastQuestion, keyOf } from "./past-questions.ts";

/** As many as a source answers at once without being pressed. */
const AT_ONCE = 2;
/** A shorter span than this is not cut again. */
const LEAST_LOOKS = 60;

/** The source is there and turns this query down: what it asks was not known at that time. */
const OF_THE_QUERY: ReadonlySet<UnknownReason> = new Set(["http-400", "http-422", "bad-answer", "partial"]);
/** A smaller portion may be answered. */
const OF_THE_SIZE: ReadonlySet<UnknownReason> = new Set(["too-large", "timeout"]);

/** Told of each question that was answered. */
export type Progress = (done: number, of: number) => Promise<void>;

/** What could not be read, and why. */
export type NotRead = { readonly source: string; readonly query: string; readonly why: Unknown };

export type PastReader = {
  /** Every portion of a query over a span, in order of time; or why the source does not tell. */
  read(
    question: Pick<PastQuestion, "source" | "query">,
    span: Span,
    take: (portion: Span, series: readonly Series[] | Unknown) => void,
  ): Promise<NotRead | null>;
  /** How many range queries were sent. */
  sent(): number;
};

export function createPastReader(history: History): PastReader {
  let sent = 0;
  /** Sources that have answered something: of others a timeout may mean that they never will. */
  const answering = new Set<string>();

  async function askOnce(source: string, query: string, span: Span) {
    sent += 1;
    const reply = await history.range(source, query, span);
    if (reply.kind === "known") answering.add(source);
    return reply;
  }

  /** Halves of halves of what nobody answers would take many times as long as one refusal: a small part is asked first. */
  async function refusalOfLeast(source: string, query: string, span: Span): Promise<Unknown | null> {
    if (answering.has(source)) return null;
    const least = { ...span, to: span.from + (LEAST_LOOKS - 1) * span.stepMs };
    const reply = await askOnce(source, query, least);
    return reply.kind === "unknown" && reply.reason === "timeout" ? reply : null;
  }

  async function ask(
    { source, query }: Pick<PastQuestion, "source" | "query">,
    span: Span,
    take: (portion: Span, series: readonly Series[] | Unknown) => void,
  ): Promise<Unknown | null> {
    const reply = await askOnce(source, query, span);
    if (reply.kind === "known") take(span, reply.series);
    else if (OF_THE_SIZE.has(reply.reason) && looksIn(span) > LEAST_LOOKS) {
      const silent = reply.reason === "timeout" ? await refusalOfLeast(source, query, span) : null;
      if (silent !== null) return silent;
      for (const half of halvesOf(span)) {
        const refused = await ask({ source, query }, half, take);
        if (refused !== null) return refused;
      }
    } else if (OF_THE_QUERY.has(reply.reason)) take(span, reply);
    else return reply;
    return null;
  }

  return {
    async read(question, span, take) {
      let refused: Unknown | null = null;
      let isAnswered = false;
      for (const portion of portionsOf(span)) {
        const why = await ask(question, portion, (own, series) => {
          if ("kind" in series) refused ??= series;
          else isAnswered = true;
          take(own, series);
        });
        if (why !== null) return { ...question, why };
      }
      return isAnswered || refused === null ? null : { ...question, why: refused };
    },
    sent: () => sent,
  };
}

function halvesOf({ from, to, stepMs }: Span): readonly Span[] {
  const middle = from + Math.floor(looksIn({ from, to, stepMs }) / 2) * stepMs;
  return [
    { from, to: middle - stepMs, stepMs },
    { from: middle, to, stepMs },
  ];
}

/** What was answered at each look, by source and query. */
export type Columns = ReadonlyMap<string, Column>;

/** Asks each question once for the whole period. */
export async function readColumns(
  reader: PastReader,
  questions: readonly PastQuestion[],
  span: Span,
  progress: Progress,
): Promise<Columns | NotRead> {
  const columns = new Map<string, Column>();
  let done = 0;
  let lost: NotRead | null = null;
  await sideBySide(questions, AT_ONCE, async (question) => {
    if (lost !== null) return;
    const own = startingEarlier(span, question.earlierMs);
    const column = createColumn(own.from, own.stepMs, looksIn(own));
    const refused = await reader.read(question, own, (portion, series) => fill(column, own, portion, series));
    // Another question may have been refused meanwhile: `lost ??= await` would have looked before it.
    lost ??= refused;
    columns.set(keyOf(question.source, question.query), column);
    done += 1;
    await progress(done, questions.length);
  });
  return lost ?? columns;
}

function startingEarlier({ from, to, stepMs }: Span, earlierMs: Millis): Span {
  return { from: from - Math.ceil(earlierMs / stepMs) * stepMs, to, stepMs };
}

function fill(column: Column, whole: Span, portion: Span, series: readonly Series[] | Unknown): void {
  const looks = looksIn(portion);
  const first = Math.round((portion.from - whole.from) / whole.stepMs);
  const answers = "kind" in series ? null : answersOf(series, portion, looks);
  for (let look = 0; look < looks; look += 1) {
    const answer = "kind" in series ? series : answers?.[look];
    if (answer !== undefined) column.put(first + look, answer);
  }
}
