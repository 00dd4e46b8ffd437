import type { AlertAnswers } from "./alert.ts";
import { type Blinded, blindedBy, withoutBlindWeek } from "./blind-window.ts";
import {
  type Compared,
  type EmptySide,
  baseOf,
  compared,
  comparedText,
  comparesCohorts,
  isTrue,
  isUnreadable,
} from "./comparison.ts";
import type { AlertGuard, Gate, Purpose, Signal } from "./gate.ts";
import { hasWatermark, readingOf } from "./inquiry.ts";
import { type Instant, MINUTE, type Millis, formatMillis } from "./instant.ts";
import { type AlertContext, judgeAlert, worstAlert } from "./judge-alert.ts";
import type { Limit } from "./limit.ts";
import { UNBREACHED, breachedOrNot, lasted, unread } from "./limit-clock.ts";
import {
  ACKNOWLEDGED_FOR,
  FRESH_CLOCK,
  blindedClock,
  idleClock,
  missingClock,
  sayMissing,
  wasForMissing,
} from "./missing.ts";
import type { Reading, SignalAnswers, Unknown } from "./reading.ts";
import type { LimitClock, SignalClock } from "./record.ts";
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
  /** Absent: both cohorts have members, or nobody knows. */
  readonly emptySide?: EmptySide;
  /** Exposed out of everybody, 0 to 1. Absent: nobody knows. */
  readonly exposed?: number | null;
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
  const { now, emptySide = null } = context;
  const settleMs = settleOf(signal, gate.flag?.propagationMs ?? 0, answers.scrapeIntervalMs);
  const reading = withoutBlindWeek(signal, readingOf(signal, answers, now), settleMs, now);
  const applies = signal.gates.includes(context.purpose);
  const evidence = evidenceOf(signal, reading, emptySide, blindedIn(signal, reading, settleMs, now));
  const clock = clockAfter({ gate, signal, reading, settleMs, before, applies, context }, evidence);
  const said = say({ gate, signal, reading, settleMs, clock, context }, evidence);
  return {
    judgement: {
      signal: signal.name,
      ...said,
      settleMs,
      counts: (applies && said.code !== "not-applicable") || said.code === "breached",
      reading,
      asked: answers.asked,
    },
    clock,
  };
}

/** The watermark of a reading that is not to be used says nothing of the window. */
function blindedIn(signal: Signal, reading: Reading, settleMs: Millis, now: Instant): Blinded | null {
  return blindedBy(signal, settleMs, now, reading.value.kind === "known" ? reading.asOf : null);
}

type Evidence =
  | { readonly kind: "window"; readonly blinded: Blinded }
  | { readonly kind: "short"; readonly samples: number; readonly of: "" | " of control" }
  | { readonly kind: "not-applicable"; readonly side: "candidate" | "control" }
  | Reading["value"];

/**
 * What there is to judge: a ratio on too few samples is short, and one whose samples were asked in vain is missing. Of
 * cohorts that are compared that holds on either side.
 */
function evidenceOf(
  signal: Signal,
  reading: Reading,
  emptySide: EmptySide,
  blinded: Blinded | null,
): Evidence {
  const { samples, value } = reading;
  if (emptySide !== null && isUnreadable(signal, emptySide)) {
    return { kind: "not-applicable", side: emptySide };
  }
  if (blinded !== null) return { kind: "window", blinded };
  if (signal.unit !== "ratio" || samples === null) return value;
  if (samples.kind === "unknown") return samples;
  if (samples.value < signal.floor) return { kind: "short", samples: samples.value, of: "" };
  if (!comparesCohorts(signal) || emptySide !== null) return value;
  const control = baseOf(reading, "control");
  if (control?.samples?.kind === "known" && control.samples.value < signal.floor) {
    return { kind: "short", samples: control.samples.value, of: " of control" };
  }
  return control?.value.kind === "unknown" ? control.value : value;
}

type Timed = Omit<Case, "clock"> & {
  readonly before: SignalClock;
  readonly applies: boolean;
};

