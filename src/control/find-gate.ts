import type { DefinitionFacts } from "../domain/because.ts";
import type { Gate } from "../domain/gate.ts";
import type { GateRecord } from "../domain/record.ts";
import { newRecord } from "../domain/transition.ts";
import { type PassPorts, effectiveDefinition } from "./pass.ts";

/** A gate with the definition in force and what is recorded of it. */
export type Found = {
  readonly gate: Gate;
  readonly definition: DefinitionFacts;
  readonly record: GateRecord;
  /** Whether the record is in the store yet. */
  readonly stored: boolean;
};

/** Null: neither a file nor the store knows it. */
export async function findGate(ports: PassPorts, name: string): Promise<Found | null> {
  const loaded = ports.definitions.current().get(name);
  const stored = await ports.records.record(name);
  if (loaded === undefined && stored === null) return null;
  const record = stored ?? newRecord(name);
  const effective = await effectiveDefinition(ports.records, loaded, record);
  return effective === null ? null : { ...effective, record, stored: stored !== null };
}
