type StringFault = {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly suggestion: string | null;
};

const ESCAPE = /^\\(?:[abfnrtv\\'"]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/;

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
    if (escape === undefined) {
      const written = literal.slice(at, at + 2);
      return {
        from: at,
        to: at + 2,
        message: `Prometheus knows no escape \`${written}\``,
        suggestion: `write \`\\${written}\` for a backslash`,
      };
    }
    at += escape.length - 1;
  }
  return null;
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
