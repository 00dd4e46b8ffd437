import type { Gate, Purpose, Signal } from "./gate.ts";
import { readingOf } from "./inquiry.ts";
import { type Instant, MINUTE, type Millis, formatMillis } from "./instant.ts";
import { type Limit, holds } from "./limit.ts";
import { CONSECUTIVE, UNBREACHED, breachedOrNot, lasted, unread } from "./limit-clock.ts";
import type { Reading, SignalAnswers, Unknown } from "./reading.ts";
import type { SignalClock } from "./record.ts";
import { settleOf } from "./settle.ts";
import { type SignalJudgement, type Verdict, type VerdictCode, worse } from "./verdict.ts";
import { formatValue } from "./value-text.ts";

export const FRESH_CLOCK: SignalClock = {
  halt: UNBREACHED,
  rollback: UNBREACHED,
  unknownSince: null,
  missingStreak: 0,
  acknowledgedAt: null,
};

/** A halt that a person acknowledged comes back only when its cause lasts this long, or the limit's own `for` if longer. */
const ACKNOWLEDGED_FOR: Millis = 15 * MINUTE;

/** What of the ramp's past and present a judgement depends on. */
export type JudgeContext = {
  readonly now: Instant;
  /** Instant of this gate's previous pass; null at the first. */
  readonly lastPassAt: Instant | null;
  /** Last change of exposure by anybody; settle runs from here. */
  readonly changedAt: Instant | null;
  /** What exposure wants next: `finish` while baking, else `advance`. */
  readonly purpose: Purpose;
  readonly clocks: Readonly<Record<string, SignalClock>>;
  /** Sources of which no query of any gate is answered, with the instant since when. */
  readonly dark: ReadonlyMap<string, Instant>;
};

export type GateJudgement = {
  readonly verdict: Verdict;
  readonly signals: readonly SignalJudgement[];
  readonly clocks: Readonly<Record<string, SignalClock>>;
};

type Said = Pick<SignalJudgement, "verdict" | "code" | "message" | "limit" | "until">;

/** Judges every signal of the gate; the gate's verdict is the worst of those that count. */
export function judge(
  gate: Gate,
  answers: ReadonlyMap<string, SignalAnswers>,
  context: JudgeContext,
): GateJudgement {
  // A map, since a record would answer for names such as `constructor` too.
  const before = new Map(Object.entries(context.clocks));
  const clocks: Record<string, SignalClock> = {};
  const signals = gate.signals.map((signal) => {
    const own = answers.get(signal.name) ?? unasked(signal);
    const clockBefore = before.get(signal.name) ?? FRESH_CLOCK;
    const { judgement, clock } = judgeSignal(gate, signal, own, clockBefore, context);
    clocks[signal.name] = clock;
    return judgement;
  });
  const verdict = signals
    .filter((signal) => signal.counts)
    .reduce<Verdict>((worst, signal) => worse(worst, signal.verdict), "good");
  return { verdict, signals, clocks };
}

function unasked(signal: Signal): SignalAnswers {
  return { signal: signal.name, asked: [], freshness: null, scrapeIntervalMs: MINUTE };
}

function judgeSignal(
  gate: Gate,
  signal: Signal,
  answers: SignalAnswers,
  before: SignalClock,
  context: JudgeContext,
): { judgement: SignalJudgement; clock: SignalClock } {
  const reading = readingOf(signal, answers, context.now);
  const settleMs = settleOf(signal, gate.flag?.propagationMs ?? 0, answers.scrapeIntervalMs);
  const applies = signal.gates.includes(context.purpose);
  const evidence = evidenceOf(signal, reading);
  const clock = clockAfter(gate, signal, evidence, reading.asOf, before, applies, context);
  const said = say({ gate, signal, reading, settleMs, clock, context }, evidence);
  return {
    judgement: {
      signal: signal.name,
      ...said,
      settleMs,
      counts: applies || said.code === "breached",
      reading,
      asked: answers.asked,
    },
    clock,
  };
}

