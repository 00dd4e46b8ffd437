import { isoTime, wholeSeconds } from "../api/wire-time.ts";
import type { Backtest, GuardPast, Placebos, SignalPast, Stop } from "../backtest/report.ts";
import { unforeseen } from "../backtest/report.ts";

/** A backtest as json and yaml show it: times in UTC, stretches of time in seconds, values in base units. */
export function backtestBody(backtest: Backtest): object {
  const { gate, hash, span, askedFrom, looks, queries, signals, guards, stops, placebos } = backtest;
  return {
    gate,
    definition: hash,
    askedFrom: isoTime(askedFrom),
    from: isoTime(span.from),
    to: isoTime(span.to),
    step: wholeSeconds(span.stepMs),
    evaluations: looks,
    rangeQueries: queries,
    signals: signals.map(signalBody),
    alerts: guards.map(guardBody),
    idle: { ...countsOf(stops), stops: stops.map(stopBody) },
    placebos: placebosBody(placebos),
  };
}

/** How many stops there were that nobody foresaw, each counted once, under the worst that it came to. */
export function countsOf(stops: readonly Stop[]): {
  readonly halts: number;
  readonly rollbacks: number;
  readonly covered: number;
} {
  const own = unforeseen(stops);
  const rollbacks = own.filter(({ verdict }) => verdict === "rollback").length;
  return { halts: own.length - rollbacks, rollbacks, covered: stops.length - own.length };
}

function signalBody({ signal, shares, stops, spread, suggestion, notes }: SignalPast): object {
  const { name, unit, better, advance, halt, rollback } = signal;
  return {
    name,
    unit,
    better,
    limits: {
      advance: advance?.text ?? null,
      halt: halt?.text ?? null,
      rollback: rollback?.text ?? null,
    },
    share: shares,
    ...countsOf(stops),
    stops: stops.map(stopBody),
    values: spread,
    suggestion,
    notes,
  };
}

function guardBody({ guard, shares, stops, notes }: GuardPast): object {
  return { match: guard, share: shares, ...countsOf(stops), stops: stops.map(stopBody), notes };
}

function stopBody({ from, to, verdict, by, message, known }: Stop): object {
  return { from: isoTime(from), to: isoTime(to), verdict, by, message, coveredBy: known };
}

function placebosBody({ ramps, spacingMs, shortestMs, without, none }: Placebos): object {
  const of = (outcome: string): number =>
    ramps.filter((ramp) => ramp.outcome === outcome && ramp.known === null).length;
  return {
    every: wholeSeconds(spacingMs),
    shortest: wholeSeconds(shortestMs),
    started: ramps.length,
    finished: of("finished"),
    halted: of("halted"),
    rolledBack: of("rolled-back"),
    unfinished: of("unfinished"),
    covered: ramps.filter(({ known }) => known !== null).length,
    without,
    none,
    ramps: ramps.map(({ startedAt, endedAt, outcome, step, why, known }) => ({
      startedAt: isoTime(startedAt),
      endedAt: isoTime(endedAt),
      outcome,
      step,
      why,
      coveredBy: known,
    })),
  };
}
