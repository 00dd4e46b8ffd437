import type { AlertAnswers } from "../domain/alert.ts";
import type { Gate, Signal } from "../domain/gate.ts";
import { freshnessQueryOf, questionsOf } from "../domain/inquiry.ts";
import { type Instant, MINUTE, type Millis } from "../domain/instant.ts";
import type { Answer, Asked, Freshness, SignalAnswers, UnknownReason } from "../domain/reading.ts";
import { measureAlerts } from "./measure-alerts.ts";
import type { Metrics, Silencers } from "./ports.ts";

const NOT_ASKED: Answer = {
  kind: "unknown",
  reason: "bad-answer",
  detail: "the source gave no answer to this query",
};

/** A 200 with `status: success` whose content cannot be used: the source itself is not dark. */
const SUCCESSFUL: ReadonlySet<UnknownReason> = new Set([
  "no-series",
  "many-series",
  "nan",
  "infinite",
  "partial",
]);

export type Measured = {
  readonly answers: ReadonlyMap<string, SignalAnswers>;
  /** By the guard's `match`. */
  readonly alerts: ReadonlyMap<string, AlertAnswers>;
  /** For each source asked: whether any query of this pass got a successful answer. */
  readonly answered: ReadonlyMap<string, boolean>;
};

/** Asks everything the gate's signals and guards need, as of one instant; equal queries of a source are asked once. */
export async function measure(
  gate: Gate,
  ports: { readonly metrics: Metrics; readonly silencers: Silencers },
  at: Instant,
): Promise<Measured> {
  const sources = [...new Set(gate.signals.map((signal) => signal.source))];
  const [alerts, perSource] = await Promise.all([
    measureAlerts(gate.alerts, ports, at),
    Promise.all(
      sources.map(async (source) => {
        const signals = gate.signals.filter((signal) => signal.source === source);
        return { source, ...(await measureSource(source, signals, ports.metrics, at)) };
      }),
    ),
  ]);
  const answered = new Map(perSource.map((each) => [each.source, each.answered] as const));
  for (const [index, { source }] of gate.alerts.entries()) {
    const isAlive = alerts[index]?.rules.kind === "known";
    answered.set(source, isAlive || (answered.get(source) ?? false));
  }
  return {
    answers: new Map(perSource.flatMap(({ answers }) => answers.map((own) => [own.signal, own] as const))),
    alerts: new Map(alerts.map((own) => [own.guard, own] as const)),
    answered,
  };
}

async function measureSource(source: string, signals: readonly Signal[], metrics: Metrics, at: Instant) {
  const queries = [...new Set(signals.flatMap((signal) => questionsOf(signal).map(({ query }) => query)))];
  const followed = [...new Set(signals.map(freshnessQueryOf).filter((query) => query !== null))];
  const [replies, fresh] = await Promise.all([
    metrics.ask(source, queries, at),
    Promise.all(followed.map(async (query) => [query, await metrics.freshness(source, query, at)] as const)),
  ]);
  const freshness = new Map(fresh);
  return {
    answers: signals.map((signal) => answersOf(signal, replies, freshness)),
    answered: [...replies.values()].some(isSuccessful),
  };
}

function answersOf(
  signal: Signal,
  replies: ReadonlyMap<string, Answer>,
  freshness: ReadonlyMap<string, Freshness>,
): SignalAnswers {
  const asked: Asked[] = questionsOf(signal).map(({ role, query }) => ({
    role,
    query,
    answer: replies.get(query) ?? NOT_ASKED,
  }));
  const followed = freshnessQueryOf(signal);
  const own = followed === null ? null : (freshness.get(followed) ?? null);
  return { signal: signal.name, asked, freshness: own, scrapeIntervalMs: scrapeIntervalOf(own) };
}

function scrapeIntervalOf(freshness: Freshness | null): Millis {
  if (freshness?.kind !== "known") return MINUTE;
  return Math.max(0, ...freshness.selectors.map((selector) => selector.scrapeIntervalMs));
}

function isSuccessful(answer: Answer): boolean {
  return answer.kind !== "unknown" || SUCCESSFUL.has(answer.reason);
}
