import { sourcesOf } from "../control/pass.ts";
import type { Gate } from "../domain/gate.ts";
import type { Maintenance } from "../domain/maintenance.ts";
import type { KnownSpan } from "./report.ts";

/** Known spans as the engine takes them: maintenance of every source of the gate, in which nobody counts what is missing. */
export function maintenanceOf(gate: Gate, known: readonly KnownSpan[]): readonly Maintenance[] {
  const apart = withoutOverlap(known);
  return [...sourcesOf(gate)].flatMap((source) =>
    apart.map(({ name, from, to }) => ({
      id: name,
      source,
      since: from,
      until: to,
      by: `person:${name}`,
      reason: name,
    })),
  );
}

/** Of one source no two are under way at once, or a clock would stand still for twice the time. */
function withoutOverlap(known: readonly KnownSpan[]): readonly KnownSpan[] {
  let end = Number.NEGATIVE_INFINITY;
  return known
    .toSorted((a, b) => a.from - b.from)
    .flatMap((span) => {
      const from = Math.max(span.from, end);
      end = Math.max(end, span.to);
      return from < span.to ? [{ ...span, from }] : [];
    });
}
