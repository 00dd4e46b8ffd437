import { baseOfDays, type DaySeen, needsBefore } from "./before-ramp.ts";
import type { PromQL, Signal } from "./gate.ts";
import { DAY, type Instant, MINUTE, type Millis, SECOND, WEEK, formatMillis } from "./instant.ts";
import type { Baseline } from "./limit.ts";
import type {
  Answer,
  AskedRole,
  Base,
  Freshness,
  Reading,
  SelectorFreshness,
  SignalAnswers,
  Unknown,
} from "./reading.ts";

export type Question = {
  readonly role: AskedRole;
  readonly query: PromQL;
  /** How long before the pass it is asked about. */
  readonly agoMs: Millis;
  /** The counters whose increments are the answer; null: the query is sent as it stands. */
  readonly counters: PromQL | null;
};
type Known = { readonly kind: "known"; readonly value: number };

/** A watermark this far ahead of us is a clock fault, not fresh data. */
const FUTURE_TOLERANCE_MS = 5 * SECOND;
const LEAST_WATERMARK_AGE_MS = 2 * MINUTE;
/** A selector without a sample for this many scrape intervals is stale. */
const MISSED_SCRAPES = 3;

/** Every question one pass asks about the signal; `days` are how long ago the days before the ramp are that it is compared with. */
export function questionsOf(signal: Signal, days: readonly Millis[] = []): readonly Question[] {
  const questions: Question[] = [...measureQuestions(signal)];
  if (signal.samples !== null) questions.push(plain("samples", signal.samples));
  if (signal.asOf !== null) questions.push(plain("asOf", signal.asOf));
  if (signal.emptyIsZeroWitness !== null) questions.push(plain("witness", signal.emptyIsZeroWitness));
  if (comparesWith(signal, "of last week")) questions.push(...lastWeekQuestions(signal));
  if (needsBefore(signal)) questions.push(...days.flatMap((agoMs) => dayQuestions(signal, agoMs)));
  return questions;
}

/** The question behind an answer; where it was asked about several times, it is the same each time. */
export function questionBehind(signal: Signal, role: AskedRole): Question | null {
  return questionsOf(signal, [DAY]).find((question) => question.role === role) ?? null;
}

function measureQuestions({ measure, bad: outcomes }: Signal): readonly Question[] {
  switch (measure.kind) {
    case "counts":
      return [plain("bad", measure.bad), plain("total", measure.total)];
    case "counters":
      return selectorsOf(measure).map(({ role, selector }) => counted(role, selector, measure.windowMs));
    case "plain":
      return [plain("value", measure.query), ...(outcomes === null ? [] : [plain("bad", outcomes)])];
  }
}

function lastWeekQuestions({ measure }: Signal): readonly Question[] {
  switch (measure.kind) {
    case "counts":
      return [plain("lastWeekBad", measure.bad, WEEK), plain("lastWeekTotal", measure.total, WEEK)];
    case "counters": {
      const { bad, total, windowMs } = measure;
      return [counted("lastWeekBad", bad, windowMs, WEEK), counted("lastWeekTotal", total, windowMs, WEEK)];
    }
    case "plain":
      return [plain("lastWeek", measure.query, WEEK)];
  }
}

function dayQuestions({ measure }: Signal, agoMs: Millis): readonly Question[] {
  switch (measure.kind) {
    case "counts":
      return [plain("beforeBad", measure.bad, agoMs), plain("beforeTotal", measure.total, agoMs)];
    case "counters": {
      const { bad, total, windowMs } = measure;
      return [counted("beforeBad", bad, windowMs, agoMs), counted("beforeTotal", total, windowMs, agoMs)];
    }
    case "plain":
      return [plain("before", measure.query, agoMs)];
  }
}

function plain(role: AskedRole, query: PromQL, agoMs = 0): Question {
  return { role, query, agoMs, counters: null };
}

function counted(role: AskedRole, counters: PromQL, windowMs: Millis, agoMs = 0): Question {
  return { role, query: `${counters}[${windowMs / SECOND}s]`, agoMs, counters };
}

type CounterMeasure = Extract<Signal["measure"], { readonly kind: "counters" }>;

export type CohortCounters = {
  readonly role: "bad" | "total" | "controlBad" | "controlTotal";
  readonly selector: PromQL;
};

/** The selectors behind a signal of raw counters, cohort by cohort; none of any other. */
export function cohortCounters({ measure }: Signal): readonly CohortCounters[] {
  return measure.kind === "counters" ? selectorsOf(measure) : [];
}

function selectorsOf({ bad, total, cohorts }: CounterMeasure): readonly CohortCounters[] {
  if (cohorts === null) {
    return [
      { role: "bad", selector: bad },
      { role: "total", selector: total },
    ];
  }
  const { candidate, control } = cohorts;
  return [
    { role: "bad", selector: within(bad, candidate) },
    { role: "total", selector: within(total, candidate) },
    { role: "controlBad", selector: within(bad, control) },
    { role: "controlTotal", selector: within(total, control) },
  ];
}

/** Whether its readings say up to when their data goes, so that runs are counted by that. */
export function hasWatermark({ asOf, onNewData }: Signal): boolean {
  return asOf !== null || onNewData === true;
}

