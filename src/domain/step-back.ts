import type { Gate } from "./gate.ts";
import { percentOf } from "./growth.ts";
import type { Instant } from "./instant.ts";
import type { GateJudgement } from "./judge.ts";
import type { StepBack } from "./ramp.ts";
import type { GateRecord, SignalClock } from "./record.ts";
import { halt, highestStepAt, standingAt } from "./transition.ts";
import type { Because } from "./verdict.ts";

/** Signals whose breach takes exposure one step down and no further. What is missing for too long goes to 0 %. */
export function steppingSignals(gate: Gate, { signals }: GateJudgement): readonly string[] {
  const limited = gate.signals.filter(({ rollback }) => rollback?.to === "previous").map(({ name }) => name);
  return signals
    .filter(({ verdict, code }) => verdict === "rollback" && code === "breached")
    .map(({ signal }) => signal)
    .filter((name) => limited.includes(name));
}

/**
 * The highest declared step below what is recorded and below what is set; null where that is 0 %. No step back changes the
 * audience, so from an audience, and from the first percent of everybody, it leads to 0 %.
 */
export function stepBackOf(gate: Gate, record: GateRecord, judgement: GateJudgement): StepBack | null {
  const { flag, exposure } = record;
  if (flag?.audience !== undefined) return null;
  const stands = Math.min(flag?.rollout ?? 0, exposure.set ?? 100);
  const step = highestStepAt(gate, stands - 1);
  const to = percentOf(gate, step);
  return to === 0 ? null : { step, to, signals: steppingSignals(gate, judgement) };
}

/** A step back that set and served have shown: halted there, and whoever ordered it waits until it has settled. */
export function steppedBack(
  gate: Gate,
  record: GateRecord,
  { step, signals }: StepBack,
  causes: readonly Because[],
  at: Instant,
): GateRecord {
  const { set, changedAt } = record.exposure;
  const clocks: Record<string, SignalClock> = {};
  for (const [name, clock] of Object.entries(record.clocks)) {
    clocks[name] = signals.includes(name) ? { ...clock, steppedBackAt: changedAt ?? at } : clock;
  }
  // A person may have lowered it further meanwhile.
  const from = standingAt(gate, Math.min(step, highestStepAt(gate, set ?? 0)));
  return halt({ ...record, clocks }, from, causes, at);
}
