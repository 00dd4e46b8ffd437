import type { Gate } from "../../domain/gate.ts";
import { nearestName } from "../../text/nearest-name.ts";
import type { Complain } from "../problem-list.ts";
import type { Span } from "../source.ts";
import { entryOf, headOf, type MapValue } from "../value.ts";
import type { GateTest } from "./gate-test.ts";

/** R802, R803: what a test says of its gate has to fit the gate. `names` are those of all gate files, broken ones included. */
export function checkGateTest(
  { gate: name, cases }: GateTest,
  root: MapValue,
  gates: readonly Gate[],
  names: readonly string[],
  complain: Complain,
): void {
  const at = entryOf(root, "gate")?.value.at ?? headOf(root);
  if (!names.includes(name)) {
    const near = nearestName(name, names);
    const suggestion = near === null ? null : `did you mean \`${near}\`?`;
    return complain({ code: "R802", at, message: `there is no gate \`${name}\``, suggestion });
  }
  const gate = gates.find((each) => each.name === name);
  if (gate === undefined) return;
  const steps = gate.steps.length;
  for (const [index, each] of cases.entries()) {
    const { step } = each.start;
    if (typeof step !== "number" || step <= steps) continue;
    const message = `\`${each.name}\` begins at step ${step}, and \`${name}\` has ${steps}`;
    complain({ code: "R803", at: stepOf(root, index) ?? at, message });
  }
}

/** Where a case says at which step it begins. */
function stepOf(root: MapValue, index: number): Span | null {
  const all = entryOf(root, "cases")?.value;
  const own = all?.kind === "list" ? all.items[index] : undefined;
  const start = own?.kind === "map" ? entryOf(own, "start")?.value : undefined;
  return start?.kind === "map" ? (entryOf(start, "step")?.value.at ?? null) : null;
}
