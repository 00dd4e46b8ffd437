import type { DecisionBody } from "./rampart.ts";

/** Passes that every step must show before a scene counts. */
export const LEAST_PASSES = 10;

export type StepEvidence = { readonly step: number; readonly passes: number };

/** Raises of the oldest first. */
export function raisesOf(decisions: readonly DecisionBody[]): readonly DecisionBody[] {
  return decisions
    .filter((decision) => decision.action.kind === "raise")
    .toSorted((a, b) => a.at.localeCompare(b.at));
}

/**
 * What is wrong with the way a ramp went: a step skipped, too few passes at a step, a raise on a reading of the time
 * before the last change. Empty when nothing is.
 */
export function faultsOf(decisions: readonly DecisionBody[], steps: readonly number[]): readonly string[] {
  const faults: string[] = [];
  const raises = raisesOf(decisions);
  for (const [index, raise] of raises.entries()) {
    const [from, to] = [index === 0 ? 0 : steps[index - 1], steps[index]];
    if (raise.action.from !== from || raise.action.to !== to) {
      faults.push(
        `raise ${index + 1} went from ${raise.action.from} to ${raise.action.to}, not from ${from} to ${to}`,
      );
    }
    const before = raises[index - 1];
    if (before !== undefined) faults.push(...tooEarly(raise, before));
  }
  for (const { step, passes } of passesBySteps(decisions)) {
    if (passes < LEAST_PASSES) faults.push(`step ${step} shows ${passes} passes, fewer than ${LEAST_PASSES}`);
  }
  return faults;
}

function tooEarly(raise: DecisionBody, before: DecisionBody): readonly string[] {
  const changedAt = Date.parse(before.at);
  const faults: string[] = [];
  for (const signal of raise.signals) {
    if (!signal.counts) continue;
    if (signal.verdict !== "good")
      faults.push(`${raise.id} raised while ${signal.name} was ${signal.verdict}`);
    if (!(signal.settle > 0)) faults.push(`${signal.name} has no settle`);
    if (Date.parse(raise.at) < changedAt + signal.settle * 1000) {
      faults.push(`${raise.id} raised inside the settle of ${signal.name}`);
    }
    if (signal.asOf !== null && Date.parse(signal.asOf) <= changedAt) {
      faults.push(`${raise.id} raised on data of ${signal.name} from before the change`);
    }
  }
  return faults;
}

/** How many passes were made at each step, folded ones counted. Only steps that the ramp entered. */
export function passesBySteps(decisions: readonly DecisionBody[]): readonly StepEvidence[] {
  const passes = new Map<number, number>();
  for (const decision of decisions) {
    // Commands have a row too; only evaluations count.
    const { index } = decision.step;
    if (index === 0 || decision.signals.length === 0) continue;
    passes.set(index, (passes.get(index) ?? 0) + decision.count);
  }
  return [...passes].map(([step, count]) => ({ step, passes: count })).toSorted((a, b) => a.step - b.step);
}
