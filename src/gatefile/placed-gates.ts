import type { Gate } from "../domain/gate.ts";
import type { GivenFile } from "./decode.ts";
import type { Defaults } from "./defaults.ts";
import type { GateFields } from "./gate-keys.ts";
import { understand } from "./parse-files.ts";
import type { Span } from "./source.ts";

/** A gate with where its parts stand, for what only a server can tell about them. */
export type PlacedGate = {
  readonly gate: Gate;
  readonly path: string;
  /**
   * Where a part of a query of the signal stands: in the gate's own query, else at what brings the query. `index` is
   * that of the signal in the gate.
   */
  readonly inSignal: (index: number, part: string) => Span;
  /** Where a step says what it has to prove; `index` is that of the step in the gate. */
  readonly inStep: (index: number) => Span;
  /** Where a guard says what it matches; `index` is that of the guard in the gate. */
  readonly inAlert: (index: number) => Span;
  readonly inFlag: (key: "stickiness") => Span;
};

/** Every gate of these files that can be used. */
export function placedGates(files: readonly GivenFile[], defaults: Defaults): readonly PlacedGate[] {
  return understand(files, defaults).resolved.map(({ gate, fields, file }) => ({
    gate,
    path: file.path,
    inSignal: (index, part) => placeInSignal(fields, index, part),
    inStep: (index) => fields.values.steps?.[index]?.at("prove") ?? fields.at("steps"),
    inAlert: (index) => fields.values.alerts?.[index]?.match.at ?? fields.at("alerts"),
    inFlag: (key) => placeInFlag(fields, key),
  }));
}

function placeInSignal(fields: GateFields, index: number, part: string): Span {
  const signal = fields.values.signals?.[index];
  if (signal === undefined) return fields.at("signals");
  for (const key of ["query", "samples", "bad", "asOf", "witness"] as const) {
    const text = signal.values[key];
    const from = text?.text.indexOf(part) ?? -1;
    if (text !== undefined && from !== -1) return text.spanOf(from, from + part.length);
  }
  return signal.has("query") ? signal.at("query") : signal.has("use") ? signal.at("use") : signal.head;
}

function placeInFlag(fields: GateFields, key: "stickiness"): Span {
  const flag = fields.values.flag;
  return flag !== undefined && flag.kind !== "name" && flag.fields.has(key)
    ? flag.fields.at(key)
    : fields.at("flag");
}
