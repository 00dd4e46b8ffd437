import { type Invisible, invisibleIn } from "./invisible.ts";
import type { Complain } from "./problem-list.ts";
import { sourceFile, type SourceFile } from "./source.ts";

export const MAX_FILE_BYTES = 64 * 1024;

export type GivenFile = { readonly path: string; readonly text: string | Uint8Array };

/** The file's text; null when it may not be read at all, with the reason complained. */
export function decode(given: GivenFile, complain: Complain): SourceFile | null {
  const nowhere = { file: sourceFile(given.path, ""), start: 0, end: 0 };
  const bytes = typeof given.text === "string" ? new TextEncoder().encode(given.text) : given.text;
  if (bytes.length > MAX_FILE_BYTES) {
    const message = `the file has ${bytes.length} bytes; at most ${MAX_FILE_BYTES} are read`;
    complain({ code: "R106", at: nowhere, message, suggestion: "split it into several files" });
    return null;
  }
  const text = decodeUtf8(bytes);
  if (text === null) {
    complain({
      code: "R100",
      at: nowhere,
      message: "the file is not valid UTF-8",
      suggestion: "save it as UTF-8",
    });
    return null;
  }
  const file = sourceFile(given.path, text);
  return refuseInvisible(file, complain) ? null : file;
}

/** Drops a byte order mark; null for bytes that are no UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Characters that cannot be seen make a file read differently to a person than to the parser. */
function refuseInvisible(file: SourceFile, complain: Complain): boolean {
  const found = invisibleIn(file.text);
  const other = otherEncoding(file.text, found);
  if (other !== null) {
    complain({ code: "R100", at: { file, start: 0, end: 0 }, ...other });
    return true;
  }
  for (const { index, length, name } of found) {
    complain({
      code: "R100",
      at: { file, start: index, end: index + length },
      message: `the character ${name} is not allowed: it cannot be seen`,
      suggestion: "delete it",
    });
  }
  return found.length > 0;
}

/** One cause of many such characters: they are told once, with what to do about it. */
function otherEncoding(
  text: string,
  found: readonly Invisible[],
): { readonly message: string; readonly suggestion: string } | null {
  const zeros = found.filter(({ name }) => name === "U+0000").length;
  if (zeros > 1 && zeros >= text.length / 4) {
    return {
      message: "the file is no text in UTF-8: too many of its bytes are 0",
      suggestion: "save it as UTF-8",
    };
  }
  if (text.includes("\n") || !found.some(({ name }) => name === "U+000D")) return null;
  return {
    message: "the lines end with a carriage return alone",
    suggestion: "save it with line feeds (LF) at the ends of lines",
  };
}
