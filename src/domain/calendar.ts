import type { Instant, Millis } from "./instant.ts";
import type { Percent } from "./percent.ts";

/** From 1, Monday, to 7, Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Minutes after local midnight; an end that is not after its beginning lies on the next day. */
export type DayTimes = { readonly fromMinute: number; readonly toMinute: number };

export type Recurrence = DayTimes &
  (
    | { readonly kind: "weekly"; readonly days: readonly Weekday[] }
    | { readonly kind: "monthly"; readonly edge: "first" | "last"; readonly days: number }
  );

export type WindowTime =
  | { readonly kind: "every"; readonly recurrence: Recurrence }
  /** Up to and without `to`. */
  | { readonly kind: "span"; readonly from: Instant; readonly to: Instant }
  /** The events of a calendar elsewhere; `firstMs`: only the beginning of each. */
  | { readonly kind: "ical"; readonly source: string; readonly firstMs: Millis | null };

export type WindowEffect =
  /** Increases only inside. */
  | { readonly kind: "allow-advance"; readonly mustSettleInside: boolean }
  /** No increase and no start. */
  | { readonly kind: "freeze" }
  /** No increase above this. */
  | { readonly kind: "ceiling"; readonly to: Percent }
  /** Limits half the way nearer, and approvals on every increase. */
  | { readonly kind: "tighten" }
  /** What is read of these systems is neither proof nor alarm. */
  | { readonly kind: "blind"; readonly systems: readonly string[] };

/** A stretch of time, once or again and again, and what it does to increases. Decreases are never limited. */
export type CalendarWindow = {
  readonly name: string;
  /** IANA name of the zone its local times are meant in. */
  readonly timezone: string;
  readonly time: WindowTime;
  readonly effect: WindowEffect;
  /** What is unproven goes back this far, this long before the window begins. */
  readonly retreat: { readonly to: Percent; readonly beforeMs: Millis } | null;
  /** Who may lift it for a while: `count` people, one of each group at least. */
  readonly overrule: {
    readonly by: readonly string[];
    readonly count: number;
    readonly expiresMs: Millis;
  } | null;
  /** It concerns only ramps that write one of these; empty: all. */
  readonly onlyWrites: readonly string[];
};
