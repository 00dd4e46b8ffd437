import type { Gate } from "../domain/gate.ts";
import type { Problem } from "../domain/problem.ts";
import type { GivenFile } from "./decode.ts";
import type { Defaults } from "./defaults.ts";
import { strategyKey } from "./flag.ts";
import { resolveGate } from "./gate.ts";
import { readFile, type ReadFile } from "./gate-file.ts";
import { joinLibraries } from "./library.ts";
import { inOrder } from "./problem-list.ts";

export type ParsedGate = { readonly gate: Gate; readonly path: string };

/** A file that declares no gate that can be used; `name` as far as it could be read. */
export type BrokenFile = { readonly path: string; readonly name: string | null };

export type ParsedFiles = {
  readonly gates: ReadonlyMap<string, ParsedGate>;
  readonly broken: readonly BrokenFile[];
  /** Of all files, by file, line and column. */
  readonly problems: readonly Problem[];
};

/**
 * Every gate of these files that is free of errors, and every problem of all of them. A bad file stops no other,
 * unless the other uses its signals. `begins` is told each file before it is worked on, so that a watchdog outside
 * knows which one took too long.
 */
export function parseFiles(
  files: readonly GivenFile[],
  defaults: Defaults,
  begins: (path: string) => void = () => undefined,
): ParsedFiles {
  const read = files.map((file) => {
    begins(file.path);
    return readFile(file);
  });
  const library = joinLibraries(read.filter((file) => file.kind === "library"));
  const resolved: Resolved[] = [];
  for (const file of read) {
    if (file.kind !== "gate") continue;
    begins(file.path);
    const gate = resolveGate(file.fields, library, defaults, file.list);
    if (gate !== null) resolved.push({ gate, file });
  }
  const refused = new Set([...refuseTwins(resolved), ...refuseRivals(resolved)]);
  const good = resolved.filter(({ file }) => !refused.has(file));
  const gates = new Map(good.map(({ gate, file }) => [gate.name, { gate, path: file.path }]));
  const usable = new Set<ReadFile>(good.map(({ file }) => file));
  const broken = read.flatMap((file) =>
    file.kind === "library" || usable.has(file) ? [] : [{ path: file.path, name: file.name }],
  );
  return { gates, broken, problems: inOrder(read.flatMap((file) => file.list.problems)) };
}

type Resolved = { readonly gate: Gate; readonly file: ReadFile & { readonly kind: "gate" } };

/** R126: which of two files with one name is the gate cannot be told. */
function refuseTwins(all: readonly Resolved[]): ReadFile[] {
  return sharing(all, ({ gate }) => gate.name).map(({ file, other }) => {
    file.list.complain({
      code: "R126",
      at: file.fields.at("name"),
      message: `${other.path} declares a gate with the same name`,
      suggestion: "rename one of them",
    });
    return file;
  });
}

/** R125: two gates on one strategy would undo each other's writes. */
function refuseRivals(all: readonly Resolved[]): ReadFile[] {
  const driving = all.filter(({ gate }) => gate.flag !== null);
  return sharing(driving, ({ gate }) => (gate.flag === null ? "" : strategyKey(gate.flag))).map(
    ({ file, other }) => {
      file.list.complain({
        code: "R125",
        at: file.fields.at("flag"),
        message: `${other.path} drives the same flag, environment and strategy`,
        suggestion: "keep one of them, or give each its own `strategy`",
      });
      return file;
    },
  );
}

function sharing(all: readonly Resolved[], key: (each: Resolved) => string) {
  const byKey = Map.groupBy(all, key);
  return [...byKey.values()].flatMap((group) =>
    group.flatMap(({ file }) => {
      const other = group.find((each) => each.file !== file)?.file;
      return other === undefined ? [] : [{ file, other }];
    }),
  );
}
