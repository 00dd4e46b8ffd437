import type { AlertAnswers } from "../domain/alert.ts";
import { type Unexposed, daysBefore } from "../domain/before-ramp.ts";
import type { Gate, Signal } from "../domain/gate.ts";
import { LOOK_BACK, type RawCounters, type Stretch, incrementsOf } from "../domain/increments.ts";
import { type Question, freshnessQueryOf, questionsOf } from "../domain/inquiry.ts";
import { type Instant, MINUTE, type Millis } from "../domain/instant.ts";
import type { Answer, Asked, AskedRole, Freshness, SignalAnswers, UnknownReason } from "../domain/reading.ts";
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

/**
 * Asks everything the gate's signals and guards need, as of one instant; equal queries of a source are asked once. Raw
 * counters are counted from `changedAt` on, where that lies within their window: what was before shows another exposure. In
 * `unexposed` lie the days that limits compare with, where they do.
 */
export async function measure(
  gate: Gate,
  ports: { readonly metrics: Metrics; readonly silencers: Silencers },
  at: Instant,
  changedAt: Instant | null = null,
  unexposed: Unexposed | null = null,
): Promise<Measured> {
  const sources = [...new Set(gate.signals.map((signal) => signal.source))];
  const [alerts, perSource] = await Promise.all([
    measureAlerts(gate.alerts, ports, at),
    Promise.all(
      sources.map(async (source) => {
        const signals = gate.signals.filter((signal) => signal.source === source);
        return {
          source,
          ...(await measureSource(source, signals, ports.metrics, { at, changedAt, unexposed })),
        };
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

type When = {
  readonly at: Instant;
  readonly changedAt: Instant | null;
  readonly unexposed: Unexposed | null;
};

function asksAbout(signal: Signal, { unexposed, at }: When): readonly Question[] {
  return questionsOf(signal, daysBefore(signal, unexposed, at));
}

async function measureSource(source: string, signals: readonly Signal[], metrics: Metrics, when: When) {
  const questions = signals
    .flatMap((signal) => asksAbout(signal, when))
    .filter(({ counters }) => counters === null);
  const instants = [...new Set(questions.map(({ agoMs }) => agoMs))];
  const followed = [...new Set(signals.map(freshnessQueryOf).filter((query) => query !== null))];
  const [replies, counted, fresh] = await Promise.all([
    Promise.all(
      instants.map(async (agoMs) => {
        const queries = questions.filter((each) => each.agoMs === agoMs).map(({ query }) => query);
        return [agoMs, await metrics.ask(source, [...new Set(queries)], when.at - agoMs)] as const;
      }),
    ),
    Promise.all(signals.map((signal) => count(source, signal, metrics, when))),
    Promise.all(
      followed.map(async (query) => [query, await metrics.freshness(source, query, when.at)] as const),
    ),
  ]);
  const freshness = new Map(fresh);
  const byTime = new Map(replies);
  const answers = signals.map((signal, index) => {
    const answerTo = ({ role, query, agoMs, counters }: Question): Answer =>
      (counters === null ? byTime.get(agoMs)?.get(query) : counted[index]?.get(`${role} ${agoMs}`)) ??
      NOT_ASKED;
    return answersOf(signal, answerTo, freshness, when);
  });
  return { answers, answered: answers.some(({ asked }) => asked.some(({ answer }) => isSuccessful(answer))) };
}

function answersOf(
  signal: Signal,
  answerTo: (question: Question) => Answer,
  freshness: ReadonlyMap<string, Freshness>,
  when: When,
): SignalAnswers {
  const asked: Asked[] = asksAbout(signal, when).map((question) => ({
    role: question.role,
    query: question.query,
    answer: answerTo(question),
    ...(question.role.startsWith("before") ? { agoMs: question.agoMs } : {}),
  }));
  const followed = freshnessQueryOf(signal);
  const own = followed === null ? null : (freshness.get(followed) ?? null);
  const said = { signal: signal.name, asked, freshness: own, scrapeIntervalMs: scrapeIntervalOf(own) };
  const { from } = stretchOf(signal, 0, when);
  return signal.measure.kind === "counters" && from === when.changedAt
    ? { ...said, countedFrom: from }
    : said;
}

/** The answers to the signal's questions about raw counters, by their roles and how long ago they are about. */
async function count(
  source: string,
  signal: Signal,
  metrics: Metrics,
  when: When,
): Promise<ReadonlyMap<`${AskedRole} ${Millis}`, Answer>> {
  const questions = asksAbout(signal, when).flatMap((question) => {
    const { role, agoMs, counters } = question;
    return counters === null ? [] : [{ role, agoMs, counters }];
  });
  const read = await Promise.all(
    questions.map(async ({ role, agoMs, counters }) => {
      const stretch = stretchOf(signal, agoMs, when);
      const asked = { from: stretch.from - LOOK_BACK, to: stretch.to };
      return { role, agoMs, stretch, raw: await metrics.counters(source, counters, asked) };
    }),
  );
  return new Map(
    read.map(({ role, agoMs, stretch, raw }) => {
      const family = read.filter((each) => each.agoMs === agoMs).map((each) => each.raw);
      return [`${role} ${agoMs}` as const, grown(raw, family, stretch)] as const;
    }),
  );
}

/** The window that raw counters are counted over, or what of it has passed since the change; of all else just the instant. */
function stretchOf({ measure: own }: Signal, agoMs: Millis, { at, changedAt }: When): Stretch {
  const to = at - agoMs;
  const from = to - (own.kind === "counters" ? own.windowMs : 0);
  if (agoMs > 0) return { from, to };
  return { from: Math.min(to, Math.max(from, changedAt ?? from)), to };
}

/** What the counters grew by, as an answer; without one series there is none. */
function grown(raw: RawCounters, family: readonly RawCounters[], stretch: Stretch): Answer {
  if (raw.kind === "unknown") return raw;
  if (raw.series.length === 0) return { kind: "empty" };
  const beside = family.flatMap((each) => (each.kind === "known" ? each.series : []));
  return { kind: "value", value: incrementsOf(raw.series, beside, stretch), infos: [] };
}

function scrapeIntervalOf(freshness: Freshness | null): Millis {
  if (freshness?.kind !== "known") return MINUTE;
  return Math.max(0, ...freshness.selectors.map((selector) => selector.scrapeIntervalMs));
}

function isSuccessful(answer: Answer): boolean {
  return answer.kind !== "unknown" || SUCCESSFUL.has(answer.reason);
}
