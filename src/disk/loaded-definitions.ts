import type { LoadedGate } from "../control/ports.ts";
import type { Author, Definition } from "../domain/gate.ts";
import type { Problem } from "../domain/problem.ts";
import type { ParsedFiles, ParsedGate } from "../gatefile/parse-files.ts";
import { definitionHash } from "./definition-hash.ts";

/** What this process knows of the folder. */
export type Loaded = {
  readonly current: ReadonlyMap<string, LoadedGate>;
  readonly problems: readonly Problem[];
  /** The last good definition of every gate ever seen, for files that go bad. */
  readonly lastGood: ReadonlyMap<string, Definition>;
  /** Which gate a file last declared, for files that can no longer say. */
  readonly nameByPath: ReadonlyMap<string, string>;
};

export const NOTHING_LOADED: Loaded = {
  current: new Map(),
  problems: [],
  lastGood: new Map(),
  nameByPath: new Map(),
};

/** The folder as it is now, with the last good definition standing in wherever the newest file is bad. */
export function loadedAfter(
  before: Loaded,
  parsed: ParsedFiles,
  problems: readonly Problem[],
  authorOf: (parsed: ParsedGate) => Author,
): Loaded {
  const current = new Map<string, LoadedGate>();
  const lastGood = new Map(before.lastGood);
  const nameByPath = new Map(before.nameByPath);
  for (const [name, each] of parsed.gates) {
    const { gate, path } = each;
    const definition = { gate, hash: definitionHash(gate), author: authorOf(each) };
    current.set(name, { kind: "valid", definition, path });
    lastGood.set(name, definition);
    nameByPath.set(path, name);
  }
  for (const broken of parsed.broken) {
    const own = problems.filter(({ file }) => file === broken.path);
    const names = broken.name === null ? lastDeclared(broken.path, nameByPath) : [broken.name];
    for (const name of names) {
      if (!current.has(name)) current.set(name, invalid(lastGood.get(name) ?? null, broken.path, own));
    }
  }
  return { current, problems, lastGood, nameByPath };
}

/** The gates that the file last declared; of a folder that cannot be read, those of all files below it. */
function lastDeclared(path: string, nameByPath: ReadonlyMap<string, string>): readonly string[] {
  return [...nameByPath].flatMap(([known, name]) =>
    known === path || known.startsWith(`${path}/`) ? [name] : [],
  );
}

/** Nothing could be read: no definition may be taken as current, and none is forgotten. */
export function loadedBlind(before: Loaded, problem: Problem): Loaded {
  const current = new Map<string, LoadedGate>();
  for (const [name, loaded] of before.current) {
    current.set(name, invalid(loaded.definition, loaded.path, [problem]));
  }
  return { ...before, current, problems: [problem] };
}

function invalid(definition: Definition | null, path: string, problems: readonly Problem[]): LoadedGate {
  return { kind: "invalid", definition, path, problems };
}
