import { createHash } from "node:crypto";
import type { Definitions, LoadedGate } from "../../src/control/ports.ts";
import type { Author, Definition, Gate } from "../../src/domain/gate.ts";
import type { Problem } from "../../src/domain/problem.ts";

export type ScriptedDefinitions = Definitions & {
  /** A good file, new or changed; gives the hash it has now. */
  put(gate: Gate, author?: Author): string;
  /** The newest file is bad; what was good before stays in force. */
  spoil(name: string): void;
  remove(name: string): void;
};

export const AUTHOR: Author = { kind: "known", people: ["author"] };

/** The folder of gate files, without files. */
export function scriptedDefinitions(): ScriptedDefinitions {
  const loaded = new Map<string, LoadedGate>();
  return {
    current: () => loaded,
    problems: () => [...loaded.values()].flatMap((one) => (one.kind === "invalid" ? one.problems : [])),
    put(gate, author = AUTHOR) {
      const definition: Definition = { gate, hash: hashOf(gate), author };
      loaded.set(gate.name, { kind: "valid", definition, path: pathOf(gate.name) });
      return definition.hash;
    },
    spoil(name) {
      const definition = loaded.get(name)?.definition ?? null;
      const path = pathOf(name);
      loaded.set(name, { kind: "invalid", definition, path, problems: [problemIn(path)] });
    },
    remove: (name) => void loaded.delete(name),
  };
}

function hashOf(gate: Gate): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(gate)).digest("hex")}`;
}

function pathOf(name: string): string {
  return `gates/${name}.yaml`;
}

function problemIn(file: string): Problem {
  const place = { file, line: 1, column: 1, length: 1 };
  return { ...place, code: "R100", severity: "error", message: "not a gate", suggestion: null };
}
