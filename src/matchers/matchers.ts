import type { Labels, Matcher } from "../domain/matcher.ts";
import { compilePattern } from "./pattern.ts";
import { readMatcher, skipBlanks } from "./read-matcher.ts";

export type MatchersText =
  | { readonly ok: true; readonly matchers: readonly Matcher[] }
  /** `at` is the offset of the fault in the text. */
  | { readonly ok: false; readonly problem: string; readonly at: number };

const NAME_ALONE = /^\s*([A-Za-z_:][\w:]*)\s*$/;

/** Reads matchers as Alertmanager and amtool do: `{service="checkout", severity=~"page|critical"}`, or an alert's name alone. */
export function parseMatchers(text: string): MatchersText {
  const name = NAME_ALONE.exec(text)?.[1];
  if (name !== undefined) return { ok: true, matchers: [{ label: "alertname", operator: "=", value: name }] };

  const begin = skipBlanks(text, 0);
  const isBraced = text[begin] === "{";
  const matchers: Matcher[] = [];
  let at = skipBlanks(text, isBraced ? begin + 1 : begin);
  while (!isEnd(text, at)) {
    const read = readMatcher(text, at);
    if (!read.ok) return read;
    matchers.push(read.matcher);
    const isLast = isEnd(text, read.end);
    if (!isLast && text[read.end] !== ",")
      return fault(read.end, `\`${text[read.end]}\` cannot stand here; matchers are separated by commas`);
    at = isLast ? read.end : skipBlanks(text, read.end + 1);
  }
  return ended(text, isBraced, matchers);
}

/** After the last matcher only the closing brace may follow. */
function ended(text: string, isBraced: boolean, matchers: readonly Matcher[]): MatchersText {
  const close = text.trimEnd().length - 1;
  const isClosed = text[close] === "}";
  if (isBraced && !isClosed) return fault(close + 1, "the brace is not closed");
  if (!isBraced && isClosed) return fault(close, "there is no opening brace");
  if (matchers.length === 0) return fault(0, "no matcher would match every alert; name a label or an alert");
  return { ok: true, matchers };
}

function isEnd(text: string, at: number): boolean {
  return at >= text.length || (text[at] === "}" && text.slice(at + 1).trim() === "");
}

function fault(at: number, problem: string): MatchersText {
  return { ok: false, problem, at };
}

/** Whether the labels satisfy every matcher. Patterns are RE2 and match the whole value, as in Prometheus. */
export function matches(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every(({ label, operator, value }) => {
    const own = Object.hasOwn(labels, label) ? (labels[label] ?? "") : "";
    if (operator === "=") return own === value;
    if (operator === "!=") return own !== value;
    const pattern = compilePattern(value);
    // What cannot be evaluated is satisfied by nothing, also where it is negated.
    return pattern.ok && pattern.covers(own) === (operator === "=~");
  });
}
