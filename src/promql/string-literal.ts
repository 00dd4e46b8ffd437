type StringFault = {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly suggestion: string | null;
};

const ESCAPE = /^\\(?:[abfnrtv\\'"]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/;

const LETTERS: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * What Prometheus would refuse in a string: a missing closing quote, or an escape it does not know. `"a\.b"` is the
 * common one: a regular expression needs its backslash written twice.
 */
export function stringFault(literal: string): StringFault | null {
  const quote = literal[0] ?? '"';
  if (literal.length < 2 || !literal.endsWith(quote) || endsEscaped(literal, quote)) {
    return {
      from: 0,
      to: literal.length,
      message: "the string is not closed",
      suggestion: `end it with ${quote}`,
    };
  }
  if (quote === "`") return null;
  for (let at = 1; at < literal.length - 1; at += 1) {
    if (literal[at] !== "\\") continue;
    const escape = ESCAPE.exec(literal.slice(at, -1))?.[0];
    if (escape === undefined || isOtherQuote(escape, quote)) {
      const written = literal.slice(at, at + 2);
      return {
        from: at,
        to: at + 2,
        message: `Prometheus knows no escape \`${written}\``,
        suggestion: `write \`\\${written}\` for a backslash`,
      };
    }
    if (isBeyond(escape)) {
      const message = `\`${escape}\` is no character`;
      return { from: at, to: at + escape.length, message, suggestion: null };
    }
    at += escape.length - 1;
  }
  return null;
}

/** Each kind of quote knows its own escape alone. */
function isOtherQuote(escape: string, quote: string): boolean {
  return escape === (quote === '"' ? "\\'" : '\\"');
}

/** Octal ones are bytes, and no escape may be half of a surrogate pair or above the last character. */
function isBeyond(escape: string): boolean {
  const code = codeOf(escape);
  return (
    code !== null &&
    (code > 0x10_ff_ff || (code >= 0xd8_00 && code <= 0xdf_ff) || isTooLargeByte(escape, code))
  );
}

function isTooLargeByte(escape: string, code: number): boolean {
  return /^\\[0-7]/.test(escape) && code > 255;
}

function codeOf(escape: string): number | null {
  if (/^\\[xuU]/.test(escape)) return Number.parseInt(escape.slice(2), 16);
  return /^\\[0-7]/.test(escape) ? Number.parseInt(escape.slice(1), 8) : null;
}

/** What a string without faults stands for. */
export function stringValue(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith("`")) return inner;
  return inner.replace(/\\(?:[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/gs, (escape) => {
    const code = codeOf(escape);
    const letter = escape.slice(1);
    return code === null ? (LETTERS[letter] ?? letter) : String.fromCodePoint(code);
  });
}

function endsEscaped(literal: string, quote: string): boolean {
  if (quote === "`") return false;
  const backslashes = /\\*$/.exec(literal.slice(1, -1))?.[0].length ?? 0;
  return backslashes % 2 === 1;
}

/** The text written so that it stands for itself between these quotes; null where backticks cannot hold it. */
export function escapeInString(text: string, quote: string): string | null {
  if (quote === "`") return text.includes("`") ? null : text;
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll(quote, `\\${quote}`)
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
}
