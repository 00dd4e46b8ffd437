const LONGEST_QUOTE = 300;

/** Text of a peer as people may see it: one line, cut, our secrets struck out. */
export type Quote = (text: string) => string;

export function quoteWith(redact: (text: string) => string): Quote {
  return (text) => {
    const line = redact(text)
      .replace(/[\p{C}\s]+/gu, " ")
      .trim();
    return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
  };
}
