import type { Gate, Signal } from "../domain/gate.ts";
import { questionsOf } from "../domain/inquiry.ts";
import { type Instant, MINUTE, type Millis } from "../domain/instant.ts";
import { judge } from "../domain/judge.ts";
import type { Answer, SelectorFreshness, SignalAnswers, Unknown } from "../domain/reading.ts";
import type { SignalClock } from "../domain/record.ts";
import type { SignalJudgement } from "../domain/verdict.ts";
import type { History, Span } from "./ports.ts";
import { type Recalled, instantsOf, keyOf, recall } from "./recall.ts";

/** One signal as it would have been judged at one instant of the past. */
export type PastPass = { readonly at: Instant; readonly judgement: SignalJudgement };

export type Replayed = {
  readonly passes: readonly PastPass[];
  /** The signal's clock after the last pass; null when there was none. */
  readonly clock: SignalClock | null;
};

const EMPTY: Answer = { kind: "empty" };

/**
 * Judges one signal again at every instant that was recalled, by the same code as a pass and with clocks that run on. How
 * fresh its data was then is not known any more: whatever Prometheus answers about an instant counts as fresh.
 */
export function replay(gate: Gate, signal: Signal, recalled: Recalled, stepMs: Millis): Replayed {
  const alone: Gate = { ...gate, everyMs: stepMs, signals: [signal], alerts: [] };
  const passes: PastPass[] = [];
  let clocks: Readonly<Record<string, SignalClock>> = {};
  let lastPassAt: Instant | null = null;
  for (const [index, at] of recalled.instants.entries()) {
    const answers = new Map([[signal.name, answersAt(signal, recalled, index, at)]]);
    const judged = judge(alone, answers, {
      now: at,
      lastPassAt,
      changedAt: null,
      raisedAt: null,
      purpose: "advance",
      clocks,
      dark: new Map(),
      maintenance: [],
    });
    clocks = judged.clocks;
    lastPassAt = at;
    passes.push(...judged.signals.map((judgement) => ({ at, judgement })));
  }
  return { passes, clock: clocks[signal.name] ?? null };
}

/** When samples came is not known either: one is taken to have come every period, or every minute. */
export function sampleAt({ periodMs }: Signal, at: Instant): SelectorFreshness {
  const scrapeIntervalMs = periodMs ?? MINUTE;
  const newest = Math.floor(at / scrapeIntervalMs) * scrapeIntervalMs;
  return { selector: "every period", newest, scrapeIntervalMs };
}

function answersAt(signal: Signal, recalled: Recalled, index: number, at: Instant): SignalAnswers {
  return {
    signal: signal.name,
    asked: questionsOf(signal).map((question) => ({
      role: question.role,
      query: question.query,
      answer: recalled.lost ?? recalled.answers.get(keyOf(question))?.[index] ?? EMPTY,
    })),
    freshness: { kind: "known", selectors: signal.onNewData === true ? [sampleAt(signal, at)] : [] },
    scrapeIntervalMs: 0,
  };
}

/** Reads the past that the signal is judged by. Raw counters have none: each of its instants would be as much to read as a pass. */
export function recallSignal(history: History, signal: Signal, span: Span): Promise<Recalled> {
  const questions = questionsOf(signal);
  if (!questions.some(({ counters }) => counters !== null)) {
    return recall(history, signal.source, questions, span);
  }
  const why = "raw counters are counted now and not over the past";
  const lost: Unknown = { kind: "unknown", reason: "query-budget", detail: why };
  return Promise.resolve({ instants: instantsOf(span), answers: new Map(), series: new Map(), lost });
}
