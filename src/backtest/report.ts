import type { Signal } from "../domain/gate.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { Span } from "../trial/ports.ts";
import type { Spread } from "../trial/past.ts";

/** A stretch of the past of which somebody knows what was up, so that what a gate says of it is explained. */
export type KnownSpan = {
  readonly name: string;
  readonly from: Instant;
  /** Not included. */
  readonly to: Instant;
};

/** A time in which something would have stopped a ramp: halted it, or rolled it back. */
export type Stop = {
  /** The first and the last look at which it did. */
  readonly from: Instant;
  readonly to: Instant;
  /** The worst of them. */
  readonly verdict: "halt" | "rollback";
  /** Signals and guards that were the first to say the worst. */
  readonly by: readonly string[];
  /** What the first of them said. */
  readonly message: string;
  /** The known span it began in; null: nobody foresaw it. */
  readonly known: string | null;
};

/** Part of the looks that said so, 0 to 1 each. `missing` is where there was nothing to judge, whatever came of that. */
export type Shares = Readonly<Record<"good" | "wait" | "halt" | "rollback" | "missing", number>>;

/** A limit that would give the past the room it took. */
export type Suggestion = {
  readonly limit: "advance" | "halt" | "rollback";
  readonly is: string;
  /** What of the past it comes from, such as the 99.5th percentile. */
  readonly percentile: number;
  readonly value: number;
  readonly better: string;
  /** It is a `halt` that lies beyond the `rollback` there is, which has to be milder then as well. */
  readonly passesRollback: boolean;
};

/** One signal over the period, with no ramp running. */
export type SignalPast = {
  readonly signal: Signal;
  readonly shares: Shares;
  readonly stops: readonly Stop[];
  /** Null: there was no value at all. */
  readonly spread: Spread | null;
  readonly suggestion: Suggestion | null;
  /** What to know about it, the most important first. */
  readonly notes: readonly string[];
  /** The value at each look; NaN where there was none. */
  readonly values: Float64Array;
};

export type GuardPast = {
  /** The guard's `match`. */
  readonly guard: string;
  readonly shares: Shares;
  readonly stops: readonly Stop[];
  readonly notes: readonly string[];
};

/** How a ramp that nobody ran would have gone. */
export type Placebo = {
  readonly startedAt: Instant;
  readonly outcome: "finished" | "halted" | "rolled-back" | "unfinished";
  readonly endedAt: Instant;
  /** Where it stood then, or until it was rolled back, counted from 1; 0: before the first. */
  readonly step: number;
  /** Why it stopped, or what it waited for when the period was over. */
  readonly why: string | null;
  /** The known span in which it stopped. */
  readonly known: string | null;
};

export type Placebos = {
  readonly ramps: readonly Placebo[];
  /** Between two starts. */
  readonly spacingMs: Millis;
  /** Holds and bake of one, without any wait. */
  readonly shortestMs: Millis;
  /** Signals that were left out, because nobody was exposed to anything. */
  readonly without: readonly string[];
  /** Why there are none; null: there are. */
  readonly none: string | null;
};

/** What a gate would have said over its source's past. */
export type Backtest = {
  readonly gate: string;
  readonly hash: string;
  /** From where on the source has kept anything. */
  readonly span: Span;
  readonly askedFrom: Instant;
  readonly looks: number;
  /** Range queries sent. */
  readonly queries: number;
  readonly signals: readonly SignalPast[];
  readonly guards: readonly GuardPast[];
  /** Of the gate as a whole. */
  readonly stops: readonly Stop[];
  readonly placebos: Placebos;
};

/** The stops that no known span explains. */
export function unforeseen(stops: readonly Stop[]): readonly Stop[] {
  return stops.filter(({ known }) => known === null);
}
