import { printable } from "../gatefile/invisible.ts";

/** The same tree with every text safe for a terminal: a reason or a flag's name may hold escape sequences. */
export function shown(value: unknown): unknown {
  if (typeof value === "string") return oneLine(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [oneLine(key), shown(each)]));
}

/** A tab would break the columns it stands in. */
function oneLine(text: string): string {
  return printable(text).replaceAll("\t", " ");
}

const CONTROLS = /[\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** JSON that means the same and moves no cursor. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    CONTROLS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
