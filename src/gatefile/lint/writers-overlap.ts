import type { Touch } from "../../domain/coupling.ts";
import type { Gate } from "../../domain/gate.ts";
import type { Resolved } from "../parse-files.ts";

/** R502: two ramps that keep each other out of a flow, where neither says which of them goes first. */
export function writersOverlap(all: readonly Resolved[]): void {
  for (const { gate, fields, file } of all) {
    for (const [index, touch] of (gate.touches ?? []).entries()) {
      const other = all.find((each) => each.gate !== gate && clashes(gate, touch, each.gate))?.gate;
      if (other === undefined) continue;
      file.list.complain({
        code: "R502",
        at: fields.values.touches?.[index]?.head ?? fields.at("touches"),
        message: `\`${other.name}\` and this gate keep each other out of \`${touch.flow}\`: the later one waits until the first has settled`,
        suggestion: "say which goes first: `requires: [{ gate: ..., is: settled }]`",
      });
    }
  }
}

function clashes(gate: Gate, touch: Touch, other: Gate): boolean {
  if (waitsFor(gate, other) || waitsFor(other, gate)) return false;
  return (other.touches ?? []).some((each) => each.flow === touch.flow && excludes(touch, each));
}

function excludes(a: Touch, b: Touch): boolean {
  if (a.exclusive || b.exclusive) return true;
  return a.stage === b.stage && a.writes.some((entity) => b.writes.includes(entity));
}

function waitsFor({ requires = [] }: Gate, other: Gate): boolean {
  return requires.some((each) => each.kind === "gate" && each.gate === other.name);
}
