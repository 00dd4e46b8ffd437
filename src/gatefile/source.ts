/** A file as the parser sees it: decoded, without a byte order mark. */
export type SourceFile = {
  readonly path: string;
  readonly text: string;
  /** Offset at which each line begins. */
  readonly lineStarts: readonly number[];
};

/** A stretch of a file, as offsets into its text; `end` is exclusive. */
export type Span = { readonly file: SourceFile; readonly start: number; readonly end: number };

export type Place = { readonly line: number; readonly column: number; readonly length: number };

export function sourceFile(path: string, text: string): SourceFile {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  return { path, text, lineStarts };
}

/** Line and column from 1, and how much of the span is underlined: its first line, at least one character. */
export function placeOf(span: Span): Place {
  const { lineStarts, text } = span.file;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= span.start) low = middle;
    else high = middle - 1;
  }
  const lineStart = lineStarts[low] ?? 0;
  const lineEnd = (lineStarts[low + 1] ?? text.length + 1) - 1;
  const underlined = text.slice(span.start, Math.min(span.end, lineEnd)).trimEnd().length;
  return { line: low + 1, column: span.start - lineStart + 1, length: Math.max(1, underlined) };
}
