import type { Signal } from "./gate.ts";
import { type Instant, type Millis, WEEK, formatMillis } from "./instant.ts";
import type { Reading } from "./reading.ts";
import { spansOf } from "./window-time.ts";

/** What keeps a signal from being believed. */
export type Blinded = {
  readonly window: string;
  readonly message: string;
  /** When it ends by time alone; null: when newer data comes. */
  readonly until: Instant | null;
};

/**
 * The window that the signal's reading shows: one that covers `now`, or ended less than a settle ago, or after which
 * there is no data yet. Null: none, so the reading counts.
 */
export function blindedBy(
  { except = [] }: Signal,
  settleMs: Millis,
  now: Instant,
  asOf: Instant | null = null,
): Blinded | null {
  const settledSince = now - settleMs;
  // Data up to the very end of the window shows nothing else.
  const after = asOf === null ? settledSince : Math.min(settledSince, asOf - 1);
  const shown = except.flatMap(({ name, hours }) =>
    spansOf(hours, after, now).map(({ to }) => ({ name, to })),
  );
  const [first, ...others] = shown;
  if (first === undefined) return null;
  const { name, to } = others.reduce((last, each) => (each.to > last.to ? each : last), first);
  return { window: name, ...blindText(name, to, settleMs, now) };
}

function blindText(
  name: string,
  to: Instant,
  settleMs: Millis,
  now: Instant,
): Pick<Blinded, "message" | "until"> {
  const until = to + settleMs;
  if (now < to) return { message: `${name} for another ${formatMillis(to - now)}`, until };
  if (now < until)
    return { message: `${name} is over; settles for another ${formatMillis(until - now)}`, until };
  return { message: `its data ends in ${name}`, until: null };
}

/** The reading without a week ago, where that lay in a window in which nothing of the signal is to be believed. */
export function withoutBlindWeek(signal: Signal, reading: Reading, settleMs: Millis, now: Instant): Reading {
  const { bases } = reading;
  const blinded = bases === undefined ? null : blindedBy(signal, settleMs, now - WEEK);
  if (bases === undefined || blinded === null) return reading;
  const value = { kind: "unknown", reason: "window", detail: blinded.window } as const;
  return { ...reading, bases: bases.map((base) => (base.of === "last week" ? { ...base, value } : base)) };
}

/** Whether outcomes of that stretch are left out of a proof. */
export function isBlindStretch({ except = [], lagMs }: Signal, from: Instant, to: Instant): boolean {
  return except.some(({ hours }) => spansOf(hours, from - lagMs, to).length > 0);
}

/** Windows of which nobody can tell when they are, so that nothing of them has an effect. */
export function unreadWindows(signals: readonly Signal[]): readonly string[] {
  const named = signals.flatMap(({ except = [] }) => except);
  return [...new Set(named.filter(({ hours }) => hours.kind === "ical").map(({ name }) => name))];
}
