const BLOCKS = "▁▂▃▄▅▆▇█";
/** Nothing was known there. */
const GAP = "·";

/**
 * Values over time in one line of at most `width` characters. Of the values behind one character the worst is shown, so
 * that a short breach of a long day stays visible.
 */
export function sparkline(
  values: readonly (number | null)[],
  width: number,
  better: "lower" | "higher",
): string {
  const columns = Math.max(1, Math.min(width, values.length));
  const known = values.filter((value) => value !== null);
  const least = Math.min(...known, 0);
  const most = Math.max(...known);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    const own = values.slice(from, to).filter((value) => value !== null);
    if (own.length === 0) return GAP;
    const worst = better === "lower" ? Math.max(...own) : Math.min(...own);
    const part = most === least ? 0 : (worst - least) / (most - least);
    return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(part * BLOCKS.length))] ?? GAP;
  }).join("");
}
