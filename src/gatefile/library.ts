import { anything, listOf, type Read } from "./leaf.ts";
import { hasOwner } from "./lint/owner.ts";
import { runbookLink } from "./lint/runbook-link.ts";
import { jsonOfMap, readMap } from "./mapping.ts";
import { problemList, type Complain, type ProblemList } from "./problem-list.ts";
import { draftSignal } from "./signal-draft.ts";
import { LATER_SIGNAL_KEYS, LIBRARY_SIGNAL_KEYS, type LibrarySignalFields } from "./signal-keys.ts";
import { entryOf, type MapValue, type Value } from "./value.ts";
import { shaped } from "./read.ts";

/** A signal that gates may use. */
export type LibrarySignal = {
  readonly name: string;
  readonly path: string;
  /** As written. */
  readonly root: Value;
  readonly fields: LibrarySignalFields;
  /** It has errors of its own, so no gate can use it. */
  readonly isBroken: boolean;
};

export type Library = ReadonlyMap<string, LibrarySignal>;

const LIBRARY_SIGNAL_JSON = jsonOfMap({ keys: LIBRARY_SIGNAL_KEYS, required: ["name"] });

const librarySignal: Read<LibrarySignal> = shaped(LIBRARY_SIGNAL_JSON, (value, complain) => {
  const own = problemList();
  const both = (complaint: Parameters<Complain>[0]): void => {
    own.complain(complaint);
    complain(complaint);
  };
  const shape = {
    what: "a library signal",
    keys: LIBRARY_SIGNAL_KEYS,
    unsupported: LATER_SIGNAL_KEYS,
    required: isCounted(value) ? (["name"] as const) : (["name", "query"] as const),
  } as const;
  const fields = readMap(value, shape, both);
  if (fields === undefined) return undefined;
  hasOwner(fields, "signal", both);
  runbookLink(fields, both);
  const { name, params } = fields.values;
  draftSignal(fields, fields, () => params ?? [], both);
  return name === undefined
    ? undefined
    : { name, path: value.at.file.path, root: value, fields, isBroken: own.hasErrors() };
});

export const LIBRARY_SHAPE = {
  what: "a signal library",
  keys: { schema: anything, signals: listOf(librarySignal, "a list of signals") },
  required: ["signals"],
} as const;

/** Every signal of one `signals/v1` file, broken ones included: who uses those should hear why. */
export function readLibrary(root: MapValue, complain: Complain): readonly LibrarySignal[] {
  return readMap(root, LIBRARY_SHAPE, complain)?.values.signals ?? [];
}

/** Counts stand in place of a query; that they are not supported is said once. */
function isCounted(value: Value): boolean {
  return value.kind === "map" && entryOf(value, "counts") !== null;
}

/** One library of all files; a name that is declared twice is refused wherever it stands. */
export function joinLibraries(
  files: readonly { readonly signals: readonly LibrarySignal[]; readonly list: ProblemList }[],
): Library {
  const joined = new Map<string, LibrarySignal>();
  const all = files.flatMap((file) =>
    file.signals.map((signal) => ({ signal, complain: file.list.complain })),
  );
  for (const { signal, complain } of all) {
    const others = all.filter((each) => each.signal.name === signal.name && each.signal !== signal);
    const [other] = others;
    if (other !== undefined) {
      complain({
        code: "R146",
        at: signal.fields.at("name"),
        message: `\`${signal.name}\` is declared ${others.length + 1} times, also in ${other.signal.path}`,
        suggestion: "give one of them another name",
      });
    }
    joined.set(signal.name, other === undefined ? signal : { ...signal, isBroken: true });
  }
  return joined;
}
