import type { PromQL, Signal } from "./gate.ts";
import { type Instant, MINUTE, type Millis, SECOND, formatMillis } from "./instant.ts";
import type {
  Answer,
  Asked,
  Freshness,
  Reading,
  SelectorFreshness,
  SignalAnswers,
  Unknown,
} from "./reading.ts";

type Question = { readonly role: Asked["role"]; readonly query: PromQL };
type Known = { readonly kind: "known"; readonly value: number };

/** A watermark this far ahead of us is a clock fault, not fresh data. */
const FUTURE_TOLERANCE_MS = 5 * SECOND;
const LEAST_WATERMARK_AGE_MS = 2 * MINUTE;
/** A selector without a sample for this many scrape intervals is stale. */
const MISSED_SCRAPES = 3;

/** Every question one pass asks about the signal. */
export function questionsOf(signal: Signal): readonly Question[] {
  const questions: Question[] = [];
  if (signal.measure.kind === "counts") {
    questions.push(
      { role: "bad", query: signal.measure.bad },
      { role: "total", query: signal.measure.total },
    );
  } else {
    questions.push({ role: "value", query: signal.measure.query });
    if (signal.bad !== null) questions.push({ role: "bad", query: signal.bad });
  }
  if (signal.samples !== null) questions.push({ role: "samples", query: signal.samples });
  if (signal.asOf !== null) questions.push({ role: "asOf", query: signal.asOf });
  if (signal.emptyIsZeroWitness !== null) {
    questions.push({ role: "witness", query: signal.emptyIsZeroWitness });
  }
  return questions;
}

/** The query whose selectors decide freshness: of a ratio of counts the total alone; none where a watermark replaces it. */
export function freshnessQueryOf(signal: Signal): PromQL | null {
  if (signal.asOf !== null) return null;
  return signal.measure.kind === "counts" ? signal.measure.total : signal.measure.query;
}

/** What the answers of one pass say about the signal. Anything but one finite, fresh number is unknown, with its reason. */
export function readingOf(signal: Signal, answers: SignalAnswers, now: Instant): Reading {
  const answerTo = (role: Asked["role"]): Answer =>
    answers.asked.find((asked) => asked.role === role)?.answer ?? {
      kind: "unknown",
      reason: "bad-answer",
      detail: "the question was not asked",
    };

  const notes: string[] = [];
  const watermark = signal.asOf === null ? null : watermarkOf(answerTo("asOf"), signal, now);
  const doubt = watermark === null ? staleness(signal, answers.freshness, now) : watermark.unknown;
  const rest = { asOf: watermark?.at ?? null, notes };

  if (signal.measure.kind === "counts") {
    const total = believed(number(answerTo("total")), doubt);
    const bad = believed(badOf(answerTo("bad"), total, notes), doubt);
    const samples = signal.samples === null ? total : believed(number(answerTo("samples")), doubt);
    notes.push(...infosOf(answers));
    return { value: ratio(bad, total), samples, bad, ...rest };
  }
  const main = answerTo("value");
  const zero =
    main.kind === "empty" && signal.emptyIsZeroWitness !== null ? witnessed(answerTo("witness")) : null;
  if (zero?.kind === "known") notes.push("empty, and the witness answers: 0");
  // An empty answer has no sample of its own to be fresh; the witness answers for it in the same instant.
  const vouched = zero?.kind === "known" && watermark === null;
  const trust = (raw: Known | Unknown) => believed(raw, vouched ? null : doubt);
  const value = trust(zero ?? number(main));
  const samples = signal.samples === null ? null : trust(number(answerTo("samples")));
  const bad = signal.bad === null ? null : trust(badOf(answerTo("bad"), value, notes));
  notes.push(...infosOf(answers));
  return { value, samples, bad, ...rest };
}

function believed(raw: Known | Unknown, doubt: Unknown | null): Known | Unknown {
  return raw.kind === "known" && doubt !== null ? doubt : raw;
}

function number(answer: Answer): Known | Unknown {
  switch (answer.kind) {
    case "value":
      return { kind: "known", value: answer.value };
    case "empty":
      return { kind: "unknown", reason: "no-series", detail: "the query matched no series" };
    case "unknown":
      return answer;
  }
}

/** A bad-counter without any series, while what it is counted against is known, is a counter that never had to count. */
function badOf(answer: Answer, against: Known | Unknown, notes: string[]): Known | Unknown {
  if (answer.kind !== "empty" || against.kind === "unknown") return number(answer);
  notes.push("no errors seen yet");
  return { kind: "known", value: 0 };
}

function witnessed(witness: Answer): Known | Unknown {
  if (witness.kind === "unknown") return witness;
  if (witness.kind === "value" && witness.value > 0) return { kind: "known", value: 0 };
  const detail =
    witness.kind === "value"
      ? `the query is empty and its witness answers ${witness.value}, not above 0`
      : "the query is empty and so is its witness";
  return { kind: "unknown", reason: "no-series", detail };
}

function ratio(bad: Known | Unknown, total: Known | Unknown): Known | Unknown {
  if (total.kind === "unknown") return total;
  if (bad.kind === "unknown") return bad;
  if (total.value <= 0) return { kind: "unknown", reason: "nan", detail: "nothing happened: 0 of 0" };
  return { kind: "known", value: bad.value / total.value };
}

/** What Prometheus remarked on any of the answers; shown, and changing nothing. */
function infosOf(answers: SignalAnswers): readonly string[] {
  return [...new Set(answers.asked.flatMap(({ answer }) => (answer.kind === "value" ? answer.infos : [])))];
}

type Watermark = { readonly at: Instant | null; readonly unknown: Unknown | null };

function watermarkOf(answer: Answer, signal: Signal, now: Instant): Watermark {
  const seconds = number(answer);
  if (seconds.kind === "unknown") {
    return { at: null, unknown: { ...seconds, detail: `watermark: ${seconds.detail}` } };
  }
  const at = Math.round(seconds.value * SECOND);
  const oldest = Math.max(signal.lagMs + 2 * (signal.periodMs ?? 0), LEAST_WATERMARK_AGE_MS);
  if (at > now + FUTURE_TOLERANCE_MS) return { at, unknown: stale("the watermark lies in the future") };
  if (at < now - oldest) {
    return {
      at,
      unknown: stale(
        `the watermark is ${formatMillis(now - at)} old; ${formatMillis(oldest)} is the oldest accepted`,
      ),
    };
  }
  return { at, unknown: null };
}

function staleness(signal: Signal, freshness: Freshness | null, now: Instant): Unknown | null {
  if (freshness === null) return stale("the freshness of the query was not asked");
  if (freshness.kind === "unknown") return freshness;
  const found = staleSelector(freshness.selectors, signal.lagMs, now);
  return found === null ? null : stale(found);
}

/** The first selector without a sample of the last three scrapes, in words; null when all are fresh. */
export function staleSelector(
  selectors: readonly SelectorFreshness[],
  lagMs: Millis,
  now: Instant,
): string | null {
  for (const { selector, newest, scrapeIntervalMs } of selectors) {
    if (newest === null) return `${selector} has no sample now`;
    const oldest = MISSED_SCRAPES * scrapeIntervalMs + lagMs;
    if (now - newest > oldest) return `the newest sample of ${selector} is ${formatMillis(now - newest)} old`;
  }
  return null;
}

function stale(detail: string): Unknown {
  return { kind: "unknown", reason: "stale", detail };
}
