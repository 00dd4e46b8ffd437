export type Cell = { readonly text: string; readonly paint?: (text: string) => string };

const GAP = "  ";

/** Lines of aligned columns. The last column is not padded, so that nothing trails. */
export function alignColumns(rows: readonly (readonly Cell[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell.text));
    }
  }
  return rows.map((row) =>
    row
      .map(({ text, paint }, column) => {
        const pad = column === row.length - 1 ? 0 : (widths[column] ?? 0) - displayWidth(text);
        return (paint === undefined ? text : paint(text)) + " ".repeat(pad);
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** Columns a terminal uses: of what we print, two icons take two. */
export function displayWidth(text: string): number {
  return Array.from(text).reduce(
    (width, character) => width + (character === "✋" || character === "⏪" ? 2 : 1),
    0,
  );
}

export function shorten(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(1, width - 1)).join("")}…`;
}
