/**
 * Controls but tab, line feed and the carriage return of a line's end, and marks that reorder or hide what is shown.
 * The two joiners of scripts and emoji are left alone.
 */
const INVISIBLE = /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\r(?!\n)/gu;

export type Invisible = { readonly index: number; readonly length: number; readonly name: string };

/** Every character a reader of the text cannot see, by its code point's name. */
export function invisibleIn(text: string): readonly Invisible[] {
  return [...text.matchAll(INVISIBLE)].map((match) => ({
    index: match.index,
    length: match[0].length,
    name: `U+${(match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  }));
}

/** Files are written by anybody: what would move a terminal's cursor is shown as a dot. */
export function printable(text: string): string {
  return text.replaceAll(INVISIBLE, "·").replaceAll(/[\n\r]/g, "·");
}
