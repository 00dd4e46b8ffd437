import type { Matcher } from "../domain/matcher.ts";
import { compilePattern } from "./pattern.ts";

type Fault = { readonly ok: false; readonly problem: string; readonly at: number };

type ReadMatcher = { readonly ok: true; readonly matcher: Matcher; readonly end: number } | Fault;

type ReadText = { readonly ok: true; readonly value: string; readonly end: number } | Fault;

const LABEL = /[A-Za-z_:][\w:]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
/** Up to what separates matchers; Alertmanager would take braces too, and then says nothing about a forgotten one. */
const BARE = /[^,{}"]*/y;
const OPERATORS = ["=~", "!~", "!=", "="] as const;

/** One matcher that begins at this offset; `end` is after it and the blanks that follow. */
export function readMatcher(text: string, at: number): ReadMatcher {
  const label = text[at] === '"' ? readQuoted(text, at) : readLabel(text, at);
  if (!label.ok) return label;
  if (label.value === "") return { ok: false, at, problem: "a label's name cannot be empty" };

  const after = skipBlanks(text, label.end);
  const operator = OPERATORS.find((each) => text.startsWith(each, after));
  if (operator === undefined) {
    return { ok: false, at: after, problem: `expected =, !=, =~ or !~ after \`${label.value}\`` };
  }

  const afterOperator = after + operator.length;
  // A value without quotes may begin with it, and then matches nothing anybody meant.
  if (text[afterOperator] === "=")
    return { ok: false, at: after, problem: "equal is written with a single =" };

  const from = skipBlanks(text, afterOperator);
  const value = text[from] === '"' ? readQuoted(text, from) : readBare(text, from);
  if (!value.ok) return value;
  if (operator === "=~" || operator === "!~") {
    const pattern = compilePattern(value.value);
    if (!pattern.ok) return { ok: false, at: from, problem: pattern.problem };
  }
  const matcher: Matcher = { label: label.value, operator, value: value.value };
  return { ok: true, matcher, end: skipBlanks(text, value.end) };
}

export function skipBlanks(text: string, at: number): number {
  let next = at;
  while (next < text.length && /\s/.test(text.charAt(next))) next += 1;
  return next;
}

function readLabel(text: string, at: number): ReadText {
  const found = stickyMatch(LABEL, text, at)?.[0];
  return found === undefined
    ? {
        ok: false,
        at,
        problem: "expected a label's name; one with other characters than a-z, 0-9, _ and : needs quotes",
      }
    : { ok: true, value: found, end: at + found.length };
}

function readQuoted(text: string, at: number): ReadText {
  const found = stickyMatch(QUOTED, text, at);
  if (found === null) return { ok: false, at, problem: "this quote is not closed" };
  return { ok: true, value: unescaped(found[1] ?? ""), end: at + found[0].length };
}

function readBare(text: string, at: number): ReadText {
  const written = stickyMatch(BARE, text, at)?.[0] ?? "";
  const end = at + written.length;
  return text[end] === '"'
    ? { ok: false, at: end, problem: "a quote can only stand at the begin and the end of a value" }
    : { ok: true, value: unescaped(written.trimEnd()), end };
}

/** `\n`, `\"` and `\\`; any other backslash stands for itself, so that patterns need it once only. */
function unescaped(written: string): string {
  return written.replace(/\\([n"\\])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

function stickyMatch(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