function clockAfter(own: Timed, evidence: Evidence): SignalClock {
  const { gate, signal, reading, before, applies, context } = own;
  if (evidence.kind === "window") return blindedClock(before);
  if (evidence.kind === "short" || evidence.kind === "not-applicable") return idleClock(before);
  if (evidence.kind === "unknown") {
    return applies ? missingClock(gate, signal, before, context) : idleClock(before);
  }

  const seen = { now: context.now, everyMs: gate.everyMs, asOf: reading.asOf };
  const after = (limit: Limit | null, clock: LimitClock): LimitClock => {
    if (limit === null) return UNBREACHED;
    const found = foundBy(limit, own, evidence.value);
    if (found.kind === "known") {
      return breachedOrNot(limit, clock, { ...seen, value: found.value, base: found.base });
    }
    return found.kind === "not-applicable" ? UNBREACHED : unread(clock);
  };
  return {
    halt: after(signal.halt, before.halt),
    rollback: after(signal.rollback, before.rollback),
    unknownSince: null,
    missingStreak: 0,
    acknowledgedAt: isStillHalted(own, evidence.value) ? before.acknowledgedAt : null,
    ...(before.steppedBackAt === undefined ? {} : { steppedBackAt: before.steppedBackAt }),
  };
}

/** Whether what was acknowledged is there still; a halt whose baseline is lost has not ended. */
function isStillHalted(own: Timed, value: number): boolean {
  const { halt } = own.signal;
  if (halt === null || wasForMissing(own.before)) return false;
  const found = foundBy(halt, own, value);
  return found.kind === "no-baseline" || found.kind === "short" || isTrue(halt, found);
}

function foundBy(limit: Limit, own: Omit<Case, "clock">, value: number): Compared {
  const { signal, reading, context } = own;
  const { emptySide = null, exposed: share = null } = context;
  return compared(limit, signal, reading, value, { emptySide, share, isSettled: settling(own) === null });
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
      return waits(
        "short",
        `${Math.floor(evidence.samples)} of ${own.signal.floor} samples${evidence.of} needed`,
        null,
      );
    case "window":
      return waits("window", evidence.blinded.message, evidence.blinded.until);
    case "not-applicable":
      return waits(
        "not-applicable",
        evidence.side === "candidate" ? "nobody is exposed yet" : "everybody is exposed: there is no control",
        null,
      );
    case "unknown":
      return missing(own, evidence);
    case "known":
      return (
        breached(own, evidence.value) ??
        settling(own) ??
        between(own, evidence.value) ??
        baseless(own, evidence.value) ??
        good(own, evidence.value)
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
  const over = (limit: Limit | null, timer: SignalClock["halt"]): limit is Limit =>
    limit !== null && lasted(limit, timer, signal.periodMs, hasWatermark(signal));
  const said = (verdict: Verdict, limit: Limit): Said => ({
    verdict,
    code: "breached",
    message: `${shown(own, limit, raw)}, ${limit.to === undefined ? verdict : "one step back"} ${limit.text}`,
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

function settling({ reading, settleMs, context }: Omit<Case, "clock">): Said | null {
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

function between(own: Case, raw: number): Said | null {
  const { signal, clock } = own;
  const milder = clock.halt.at === null ? null : signal.halt;
  const breach = clock.rollback.at === null ? milder : signal.rollback;
  if (breach !== null) {
    const message = `${shown(own, breach, raw)} breaches, not yet long or often enough`;
    return { ...waits("between", message, null), limit: breach.text };
  }
  const { advance } = signal;
  if (advance === null) return null;
  const found = foundBy(advance, own, raw);
  if (found.kind !== "known" || isTrue(advance, found)) return null;
  const limit = advance.text;
  return { ...waits("between", `${shown(own, advance, raw)}, advance ${limit}`, null), limit };
}

/** A limit without what it compares with, or with too little of it, is neither met nor breached. */
function baseless(own: Case, raw: number): Said | null {
  const { advance, halt, rollback } = own.signal;
  for (const limit of [advance, halt, rollback]) {
    if (limit === null) continue;
    const found = foundBy(limit, own, raw);
    if (found.kind !== "no-baseline" && found.kind !== "short") continue;
    return { ...waits(found.kind, `${shown(own, limit, raw)}, ${found.why}`, null), limit: limit.text };
  }
  return null;
}

function shown(own: Case, limit: Limit | null, raw: number): string {
  if (limit === null) return formatValue(own.signal, raw);
  return comparedText(own.signal, limit, foundBy(limit, own, raw), raw);
}

function good(own: Case, raw: number): Said {
  const { advance } = own.signal;
  const isHeldAgainst = advance !== null && foundBy(advance, own, raw).kind === "known";
  const limit = isHeldAgainst ? advance.text : null;
  const value = shown(own, advance, raw);
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
