import { decide } from "./decide.ts";
import { type Difference, differences } from "./difference.ts";
import type { Gate } from "./gate.ts";
import { type PassInputs, completed, factsOf, recordedOutcome } from "./inputs.ts";

export type Replayed = { readonly same: boolean; readonly differences: readonly Difference[] };

/** Judges and decides a recorded pass again, and compares the decision and the record after it with what was recorded. */
export function replay(recordedGate: Gate, recorded: PassInputs): Replayed {
  const { gate, inputs } = completed({ gate: recordedGate, inputs: recorded });
  const { decision, record } = decide(gate, inputs.before, factsOf(gate, inputs));
  const found = differences(recordedOutcome(gate, inputs), { decision, record });
  return { same: found.length === 0, differences: found };
}
