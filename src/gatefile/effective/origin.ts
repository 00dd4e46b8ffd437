import { placeOf, type SourceFile, type Span } from "../source.ts";
import { type Entry, entryOf, type Value } from "../value.ts";

/** Tells where a part of a gate was written. */
export type Origins = {
  /** The file and line of a stretch, with what the file is to the gate. */
  at(span: Span): string;
  /** Of a key with its value; both places where a profile names it and the gate gives the value. */
  of(entry: Entry): string;
};

export function originsOf(
  gate: SourceFile,
  profile: { readonly name: string | null; readonly file: SourceFile } | null,
): Origins {
  const at = (span: Span): string => {
    const place = `${span.file.path}:${placeOf(span).line}`;
    if (span.file === gate) return place;
    return span.file === profile?.file ? `profile ${profile.name ?? ""} (${place})` : `library ${place}`;
  };
  return {
    at,
    of({ keyAt, value }) {
      const isPutIn = value.kind === "scalar" && value.at.file !== keyAt.file;
      return isPutIn ? `${at(keyAt)} with ${at(value.at)}` : at(keyAt);
    },
  };
}

/** The entry at a path of keys below a value; null where the path breaks off. */
export function entryAt(value: Value | undefined, ...path: readonly string[]): Entry | null {
  const [key, ...rest] = path;
  if (key === undefined || value?.kind !== "map") return null;
  const entry = entryOf(value, key);
  return entry === null || rest.length === 0 ? entry : entryAt(entry.value, ...rest);
}
