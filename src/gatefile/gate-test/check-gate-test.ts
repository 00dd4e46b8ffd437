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
  const index = cases.findIndex(
    ({ start }) => typeof start.step === "number" && start.step > (gate?.steps.length ?? Infinity),
  );
  const beyond = cases[index];
  if (gate === undefined || beyond === undefined) return;
  const message = `\`${beyond.name}\` begins at step ${beyond.start.step}, and \`${name}\` has ${gate.steps.length}`;
  complain({ code: "R803", at: stepAt(root, index) ?? at, message });
}

function stepAt(root: MapValue, index: number): Span | null {
  const list = entryOf(root, "cases")?.value;
  const one = list?.kind === "list" ? list.items[index] : undefined;
  const start = one?.kind === "map" ? entryOf(one, "start")?.value : undefined;
  return start?.kind === "map" ? (entryOf(start, "step")?.value.at ?? null) : null;
}