/** The query whose selectors decide freshness: of counts the total alone; none where a watermark replaces it. */
export function freshnessQueryOf({ asOf, measure }: Signal): PromQL | null {
  if (asOf !== null) return null;
  switch (measure.kind) {
    case "counts":
      return measure.total;
    case "counters":
      return measure.total;
    case "plain":
      return measure.query;
  }
}

/** The selector with more matchers. */
export function within(selector: PromQL, matchers: string): PromQL {
  const open = selector.indexOf("{");
  if (open === -1) return `${selector}{${matchers}}`;
  const own = selector.slice(open + 1, selector.lastIndexOf("}")).replace(/,?\s*$/, "");
  return `${selector.slice(0, open)}{${own === "" ? "" : `${own}, `}${matchers}}`;
}

function comparesWith({ advance, halt, rollback }: Signal, baseline: Baseline): boolean {
  return [advance, halt, rollback].some((limit) => limit?.baseline === baseline);
}

/** What the answers of one pass say about the signal. Anything but one finite, fresh number is unknown, with its reason. */
export function readingOf(signal: Signal, answers: SignalAnswers, now: Instant): Reading {
  const answerTo = (role: AskedRole): Answer =>
    answers.asked.find((asked) => asked.role === role)?.answer ?? {
      kind: "unknown",
      reason: "bad-answer",
      detail: "the question was not asked",
    };

  const notes: string[] = [];
  const watermark = signal.asOf === null ? null : watermarkOf(answerTo("asOf"), signal, now);
  const doubt = watermark === null ? staleness(signal, answers.freshness, now) : watermark.unknown;
  const asked = { signal, answerTo, doubt, notes };
  const ofDays = needsBefore(signal) ? [baseOfDays(daysSeen(asked, answers))] : [];
  const bases = [...basesOf(asked), ...ofDays];
  const asOf = signal.onNewData === true ? newestOf(answers.freshness, now) : null;
  const rest = { asOf: watermark?.at ?? asOf, ...(bases.length === 0 ? {} : { bases }), notes };

  if (signal.measure.kind !== "plain") {
    const { bad, total } = countsIn(asked, "bad", "total");
    const samples = signal.samples === null ? total : believed(number(answerTo("samples")), doubt);
    if (answers.countedFrom !== undefined) {
      notes.push(`counted for ${formatMillis(now - answers.countedFrom)}, since the change`);
    }
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

type AskedOf = {
  readonly signal: Signal;
  readonly answerTo: (role: AskedRole) => Answer;
  readonly doubt: Unknown | null;
  readonly notes: string[];
};

type Counts = { readonly bad: Known | Unknown; readonly total: Known | Unknown };

function countsIn(
  { signal: { measure }, answerTo, doubt, notes }: AskedOf,
  bad: AskedRole,
  total: AskedRole,
): Counts {
  const answer = answerTo(total);
  // Counters of a cohort come to be with the first who belongs to it; the freshness of both tells that they are counted.
  const isNobody = answer.kind === "empty" && measure.kind === "counters" && measure.cohorts !== null;
  const all = believed(isNobody ? NOTHING : number(answer), doubt);
  return { bad: believed(badOf(answerTo(bad), all, notes), doubt), total: all };
}

const NOTHING: Known = { kind: "known", value: 0 };

/** What the limits of the signal compare with. */
function basesOf(asked: AskedOf): readonly Base[] {
  const { signal, answerTo } = asked;
  const quiet = { ...asked, notes: [] };
  const bases: Base[] = [];
  if (signal.measure.kind === "counters" && signal.measure.cohorts !== null) {
    const { bad, total } = countsIn(quiet, "controlBad", "controlTotal");
    bases.push({ of: "control", value: ratio(bad, total), samples: total });
  }
  if (!comparesWith(signal, "of last week")) return bases;
  if (signal.measure.kind === "plain") {
    return [...bases, { of: "last week", value: number(answerTo("lastWeek")), samples: null }];
  }
  const { bad, total } = countsIn({ ...quiet, doubt: null }, "lastWeekBad", "lastWeekTotal");
  return [...bases, { of: "last week", value: ratio(bad, total), samples: total }];
}

/** The days that said anything, with at least so many outcomes as the signal needs. */
function daysSeen(own: AskedOf, { asked }: SignalAnswers): readonly DaySeen[] {
  const agos = [...new Set(asked.flatMap(({ agoMs }) => agoMs ?? []))];
  return agos.flatMap((agoMs): readonly DaySeen[] => {
    const answerTo = (role: AskedRole): Answer =>
      asked.find((each) => each.role === role && each.agoMs === agoMs)?.answer ?? { kind: "empty" };
    const day = { ...own, answerTo, doubt: null, notes: [] };
    if (own.signal.measure.kind === "plain") {
      const value = number(answerTo("before"));
      return value.kind === "known" ? [{ value: value.value, total: null }] : [];
    }
    const { bad, total } = countsIn(day, "beforeBad", "beforeTotal");
    const value = ratio(bad, total);
    const isEnough = total.kind === "known" && total.value >= own.signal.floor;
    return value.kind === "known" && isEnough ? [{ value: value.value, total: total.value }] : [];
  });
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

/** Up to when everything behind the value is known; what names no series is of now. */
function newestOf(freshness: Freshness | null, now: Instant): Instant | null {
  if (freshness?.kind !== "known") return null;
  const newest = freshness.selectors.flatMap((selector) => selector.newest ?? []);
  return Math.min(now, ...newest);
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
