import type { Span } from "./source.ts";
import type { Scalar } from "./value.ts";

/** A string of a file that is a language of its own (PromQL, a limit): its text, and where each part of it stands. */
export type Text = {
  readonly text: string;
  /** The whole of it. */
  readonly at: Span;
  /** The file's stretch for the characters from `from` up to `to` of the text. */
  spanOf(from: number, to: number): Span;
};

export function textOf(scalar: Scalar): Text {
  const text = String(scalar.value);
  return { text, at: scalar.at, spanOf: (from, to) => locate(scalar, text, from, to) };
}

/** Put in place of a stretch of a text. */
export type Replacement = { readonly from: number; readonly to: number; readonly by: string };

/** The text with stretches of it replaced, in order. What was put in stands where the stretch stood. */
export function replaced(text: Text, replacements: readonly Replacement[]): Text {
  const parts: string[] = [];
  let copied = 0;
  for (const { from, to, by } of replacements) {
    parts.push(text.text.slice(copied, from), by);
    copied = to;
  }
  const before = (offset: number, edge: "from" | "to"): number => offsetBefore(replacements, offset, edge);
  return {
    text: parts.join("") + text.text.slice(copied),
    at: text.at,
    spanOf: (from, to) => text.spanOf(before(from, "from"), before(to, "to")),
  };
}

/** Where an offset of the replaced text lies in the first one; inside of what was put in: an edge of the stretch. */
function offsetBefore(replacements: readonly Replacement[], offset: number, edge: "from" | "to"): number {
  let grown = 0;
  for (const { from, to, by } of replacements) {
    if (offset <= from + grown) break;
    if (offset < from + grown + by.length) return edge === "from" ? from : to;
    grown += by.length - (to - from);
  }
  return offset - grown;
}

/**
 * Quotes, escapes, indentation and folding change white space only: the n-th visible character of the value is the
 * n-th visible character of the source. So positions are counted in visible characters.
 */
function locate(scalar: Scalar, text: string, from: number, to: number): Span {
  const starts = visibleCharacters(scalar);
  const before = countVisible(text, 0, from);
  const within = Math.max(1, countVisible(text, from, Math.max(to, from + 1)));
  const first = starts[before];
  const last = starts[before + within - 1];
  const end = endOf(starts, scalar.at);
  // Past the last character: the end of the query, where something is missing.
  if (first === undefined) return { ...scalar.at, start: end, end };
  return { ...scalar.at, start: first, end: last === undefined ? end : last + 1 };
}

function endOf(starts: readonly number[], at: Span): number {
  const last = starts.at(-1);
  return last === undefined ? at.start : last + 1;
}

function countVisible(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to && at < text.length; at += 1) {
    if (!isSpace(text[at])) count += 1;
  }
  return count;
}

/** File offset of each visible character of the scalar's value, in order. */
function visibleCharacters(scalar: Scalar): number[] {
  const { source, style, at } = scalar;
  const quoted = style === "single" || style === "double";
  const from = quoted ? 1 : style === "block" ? source.indexOf("\n") + 1 : 0;
  const until = quoted ? source.length - 1 : source.length;
  const starts: number[] = [];
  for (let index = from; index < until; index += 1) {
    const unit = unitAt(source, index, style);
    for (let n = 0; n < unit.visible; n += 1) starts.push(at.start + index);
    index += unit.length - 1;
  }
  return starts;
}

type Unit = { readonly length: number; readonly visible: number };

function unitAt(source: string, index: number, style: Scalar["style"]): Unit {
  if (style === "single" && source.startsWith("''", index)) return { length: 2, visible: 1 };
  if (style === "double" && source[index] === "\\") return escapeAt(source, index);
  return { length: 1, visible: isSpace(source[index]) ? 0 : 1 };
}

const ESCAPE_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function escapeAt(source: string, index: number): Unit {
  const letter = source[index + 1] ?? "";
  const digits = ESCAPE_DIGITS[letter];
  if (digits !== undefined) {
    const char = String.fromCodePoint(Number.parseInt(source.slice(index + 2, index + 2 + digits), 16) || 0);
    return { length: 2 + digits, visible: countVisible(char, 0, char.length) };
  }
  // White space, control characters and an escaped line end leave nothing to see.
  return { length: 2, visible: "ntrvf abe0_NLP\n\r".includes(letter) ? 0 : 1 };
}

function isSpace(char: string | undefined): boolean {
  return char === undefined || /\s/.test(char);
}
