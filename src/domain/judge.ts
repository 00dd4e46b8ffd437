import type { Gate, Purpose, Signal } from "./gate.ts";
import { readingOf } from "./inquiry.ts";
import { type Instant, MINUTE, type Millis, formatMillis } from "./instant.ts";
import { type Limit, holds } from "./limit.ts";
import { CONSECUTIVE, UNBREACHED, breachedOrNot, lasted, unread } from "./limit-clock.ts";
import type { Reading, SignalAnswers } from "./reading.ts";
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
  const clocks: Record<string, SignalClock> = {};
  const signals = gate.signals.map((signal) => {
    const own = answers.get(signal.name) ?? unasked(signal);
    const before = context.clocks[signal.name] ?? FRESH_CLOCK;
    const { judgement, clock } = judgeSignal(gate, signal, own, before, context);
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
  const clock = clockAfter(gate, signal, reading, before, applies, context);
  const said =
    short(signal, reading) ??
    missing(gate, signal, reading, clock, context) ??
    breached(signal, reading, clock, context) ??
    settling(reading, settleMs, context) ??
    between(signal, reading, clock) ??
    good(signal, reading);
  const armed = said.code === "breached" && (said.verdict === "halt" || said.verdict === "rollback");
  return {
    judgement: {
      signal: signal.name,
      ...said,
      settleMs,
      counts: applies || armed,
      reading,
      asked: answers.asked,
    },
    clock,
  };
}

function isShort(signal: Signal, reading: Reading): boolean {
  return signal.unit === "ratio" && reading.samples?.kind === "known" && reading.samples.value < signal.floor;
}

function clockAfter(
  gate: Gate,
  signal: Signal,
  reading: Reading,
  before: SignalClock,
  applies: boolean,
  context: JudgeContext,
): SignalClock {
  if (isShort(signal, reading)) {
    return {
      ...before,
      halt: unread(before.halt),
      rollback: unread(before.rollback),
      unknownSince: null,
      missingStreak: 0,
    };
  }
  if (reading.value.kind === "unknown") return unknownClock(gate, signal, before, applies, context);

  const seen = { now: context.now, everyMs: gate.everyMs, value: reading.value.value, asOf: reading.asOf };
  // A halt acknowledged for missing data says nothing about a breach found once the data is back.
  const acknowledgementOver =
    signal.halt === null || !holds(signal.halt, seen.value) || before.unknownSince !== null;
  return {
    halt: signal.halt === null ? UNBREACHED : breachedOrNot(signal.halt, before.halt, seen),
    rollback: signal.rollback === null ? UNBREACHED : breachedOrNot(signal.rollback, before.rollback, seen),
    unknownSince: null,
    missingStreak: 0,
    acknowledgedAt: acknowledgementOver ? null : before.acknowledgedAt,
  };
}

function unknownClock(
  gate: Gate,
  signal: Signal,
  before: SignalClock,
  applies: boolean,
  context: JudgeContext,
): SignalClock {
  const halted = { ...before, halt: unread(before.halt), rollback: unread(before.rollback) };
  if (!applies) return { ...halted, unknownSince: null, missingStreak: 0 };
  const sincePass = context.lastPassAt === null ? 0 : context.now - context.lastPassAt;
  const gap = sincePass > CONSECUTIVE * gate.everyMs;
  const missingStreak = gap ? 1 : before.missingStreak + 1;
  // While the whole source is dark its own clock runs, and the signal's stands still.
  const standsStill = context.dark.has(signal.source) && before.unknownSince !== null;
  const unknownSince = standsStill
    ? Math.min(context.now, (before.unknownSince ?? context.now) + Math.max(0, sincePass))
    : (before.unknownSince ?? context.now);
  return { ...halted, unknownSince, missingStreak };
}

function short(signal: Signal, reading: Reading): Said | null {
  if (!isShort(signal, reading) || reading.samples?.kind !== "known") return null;
  const count = Math.floor(reading.samples.value);
  return {
    verdict: "wait",
    code: "short",
    message: `${count} of ${signal.floor} samples needed`,
    limit: null,
    until: null,
  };
}

function missing(
  gate: Gate,
  signal: Signal,
  reading: Reading,
  clock: SignalClock,
  context: JudgeContext,
): Said | null {
  const lost = lostSamples(signal, reading) ?? (reading.value.kind === "unknown" ? reading.value : null);
  if (lost === null) return null;
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
  const nextBound = verdict === "wait" ? bounds.haltMs : verdict === "halt" ? bounds.rollbackMs : null;
  const subject = isDark ? `source ${signal.source} is dark` : `${lost.reason}: ${lost.detail}`;
  return {
    verdict,
    code: isDark ? "dark" : "missing",
    message: `${subject}, since ${formatMillis(context.now - since)}`,
    limit: null,
    until: nextBound === null ? null : since + nextBound,
  };
}

/** A ratio whose sample count is asked in vain is as blind as one whose value is. */
function lostSamples(signal: Signal, reading: Reading) {
  return signal.unit === "ratio" && reading.samples?.kind === "unknown" ? reading.samples : null;
}

function enoughBad(signal: Signal, reading: Reading): boolean {
  // An unknown count must not disarm a limit that is breached.
  return (
    signal.unit !== "ratio" ||
    reading.bad === null ||
    reading.bad.kind === "unknown" ||
    reading.bad.value >= signal.minBad
  );
}

function breached(signal: Signal, reading: Reading, clock: SignalClock, context: JudgeContext): Said | null {
  if (reading.value.kind === "unknown" || !enoughBad(signal, reading)) return null;
  const value = formatValue(signal, reading.value.value);
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

function settling(reading: Reading, settleMs: Millis, context: JudgeContext): Said | null {
  if (context.changedAt === null) return null;
  const until = context.changedAt + settleMs;
  if (context.now < until) {
    return waits(
      "settling",
      `still shows the time before the change, for ${formatMillis(until - context.now)}`,
      until,
    );
  }
  if (reading.asOf !== null && reading.asOf <= context.changedAt) {
    return waits("settling", "its data ends before the change of exposure", null);
  }
  return null;
}

function between(signal: Signal, reading: Reading, clock: SignalClock): Said | null {
  if (reading.value.kind === "unknown") return null;
  const value = formatValue(signal, reading.value.value);
  if (clock.halt.at !== null || clock.rollback.at !== null) {
    const limit = clock.rollback.at === null ? signal.halt : signal.rollback;
    return {
      ...waits("between", `${value} breaches, not yet long or often enough`, null),
      limit: limit?.text ?? null,
    };
  }
  if (signal.advance !== null && !holds(signal.advance, reading.value.value)) {
    const limit = signal.advance.text;
    return { ...waits("between", `${value}, advance ${limit}`, null), limit };
  }
  return null;
}

function good(signal: Signal, reading: Reading): Said {
  const value = reading.value.kind === "known" ? formatValue(signal, reading.value.value) : "unknown";
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
