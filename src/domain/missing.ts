import type { Gate, MissingBounds } from "./gate.ts";
import { type Maintenance, maintenanceAt, maintenanceText, stoodStill } from "./maintenance.ts";
import { type Instant, MINUTE, type Millis, formatMillis } from "./instant.ts";
import { CONSECUTIVE, UNBREACHED, unread } from "./limit-clock.ts";
import type { SignalClock } from "./record.ts";
import { type Verdict, worse } from "./verdict.ts";

export const FRESH_CLOCK: SignalClock = {
  halt: UNBREACHED,
  rollback: UNBREACHED,
  unknownSince: null,
  missingStreak: 0,
  acknowledgedAt: null,
};

/** A halt that a person acknowledged comes back only when its cause lasts this long, or its own `for` if longer. */
export const ACKNOWLEDGED_FOR: Millis = 15 * MINUTE;

/** What can go missing: a signal or a guard. */
export type Watched = { readonly source: string; readonly missing: MissingBounds };

/** What of a pass the clock of something missing depends on. */
export type MissingContext = {
  readonly now: Instant;
  /** Instant of this gate's previous pass; null at the first. */
  readonly lastPassAt: Instant | null;
  /** Sources of which no query of any gate is answered, with the instant since when. */
  readonly dark: ReadonlyMap<string, Instant>;
  /** Of the gate's sources: what is under way, and what was since the previous pass. */
  readonly maintenance: readonly Maintenance[];
};

export type MissingSaid = {
  readonly verdict: Verdict;
  readonly code: "missing" | "dark";
  readonly message: string;
  readonly until: Instant | null;
};

export function unreadClock(before: SignalClock): SignalClock {
  return { ...before, halt: unread(before.halt), rollback: unread(before.rollback) };
}

/** A clock whose reading nobody misses now: it is not asked for, or too few samples are no dead exporter. */
export function idleClock(before: SignalClock): SignalClock {
  return { ...unreadClock(before), unknownSince: null, missingStreak: 0 };
}

/** A clock in a window in which nothing is believed: whatever ran begins anew afterwards, and what was acknowledged stays so. */
export function blindedClock(before: SignalClock): SignalClock {
  return { ...idleClock(before), halt: UNBREACHED, rollback: UNBREACHED };
}

/** The clock after a pass that found nothing to read. */
export function missingClock(
  gate: Gate,
  watched: Watched,
  before: SignalClock,
  context: MissingContext,
): SignalClock {
  const sincePass = context.lastPassAt === null ? 0 : context.now - context.lastPassAt;
  const gap = sincePass > CONSECUTIVE * gate.everyMs;
  const since = before.unknownSince ?? context.now;
  const from = Math.max(since, context.lastPassAt ?? context.now);
  const { acknowledgedAt } = before;
  const still = stoodStill(context.maintenance, watched.source, from, context.now);
  // While the whole source is dark its own clock runs, and this one stands still.
  const shift = context.dark.has(watched.source) ? Math.max(0, sincePass) : still;
  return {
    ...unreadClock(before),
    unknownSince: Math.min(context.now, since + shift),
    missingStreak: gap ? 1 : before.missingStreak + 1,
    // What was acknowledged of the missing data stays so for as long as its clock stands still.
    acknowledgedAt:
      acknowledgedAt !== null && wasForMissing(before) ? acknowledgedAt + still : acknowledgedAt,
  };
}

/** A halt acknowledged for missing data says nothing about a breach found once the data is back. */
export function wasForMissing({ acknowledgedAt, unknownSince }: SignalClock): boolean {
  return acknowledgedAt !== null && unknownSince !== null && unknownSince <= acknowledgedAt;
}

/** What a missing reading says by its clock: wait, later halt, later still roll back. `lost` is what is missing and why. */
export function sayMissing(
  gate: Gate,
  watched: Watched,
  clock: SignalClock,
  lost: string,
  context: MissingContext,
): MissingSaid {
  const darkSince = context.dark.get(watched.source);
  const isDark = darkSince !== undefined;
  const since = darkSince ?? clock.unknownSince ?? context.now;
  const bounds = isDark
    ? { haltMs: gate.data.darkHaltMs, rollbackMs: gate.data.darkRollbackMs }
    : watched.missing;
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
  const work = maintenanceAt(context.maintenance, watched.source, context.now);
  const note = work === null ? "" : `; that clock stands still, ${maintenanceText(work, context.now)}`;
  const standing = work === null ? 0 : work.until - context.now;
  const subject = isDark ? `source ${watched.source} is dark` : lost;
  return {
    verdict,
    code: isDark ? "dark" : "missing",
    message: `${subject}, for ${formatMillis(context.now - since)}${note}`,
    until: nextBound === null ? null : since + nextBound + standing,
  };
}
