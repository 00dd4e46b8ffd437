import type { Gate } from "../domain/gate.ts";
import type { Problem } from "../domain/problem.ts";
import type { GivenFile } from "./decode.ts";
import type { Defaults } from "./defaults.ts";
import { joinWindows } from "./calendar.ts";
import { textUnder } from "./document.ts";
import { drawnFiles } from "./drawn-files.ts";
import { meansSameStrategy, placeKey } from "./flag.ts";
import { joinFlows } from "./flow.ts";
import { readFile, type ReadFile } from "./gate-file.ts";
import type { GateTest } from "./gate-test/gate-test.ts";
import { checkGateTest } from "./gate-test/check-gate-test.ts";
import { gateOfRoot, type ResolvedGate, type Shelf } from "./gate-source.ts";
import { joinLibraries } from "./library.ts";
import { firstStep } from "./lint/budget.ts";
import { dependencyCycles } from "./lint/dependency-cycle.ts";
import { reachableSlot } from "./lint/reachable-slot.ts";
import { writersOverlap } from "./lint/writers-overlap.ts";
import { inOrder } from "./problem-list.ts";
import { checkProfile, joinProfiles } from "./profile.ts";

export type ParsedGate = {
  readonly gate: Gate;
  readonly path: string;
  /** The other files whose text is part of the gate's meaning, in order of path. */
  readonly drawsOn: readonly string[];
};

/** A file that declares no gate that can be used; `name` as far as it could be read. */
export type BrokenFile = { readonly path: string; readonly name: string | null };

export type ParsedFiles = {
  readonly gates: ReadonlyMap<string, ParsedGate>;
  readonly broken: readonly BrokenFile[];
  /** Of all files, by file, line and column. */
  readonly problems: readonly Problem[];
};

/** Every file with what it is for others: the gates that can be used with the text they were made from. */
export type Understood = {
  readonly resolved: readonly Resolved[];
  readonly read: readonly ReadFile[];
  readonly shelf: Shelf;
};

/**
 * Every gate of these files that is free of errors, and every problem of all of them. A bad file stops no other,
 * unless the other draws on it. `begins` is told each file before it is worked on, so that a watchdog outside
 * knows which one took too long.
 */
export function parseFiles(
  files: readonly GivenFile[],
  defaults: Defaults,
  begins: (path: string) => void = () => undefined,
): ParsedFiles {
  const { resolved, read, shelf } = understand(files, defaults, begins);
  const gates = new Map(
    resolved.map(({ gate, file, fields }) => [
      gate.name,
      { gate, path: file.path, drawsOn: drawnFiles(fields, shelf) },
    ]),
  );
  const usable = new Set<ReadFile>(resolved.map(({ file }) => file));
  const broken = read.flatMap((file) => {
    const isGate = file.kind === "gate" || file.kind === "refused";
    return !isGate || usable.has(file) ? [] : [{ path: file.path, name: file.name }];
  });
  return { gates, broken, problems: inOrder(read.flatMap((file) => file.list.problems)) };
}

/** A file of tests; `test` is null where it has errors. */
export type TestFile = {
  readonly path: string;
  /** The gate that it is about, as far as that could be read. */
  readonly gate: string | null;
  readonly test: GateTest | null;
};

/** The tests among these files. */
export function testsIn(files: readonly GivenFile[], defaults: Defaults): readonly TestFile[] {
  return understand(files, defaults).read.flatMap((file) => {
    if (file.kind !== "test") return [];
    const { path, root, list } = file;
    return [{ path, gate: textUnder(root, "gate"), test: list.hasErrors() ? null : file.test }];
  });
}

export function understand(
  files: readonly GivenFile[],
  defaults: Defaults,
  begins: (path: string) => void = () => undefined,
): Understood {
  const read = files.map((file) => {
    begins(file.path);
    return readFile(file);
  });
  const library = joinLibraries(read.filter((file) => file.kind === "library"));
  const profiles = read.filter((file) => file.kind === "profile").map(({ profile }) => profile);
  const windows = joinWindows(read.filter((file) => file.kind === "calendar"));
  const drafts = read.filter((file) => file.kind === "flow").map(({ flow }) => flow);
  const flows = joinFlows(drafts, { library, windows }, defaults, begins);
  const gates = read.flatMap((file) => (file.kind === "gate" && file.name !== null ? [file.name] : []));
  const shelf = { library, profiles: joinProfiles(profiles), windows, flows, gates };
  for (const profile of profiles) {
    begins(profile.file.path);
    checkProfile(profile, shelf, defaults);
  }
  const resolved: Resolved[] = [];
  for (const file of read) {
    if (file.kind !== "gate") continue;
    begins(file.path);
    const made = gateOfRoot(file.root, shelf, defaults, file.list);
    if (made !== null) resolved.push({ ...made, file });
  }
  checkTests(read, resolved);
  writersOverlap(resolved);
  for (const { gate, fields, file } of resolved) {
    firstStep(gate, fields, flows, file.list.complain);
    reachableSlot(gate, fields, shelf, file.list.complain);
  }
  const refused = new Set<ReadFile>([
    ...refuseTwins(resolved),
    ...refuseRivals(resolved),
    ...dependencyCycles(resolved),
  ]);
  return { read, shelf, resolved: resolved.filter(({ file }) => !refused.has(file)) };
}

function checkTests(read: readonly ReadFile[], resolved: readonly Resolved[]): void {
  const gates = resolved.map(({ gate }) => gate);
  const names = read.flatMap((file) => (file.kind === "gate" && file.name !== null ? [file.name] : []));
  for (const file of read) {
    if (file.kind !== "test" || file.test === null) continue;
    checkGateTest(file.test, file.root, gates, names, file.list.complain);
  }
}

export type Resolved = ResolvedGate & { readonly file: ReadFile & { readonly kind: "gate" } };

/** R126: which of two files with one name is the gate cannot be told. */
function refuseTwins(all: readonly Resolved[]): ReadFile[] {
  return sharing(all, ({ gate }) => gate.name).map(({ file, fields, other }) => {
    file.list.complain({
      code: "R126",
      at: fields.at("name"),
      message: `${other.path} declares a gate with the same name`,
      suggestion: "rename one of them",
    });
    return file;
  });
}

/** R125: two gates on one strategy would undo each other's writes. */
function refuseRivals(all: readonly Resolved[]): ReadFile[] {
  const driving = all.filter(({ gate }) => gate.flag !== null);
  const key = ({ gate: { flag } }: Resolved) => (flag === null ? "" : placeKey(flag));
  return sharing(driving, key, isRival).map(({ file, fields, other }) => {
    file.list.complain({
      code: "R125",
      at: fields.at("flag"),
      message: `${other.path} drives the same flag, environment and strategy`,
      suggestion: "keep one of them, or give each its own `strategy`",
    });
    return file;
  });
}

function isRival({ gate: { flag: a } }: Resolved, { gate: { flag: b } }: Resolved): boolean {
  return a !== null && b !== null && meansSameStrategy(a, b);
}

function sharing(
  all: readonly Resolved[],
  key: (each: Resolved) => string,
  clash: (a: Resolved, b: Resolved) => boolean = () => true,
) {
  const byKey = Map.groupBy(all, key);
  return [...byKey.values()].flatMap((group) =>
    group.flatMap((own) => {
      const other = group.find((each) => each.file !== own.file && clash(own, each))?.file;
      return other === undefined ? [] : [{ ...own, other }];
    }),
  );
}
