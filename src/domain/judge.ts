import type { AlertAnswers } from "./alert.ts";
import type { AlertGuard, Gate, Purpose, Signal } from "./gate.ts";
import { readingOf } from "./inquiry.ts";
import { type Instant, MINUTE, type Millis, formatMillis } from "./instant.ts";
import { type AlertContext, judgeAlert, worstAlert } from "./judge-alert.ts";
import { type Limit, holds } from "./limit.ts";
import { UNBREACHED, breachedOrNot, lasted } from "./limit-clock.ts";
import {
  ACKNOWLEDGED_FOR,
  FRESH_CLOCK,
  idleClock,
  missingClock,
  sayMissing,
  wasForMissing,
} from "./missing.ts";
import type { Reading, SignalAnswers, Unknown } from "./reading.ts";
import type { SignalClock } from "./record.ts";
import { settleOf } from "./settle.ts";
import {
  type AlertJudgement,
  type SignalJudgement,
  type Verdict,
  type VerdictCode,
  worse,
} from "./verdict.ts";
import { formatValue } from "./value-text.ts";

/** What of the ramp's past and present a judgement depends on. */
export type JudgeContext = AlertContext & {
  /** Last change of exposure by anybody, or the gate's own deploy if later; settle runs from here. */
  readonly changedAt: Instant | null;
  /** What exposure wants next: `finish` while baking, else `advance`. */
  readonly purpose: Purpose;
  readonly clocks: Readonly<Record<string, SignalClock>>;
};

export type GateJudgement = {
  readonly verdict: Verdict;
  readonly signals: readonly SignalJudgement[];
  readonly alerts: readonly AlertJudgement[];
  readonly clocks: Readonly<Record<string, SignalClock>>;
};

type Said = Pick<SignalJudgement, "verdict" | "code" | "message" | "limit" | "until">;

const NO_ALERTS: ReadonlyMap<string, AlertAnswers> = new Map();

/** Judges every signal and guard of the gate; the gate's verdict is the worst of those that count. */
export function judge(
  gate: Gate,
  answers: ReadonlyMap<string, SignalAnswers>,
  context: JudgeContext,
  alertAnswers: ReadonlyMap<string, AlertAnswers> = NO_ALERTS,
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
  const alerts = gate.alerts.map((guard) => {
    const key = alertKey(guard);
    const own = alertAnswers.get(guard.match) ?? unaskedGuard(guard);
    const { judgement, clock } = judgeAlert(gate, guard, own, before.get(key) ?? FRESH_CLOCK, context);
    clocks[key] = clock;
    return judgement;
  });
  const verdict = signals
    .filter((signal) => signal.counts)
    .reduce<Verdict>((worst, signal) => worse(worst, signal.verdict), worstAlert(alerts));
  return { verdict, signals, alerts, clocks };
}

/** Under which a guard's clock is kept; no signal can have such a name. */
export function alertKey(guard: AlertGuard): string {
  return `alert:${guard.match}`;
}

function unaskedGuard({ match }: AlertGuard): AlertAnswers {
  const rules = { kind: "unknown", reason: "bad-answer", detail: "the rules were not asked for" } as const;
  return { guard: match, rules, silences: { kind: "not-configured" }, witness: null };
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
  if (evidence.kind === "short") return idleClock(before);
  if (evidence.kind === "unknown") {
    return applies ? missingClock(gate, signal, before, context) : idleClock(before);
  }

  const seen = { now: context.now, everyMs: gate.everyMs, value: evidence.value, asOf };
  const acknowledged = signal.halt !== null && holds(signal.halt, seen.value) && !wasForMissing(before);
  return {
    halt: signal.halt === null ? UNBREACHED : breachedOrNot(signal.halt, before.halt, seen),
    rollback: signal.rollback === null ? UNBREACHED : breachedOrNot(signal.rollback, before.rollback, seen),
    unknownSince: null,
    missingStreak: 0,
    acknowledgedAt: acknowledged ? before.acknowledgedAt : null,
    ...(before.steppedBackAt === undefined ? {} : { steppedBackAt: before.steppedBackAt }),
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
  const said = sayMissing(gate, signal, clock, `${lost.reason}: ${lost.detail}`, context);
  return { ...said, limit: null };
}

function enoughBad(signal: Signal, bad: Reading["bad"]): boolean {
  // An unknown count must not disarm a limit that is breached.
  return signal.unit !== "ratio" || bad === null || bad.kind === "unknown" || bad.value >= signal.minBad;
}

function breached(own: Case, raw: number): Said | null {
  const { signal, reading, clock, context } = own;
  if (!enoughBad(signal, reading.bad)) return null;
  const value = formatValue(signal, raw);
  const over = (limit: Limit | null, timer: SignalClock["halt"]): limit is Limit =>
    limit !== null && lasted(limit, timer, signal.periodMs, signal.asOf !== null);
  const said = (verdict: Verdict, limit: Limit): Said => ({
    verdict,
    code: "breached",
    message: `${value}, ${limit.to === undefined ? verdict : "one step back"} ${limit.text}`,
    limit: limit.text,
    until: null,
  });
  if (over(signal.rollback, clock.rollback)) {
    return withheld(own, said("rollback", signal.rollback)) ?? said("rollback", signal.rollback);
  }
  if (over(signal.halt, clock.halt) && !stillAcknowledged(signal.halt, clock, context)) {
    return said("halt", signal.halt);
  }
  return null;
}

/** A step back may be what mends this: until it has settled the same breach is a halt, and orders no further step. */
function withheld({ reading, settleMs, clock, context }: Case, breach: Said): Said | null {
  const { steppedBackAt } = clock;
  if (steppedBackAt === undefined) return null;
  const until = steppedBackAt + settleMs;
  const isOld = reading.asOf !== null && reading.asOf <= steppedBackAt;
  if (context.now >= until && !isOld) return null;
  const message = `${breach.message}; the step back before has not settled`;
  return { ...breach, verdict: "halt", message, until: context.now < until ? until : null };
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