type Evidence = { readonly kind: "short"; readonly samples: number } | Reading["value"];

/** What there is to judge: a ratio on too few samples is short, and one whose samples were asked in vain is missing. */
function evidenceOf(signal: Signal, reading: Reading): Evidence {
  const { samples, value } = reading;
  if (signal.unit !== "ratio" || samples === null) return value;
  if (samples.kind === "unknown") return samples;
  return samples.value < signal.floor ? { kind: "short", samples: samples.value } : value;
}

function clockAfter(
  gate: Gate,
  signal: Signal,
  evidence: Evidence,
  asOf: Instant | null,
  before: SignalClock,
  applies: boolean,
  context: JudgeContext,
): SignalClock {
  if (evidence.kind === "short") return { ...unreadClock(before), unknownSince: null, missingStreak: 0 };
  if (evidence.kind === "unknown") return unknownClock(gate, signal, before, applies, context);

  const seen = { now: context.now, everyMs: gate.everyMs, value: evidence.value, asOf };
  const acknowledged = signal.halt !== null && holds(signal.halt, seen.value) && !wasForMissing(before);
  return {
    halt: signal.halt === null ? UNBREACHED : breachedOrNot(signal.halt, before.halt, seen),
    rollback: signal.rollback === null ? UNBREACHED : breachedOrNot(signal.rollback, before.rollback, seen),
    unknownSince: null,
    missingStreak: 0,
    acknowledgedAt: acknowledged ? before.acknowledgedAt : null,
  };
}

/** A halt acknowledged for missing data says nothing about a breach found once the data is back. */
function wasForMissing({ acknowledgedAt, unknownSince }: SignalClock): boolean {
  return acknowledgedAt !== null && unknownSince !== null && unknownSince <= acknowledgedAt;
}

function unreadClock(before: SignalClock): SignalClock {
  return { ...before, halt: unread(before.halt), rollback: unread(before.rollback) };
}

function unknownClock(
  gate: Gate,
  signal: Signal,
  before: SignalClock,
  applies: boolean,
  context: JudgeContext,
): SignalClock {
  if (!applies) return { ...unreadClock(before), unknownSince: null, missingStreak: 0 };
  const sincePass = context.lastPassAt === null ? 0 : context.now - context.lastPassAt;
  const gap = sincePass > CONSECUTIVE * gate.everyMs;
  const since = before.unknownSince ?? context.now;
  return {
    ...unreadClock(before),
    // While the whole source is dark its own clock runs, and the signal's stands still.
    unknownSince: context.dark.has(signal.source)
      ? Math.min(context.now, since + Math.max(0, sincePass))
      : since,
    missingStreak: gap ? 1 : before.missingStreak + 1,
  };
}

type Case = {
  readonly gate: Gate;
  readonly signal: Signal;
  readonly reading: Reading;
  readonly settleMs: Millis;
  readonly clock: SignalClock;
  readonly context: JudgeContext;
};

function say(own: Case, evidence: Evidence): Said {
  switch (evidence.kind) {
    case "short":
      return waits("short", `${Math.floor(evidence.samples)} of ${own.signal.floor} samples needed`, null);
    case "unknown":
      return missing(own, evidence);
    case "known":
      return (
        breached(own, evidence.value) ??
        settling(own) ??
        between(own, evidence.value) ??
        good(own.signal, evidence.value)
      );
  }
}

