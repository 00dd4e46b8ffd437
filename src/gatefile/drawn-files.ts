import type { GateFields } from "./gate-keys.ts";
import type { Shelf } from "./gate-source.ts";

/** The other files whose text a gate is made from, its profile and its libraries, in order of path: a change of theirs changes the gate. */
export function drawnFiles({ values }: GateFields, shelf: Shelf): readonly string[] {
  const libraries = (values.signals ?? []).flatMap(
    (signal) => shelf.library.get(signal.values.use ?? "")?.path ?? [],
  );
  const profile = shelf.profiles.get(values.profile ?? "")?.file.path ?? [];
  return [...new Set(libraries.concat(profile))].toSorted();
}
