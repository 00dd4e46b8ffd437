import type { Span } from "./source.ts";

/**
 * A file's content as plain data with positions, independent of the YAML library. What the language does not use
 * (aliases, tags) is already complained about and stands here as `refused`, so that nobody complains again.
 */
export type Value = Scalar | MapValue | List | { readonly kind: "refused"; readonly at: Span };

export type Scalar = {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As it stands in the file, quotes included. */
  readonly source: string;
  readonly style: "plain" | "single" | "double" | "block";
  readonly at: Span;
};

export type MapValue = {
  readonly kind: "map";
  /** No key twice. */
  readonly entries: readonly Entry[];
  readonly at: Span;
};

export type Entry = { readonly key: string; readonly keyAt: Span; readonly value: Value };

export type List = { readonly kind: "list"; readonly items: readonly Value[]; readonly at: Span };

export function entryOf(map: MapValue, key: string): Entry | null {
  return map.entries.find((entry) => entry.key === key) ?? null;
}

/** Where to point when something of a mapping is missing: its first key, for a whole mapping would underline too much. */
export function headOf(map: MapValue): Span {
  return map.entries[0]?.keyAt ?? map.at;
}

/** What a value is called in a message. */
export function nameOfKind(value: Value): string {
  switch (value.kind) {
    case "map":
      return "a mapping";
    case "list":
      return "a list";
    case "refused":
      return "something else";
    case "scalar":
      if (value.value === null) return "nothing";
      return `\`${shortened(value.source)}\``;
  }
}

export function shortened(text: string): string {
  const line = text.split("\n")[0] ?? "";
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

/** As much of a stretch as one line holds: where something large is meant, underlining all of it helps nobody. */
export function firstLine(at: Span): Span {
  const end = at.file.text.indexOf("\n", at.start);
  return { ...at, end: end === -1 ? at.end : Math.min(at.end, end) };
}
