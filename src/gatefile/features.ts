import { Lexer } from "yaml";

import type { Complain } from "./problem-list.ts";
import type { SourceFile, Span } from "./source.ts";

export type Features = {
  /** How many keys and values the file has, counted before anything is built from them. */
  readonly scalars: number;
  /** Where something was refused. */
  readonly refused: readonly Span[];
  /** Where the last text in quotes begins. */
  readonly lastQuote: number | null;
};

const REFUSED: Readonly<Record<string, { readonly what: string; readonly suggestion: string }>> = {
  "&": { what: "anchors", suggestion: "write the value where it is needed" },
  "*": { what: "aliases", suggestion: "write the value out; shared signals belong in a `signals/v1` file" },
  "!": { what: "tags", suggestion: "leave the tag out" },
  "%": { what: "directives", suggestion: "leave the line out; files are YAML 1.2" },
};

/** Marks the lexer itself puts before a scalar, a document and the end of a flow collection; no part of the text. */
const SCALAR_MARK = "\u001f";
const MARKS = new Set([SCALAR_MARK, "\u0002", "\u0018"]);

/**
 * Finds what gates do not use of YAML in the stream of tokens, where it is cheap: 20,000 anchors keep the composer
 * busy for seconds, and aliases of aliases grow without bounds once they are followed.
 */
export function refuseFeatures(file: SourceFile, complain: Complain): Features {
  const refused: Span[] = [];
  let scalars = 0;
  let lastQuote: number | null = null;
  let offset = 0;
  let scalarFollows = false;
  for (const token of new Lexer().lex(file.text)) {
    if (MARKS.has(token)) {
      scalarFollows = token === SCALAR_MARK;
      if (scalarFollows) scalars += 1;
      continue;
    }
    const feature = scalarFollows || isQuoted(token) ? undefined : REFUSED[token[0] ?? ""];
    if (feature !== undefined) {
      const at = { file, start: offset, end: offset + token.length };
      refused.push(at);
      complain({
        code: "R104",
        at,
        message: `${feature.what} are not used in gates`,
        suggestion: feature.suggestion,
      });
    }
    if (isQuoted(token)) {
      scalars += 1;
      lastQuote = offset;
    }
    offset += token.length;
    scalarFollows = false;
  }
  return { scalars, refused, lastQuote };
}

function isQuoted(token: string): boolean {
  return token.startsWith('"') || token.startsWith("'");
}
