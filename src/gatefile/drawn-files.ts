import type { GateFields } from "./gate-keys.ts";
import type { Shelf } from "./gate-source.ts";

/** The other files whose text a gate is made from, its profile, its libraries and the calendars whose windows blind its signals, in order of path: a change of theirs changes the gate. */
export function drawnFiles({ values }: GateFields, shelf: Shelf): readonly string[] {
  const required = (values.requires ?? []).map((each) =>
    each.kind === "signal" ? each.fields.values.signal : undefined,
  );
  const cleaned = (values.rollback?.reconcile?.tasks ?? []).map((task) => task.values.until?.values.use);
  const used = (values.signals ?? []).map((signal) => signal.values.use);
  const libraries = [...used, ...required, ...cleaned].flatMap(
    (name) => shelf.library.get(name ?? "")?.path ?? [],
  );
  const blinding = (values.signals ?? []).flatMap(
    ({ values: { use, except } }) => except ?? shelf.library.get(use ?? "")?.fields.values.except ?? [],
  );
  const calendars = blinding.flatMap(({ value }) => shelf.windows.get(value)?.path ?? []);
  const profile = shelf.profiles.get(values.profile ?? "")?.file.path ?? [];
  return [...new Set(libraries.concat(calendars, profile))].toSorted();
}
