export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/**
 * JSON without a name given twice in one object. The standard leaves open which of the two counts, so two readers of
 * the same answer could see different things; `JSON.parse` takes the last one silently. Cap the text's length first.
 */
export function parseStrictJson(text: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: "is not JSON" };
  }
  if (repeatsKey(text)) return { ok: false, problem: "names a field twice" };
  return { ok: true, value };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Walks text that is known to be JSON, so a string before a colon is a key and every bracket has its partner. */
function repeatsKey(text: string): boolean {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case "{":
        open.push(new Set());
        break;
      case "}":
        open.pop();
        break;
      case '"': {
        const end = endOfString(text, at);
        if (isBeforeColon(text, end)) {
          const key = keyOf(text.slice(at, end));
          const keys = open.at(-1);
          if (keys?.has(key) === true) return true;
          keys?.add(key);
        }
        at = end - 1;
        break;
      }
    }
  }
  return false;
}

/** Index after the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

function isBeforeColon(text: string, from: number): boolean {
  let at = from;
  // JSON's own blanks all lie at or below the space.
  while (text.charCodeAt(at) <= SPACE) at += 1;
  return text[at] === ":";
}

/** `"a"` and `"\u0061"` are the same key. */
function keyOf(literal: string): string {
  return literal.includes("\\") ? String(JSON.parse(literal)) : literal.slice(1, -1);
}
