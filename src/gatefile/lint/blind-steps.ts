import { hasCohorts } from "../../domain/comparison.ts";
import type { AlertGuard, Signal } from "../../domain/gate.ts";
import type { Limit } from "../../domain/limit.ts";
import type { Percent } from "../../domain/percent.ts";
import type { Complain } from "../problem-list.ts";
import type { PlacedSignal } from "../signal.ts";
import type { Span } from "../source.ts";

type Exposed = { readonly to: Percent; readonly audience?: unknown };

/** A step to a percent of everybody, by its number from 1. */
type Numbered = { readonly number: number; readonly to: Percent };

/**
 * R204, R208: a share of everything cannot pass 2 % while 1 % of everything is exposed, however bad the new path is.
 * Signals of another kind, and shares of those exposed alone, are taken to see at every step.
 */
export function blindSteps(
  signals: readonly PlacedSignal[],
  alerts: readonly AlertGuard[],
  steps: readonly Exposed[],
  at: Span,
  complain: Complain,
): void {
  const exposing = steps.flatMap((step, index) =>
    step.audience === undefined && step.to > 0 ? [{ number: index + 1, to: step.to }] : [],
  );
  for (const placed of signals) {
    for (const { limit, verb } of stopsOf(placed.signal)) {
      const blind = exposing.filter(({ to }) => isBlind(placed.signal, limit, to));
      if (blind.length > 0) complainOf(placed, verb, limit, blind, complain);
    }
  }
  const stops = signals.flatMap(({ signal }) => stopsOf(signal).map(({ limit }) => ({ signal, limit })));
  if (stops.length === 0 || alerts.some(stopsByAlert)) return;
  const unseen = exposing.filter(({ to }) =>
    stops.every(({ signal, limit }) => isSurelyBlind(signal, limit, to)),
  );
  if (unseen.length === 0) return;
  complain({
    code: "R208",
    at,
    message: `nothing could order a rollback at ${stepsText(unseen)}: every limit is about a share that cannot get so large`,
    suggestion: `add a limit below ${Math.min(...unseen.map(({ to }) => to))}%, an alert, or a signal of those exposed alone`,
  });
}

function complainOf(
  { at, limits }: PlacedSignal,
  verb: "halt" | "rollback",
  limit: Limit,
  blind: readonly Numbered[],
  complain: Complain,
): void {
  const placed = limits.find((each) => each.verb === verb);
  const least = Math.max(...blind.map(({ to }) => to));
  complain({
    code: "R204",
    // A limit of the library is no fault of the library: this gate has the small steps.
    at: placed === undefined || placed.at.file !== at.file ? at : placed.at,
    message: `\`${verb}: ${limit.text}\` can never be reached at ${stepsText(blind)}: a share of everything cannot pass ${least}% while ${least}% is exposed`,
    suggestion: "keep it for later steps, and add a limit or a signal that sees the first ones",
  });
}

function stopsOf({
  halt,
  rollback,
}: Signal): readonly { readonly verb: "halt" | "rollback"; readonly limit: Limit }[] {
  return [
    ...(halt === null ? [] : [{ verb: "halt" as const, limit: halt }]),
    ...(rollback === null ? [] : [{ verb: "rollback" as const, limit: rollback }]),
  ];
}

/** Whether nothing but those exposed could bring the share over the limit, and all of them together cannot. */
function isBlind(signal: Signal, limit: Limit, exposed: Percent): boolean {
  const largest = exposed / 100;
  return (
    isBounded(signal, limit) &&
    (limit.comparison === "above" ? largest <= limit.value : isBeyond(limit, exposed))
  );
}

/** What else is bad comes on top, so a limit of just the share that is exposed may be reached with its help. */
function isSurelyBlind(signal: Signal, limit: Limit, exposed: Percent): boolean {
  return isBounded(signal, limit) && isBeyond(limit, exposed);
}

function isBeyond({ comparison, value }: Limit, exposed: Percent): boolean {
  return (comparison === "above" || comparison === "at least") && exposed / 100 < value;
}

/**
 * Whether the limit is about a share of everything, which those exposed alone cannot bring above their own share. One step
 * back is for a shared resource, and a few can use up all of that.
 */
export function isBounded(signal: Signal, { baseline }: Limit): boolean {
  if (baseline !== undefined || hasCohorts(signal)) return false;
  const isShare = signal.unit === "ratio" && signal.better === "lower";
  return isShare && signal.rollback?.to !== "previous" && isOfEverything(signal);
}

/** A query that asks for a variant of a flag reads those exposed alone. */
function isOfEverything({ measure }: Signal): boolean {
  return !/\b(?:variant|flag|cohort)\b/.test(measure.query);
}

function stopsByAlert({ firing, critical, pending }: AlertGuard): boolean {
  return [firing, critical, pending].some((effect) => effect === "halt" || effect === "rollback");
}

function stepsText(steps: readonly Numbered[]): string {
  const numbers = steps.map(({ number }) => number).join(", ");
  const percents = steps.map(({ to }) => `${to}%`).join(", ");
  return `${steps.length === 1 ? "step" : "steps"} ${numbers} (${percents})`;
}
