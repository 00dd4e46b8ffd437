import type { GateFields } from "../gate-keys.ts";
import type { Complain } from "../problem-list.ts";
import type { Span } from "../source.ts";

/** R601, R603: whoever writes says what a rollback leaves, and lets finish what cannot go back. */
export function cleanUp(fields: GateFields, writes: Span | null, complain: Complain): void {
  const { rollback, flag } = fields.values;
  // What could not be read may well have said it.
  if (writes === null || (fields.has("rollback") && rollback === undefined)) return;
  if ((rollback?.reconcile ?? null) === null) {
    complain({
      code: "R601",
      at: writes,
      message: "the gate writes, and says nothing of what a rollback leaves to repair",
      suggestion: "add `rollback: { reconcile: [...] }`",
    });
  }
  const decides = flag?.kind === "fields" ? flag.fields : null;
  if (decides?.values.decide !== "once" || rollback?.mode === "drain") return;
  complain({
    code: "R603",
    at: decides.at("decide"),
    message: "what was decided once stays on the new path after a rollback, and nobody waits for it",
    suggestion: "add `mode: drain` to `rollback`",
  });
}