function missing({ gate, signal, clock, context }: Case, lost: Unknown): Said {
  const darkSince = context.dark.get(signal.source);
  const isDark = darkSince !== undefined;
  const since = darkSince ?? clock.unknownSince ?? context.now;
  const bounds = isDark
    ? { haltMs: gate.data.darkHaltMs, rollbackMs: gate.data.darkRollbackMs }
    : signal.missing;
  // Right after a gap one missing pass proves nothing yet: the bound acts on the second in a row.
  const acts = clock.missingStreak >= 2;
  const reached = (bound: Millis | null) => bound !== null && acts && context.now - since >= bound;
  const acknowledged = clock.acknowledgedAt !== null && context.now - clock.acknowledgedAt < ACKNOWLEDGED_FOR;
  const atOnce = isDark || (acknowledged && gate.data.missing === "halt") ? "wait" : gate.data.missing;
  const byClock: Verdict = reached(bounds.rollbackMs)
    ? "rollback"
    : reached(bounds.haltMs) && !acknowledged
      ? "halt"
      : "wait";
  const verdict = worse(atOnce, byClock);
  const later = verdict === "halt" ? bounds.rollbackMs : (bounds.haltMs ?? bounds.rollbackMs);
  const nextBound = verdict === "rollback" ? null : later;
  const subject = isDark ? `source ${signal.source} is dark` : `${lost.reason}: ${lost.detail}`;
  return {
    verdict,
    code: isDark ? "dark" : "missing",
    message: `${subject}, for ${formatMillis(context.now - since)}`,
    limit: null,
    until: nextBound === null ? null : since + nextBound,
  };
}

function enoughBad(signal: Signal, bad: Reading["bad"]): boolean {
  // An unknown count must not disarm a limit that is breached.
  return signal.unit !== "ratio" || bad === null || bad.kind === "unknown" || bad.value >= signal.minBad;
}

function breached({ signal, reading, clock, context }: Case, raw: number): Said | null {
  if (!enoughBad(signal, reading.bad)) return null;
  const value = formatValue(signal, raw);
  const over = (limit: Limit | null, own: SignalClock["halt"]): limit is Limit =>
    limit !== null && lasted(limit, own, signal.periodMs, signal.asOf !== null);
  const said = (verdict: Verdict, limit: Limit): Said => ({
    verdict,
    code: "breached",
    message: `${value}, ${verdict} ${limit.text}`,
    limit: limit.text,
    until: null,
  });
  if (over(signal.rollback, clock.rollback)) return said("rollback", signal.rollback);
  if (over(signal.halt, clock.halt) && !stillAcknowledged(signal.halt, clock, context)) {
    return said("halt", signal.halt);
  }
  return null;
}

function stillAcknowledged(limit: Limit, clock: SignalClock, context: JudgeContext): boolean {
  if (clock.acknowledgedAt === null) return false;
  const own = limit.persistence.kind === "time" ? limit.persistence.ms : 0;
  return context.now - clock.acknowledgedAt < Math.max(own, ACKNOWLEDGED_FOR);
}

function settling({ reading, settleMs, context }: Case): Said | null {
  if (context.changedAt === null) return null;
  const until = context.changedAt + settleMs;
  if (context.now < until) {
    return waits("settling", `settles for another ${formatMillis(until - context.now)}`, until);
  }
  if (reading.asOf !== null && reading.asOf <= context.changedAt) {
    return waits("settling", "its data ends before the change of exposure", null);
  }
  return null;
}

function between({ signal, clock }: Case, raw: number): Said | null {
  const value = formatValue(signal, raw);
  const milder = clock.halt.at === null ? null : signal.halt;
  const breach = clock.rollback.at === null ? milder : signal.rollback;
  if (breach !== null) {
    const message = `${value} breaches, not yet long or often enough`;
    return { ...waits("between", message, null), limit: breach.text };
  }
  if (signal.advance !== null && !holds(signal.advance, raw)) {
    const limit = signal.advance.text;
    return { ...waits("between", `${value}, advance ${limit}`, null), limit };
  }
  return null;
}

function good(signal: Signal, raw: number): Said {
  const value = formatValue(signal, raw);
  const limit = signal.advance?.text ?? null;
  return {
    verdict: "good",
    code: "good",
    message: limit === null ? value : `${value}, advance ${limit}`,
    limit,
    until: null,
  };
}

function waits(code: VerdictCode, message: string, until: Instant | null): Said {
  return { verdict: "wait", code, message, limit: null, until };
}
