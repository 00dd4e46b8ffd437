import { comparesCohorts } from "../../domain/comparison.ts";
import type { Gate, Purpose, Signal, Step } from "../../domain/gate.ts";
import { HOUR, type Millis, formatMillis } from "../../domain/instant.ts";
import { settleOf } from "../../domain/settle.ts";
import type { Estimate, Wait } from "./plan.ts";

/** Until the readings of all signals that count show the new exposure. */
export function settleWait(gate: Gate, purpose: Purpose, scrapeIntervalMs: Millis): Wait {
  const propagationMs = gate.flag?.propagationMs ?? 0;
  const settles = gate.signals
    .filter(({ gates }) => gates.includes(purpose))
    .map((signal) => settleOf(signal, propagationMs, scrapeIntervalMs));
  return { kind: "known", ms: Math.max(0, ...settles) };
}

/** Until the cohorts hold `floor` outcomes; never, where their window is over before. */
export function floorWait(counting: Signal | null, step: Step, perHour: Estimate, all: Estimate): Wait {
  const none: Wait = { kind: "known", ms: 0 };
  if (counting?.measure.kind !== "counters" || !counting.gates.includes("advance")) return none;
  const { name, floor, measure } = counting;
  if (measure.cohorts === null || step.to === 0) return none;
  if (perHour.kind === "unknown") return perHour;
  const slower = Math.min(perHour.value, controlOf(counting, step, perHour.value, all));
  const ms = slower <= 0 ? Number.POSITIVE_INFINITY : (floor / slower) * HOUR;
  if (ms <= measure.windowMs) return { kind: "known", ms };
  const inWindow = Math.floor((slower * measure.windowMs) / HOUR);
  const why = `${name} stays short: ${formatMillis(measure.windowMs)} have about ${inWindow} of the ${floor} outcomes it needs`;
  return { kind: "never", why };
}

/** How many an hour are not exposed, where the signal needs them; where everybody is exposed nobody is left to compare with. */
function controlOf(counting: Signal, { to, audience }: Step, exposed: number, all: Estimate): number {
  const hasControl = comparesCohorts(counting) && (to < 100 || audience !== undefined);
  return hasControl && all.kind === "known" ? all.value - exposed : Number.POSITIVE_INFINITY;
}

/** The longest of several; what cannot be told makes the whole unknown, unless some of it never comes about. */
export function longest(waits: readonly Wait[]): Wait {
  const never = waits.find(({ kind }) => kind === "never");
  const unknown = waits.find(({ kind }) => kind === "unknown");
  const known = waits.map((wait) => (wait.kind === "known" ? wait.ms : 0));
  return never ?? unknown ?? { kind: "known", ms: Math.max(0, ...known) };
}
