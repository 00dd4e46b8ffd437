import { sourcesOf } from "../control/pass.ts";
import type { Gate } from "../domain/gate.ts";
import type { Maintenance } from "../domain/maintenance.ts";
import type { KnownSpan } from "./report.ts";

/** Known spans as the engine takes them: maintenance of every source of the gate, in which nobody counts what is missing. */
export function maintenanceOf(gate: Gate, known: readonly KnownSpan[]): readonly Maintenance[] {
  return [...sourcesOf(gate)].flatMap((source) =>
    known.map(({ name, from, to }) => ({
      id: name,
      source,
      since: from,
      until: to,
      by: `person:${name}`,
      reason: name,
    })),
  );
}
