import type { Gate } from "../../domain/gate.ts";
import type { Resolved } from "../parse-files.ts";

/** R503: gates that wait for one another in a circle: each of them is refused, for none could ever rise. */
export function dependencyCycles(all: readonly Resolved[]): readonly Resolved["file"][] {
  const gates = new Map(all.map(({ gate }) => [gate.name, gate]));
  return all.flatMap(({ gate, fields, file }) => {
    const found = required(gate).flatMap((first) => pathTo(gate.name, first, gates) ?? []);
    if (found.length === 0) return [];
    const written = (fields.values.requires ?? []).find(
      (each) => each.kind === "gate" && each.fields.values.gate?.value === found[0],
    );
    file.list.complain({
      code: "R503",
      at: written?.head ?? fields.at("requires"),
      message: `the gate waits for itself: ${[gate.name, ...found].map((name) => `\`${name}\``).join(" requires ")}`,
      suggestion: "leave one of these requirements out",
    });
    return [file];
  });
}

function required({ requires = [] }: Gate): readonly string[] {
  return requires.flatMap((each) => (each.kind === "gate" ? [each.gate] : []));
}

/** The shortest way from a gate to another over what each requires, both ends included; null: there is none. */
function pathTo(end: string, from: string, gates: ReadonlyMap<string, Gate>): readonly string[] | null {
  const seen = new Set([from]);
  let paths: readonly (readonly string[])[] = [[from]];
  while (paths.length > 0) {
    const arrived = paths.find((path) => path.at(-1) === end);
    if (arrived !== undefined) return arrived;
    paths = paths.flatMap((path) => {
      const last = gates.get(path.at(-1) ?? "");
      const next = (last === undefined ? [] : required(last)).filter((name) => !seen.has(name));
      for (const name of next) seen.add(name);
      return next.map((name) => [...path, name]);
    });
  }
  return null;
}
