export type Cell = { readonly text: string; readonly paint?: (text: string) => string };

const GAP = "  ";
/** Less of a text than this says nothing. */
export const LEAST = 20;

/** Lines of aligned columns. The last cell of a row runs free: it is not padded, and moves nobody else's column. */
export function alignColumns(rows: readonly (readonly Cell[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.slice(0, -1).entries()) {
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

/** Shortens one column until the rows fit the terminal, or until little of it would be left. */
export function fitColumn(
  rows: readonly (readonly Cell[])[],
  fitted: number,
  columns: number,
): readonly (readonly Cell[])[] {
  const widest = (column: number) => Math.max(...rows.map((row) => displayWidth(row[column]?.text ?? "")));
  const others = (rows[0] ?? []).reduce(
    (sum, _, column) => sum + (column === fitted ? 0 : widest(column) + GAP.length),
    0,
  );
  const room = Math.max(LEAST, columns - others);
  return rows.map((row) =>
    row.map((cell, column) => (column === fitted ? { ...cell, text: shorten(cell.text, room) } : cell)),
  );
}
