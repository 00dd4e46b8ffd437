import { decide } from "../../src/domain/decide.ts";
import type { PassFacts } from "../../src/domain/draft.ts";
import type { Gate } from "../../src/domain/gate.ts";
import { type Measurements, type Recording, inputsOf } from "../../src/domain/inputs.ts";
import { judge } from "../../src/domain/judge.ts";
import { judgeContext, recordAsSeen } from "../../src/domain/judge-context.ts";
import type { GateRecord } from "../../src/domain/record.ts";
import { aGate, aRecord, answers, passFacts } from "./builders.ts";

type Given = {
  readonly gate: Gate;
  readonly before: GateRecord;
  /** All but the judgement, which is made here. */
  readonly facts: PassFacts;
  readonly measured: Measurements;
};

/** Good signals, read of a ramp that has held its first step. */
export const MEASURED: Measurements = {
  answers: new Map([["errors", answers({ value: 0.001 })]]),
  alerts: new Map(),
};

/** One pass over what is given, recorded as the controller records it. */
export function aRecording(given: Partial<Given> = {}): Recording {
  const { gate = aGate(), before = aRecord(), facts: known = passFacts(), measured = MEASURED } = given;
  const context = judgeContext(before, recordAsSeen(gate, before, known), known);
  const judgement = judge(gate, measured.answers, context, measured.alerts);
  const facts = { ...known, judgement };
  return { gate, inputs: inputsOf("0.1.0", before, facts, measured, decide(gate, before, facts)) };
}
