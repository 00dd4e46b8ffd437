/** The name a person probably meant: at most a third of it is mistyped, and at most three letters. Null: none is near. */
export function nearestName(written: string, known: readonly string[]): string | null {
  // Longer than any name of the language: measuring the distance would only cost time.
  if (written.length > 64) return null;
  let best: string | null = null;
  let least = Math.min(3, Math.round(written.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    const isNearer =
      distance === least && best !== null && commonStart(written, name) > commonStart(written, best);
    if (distance < least || isNearer) {
      least = distance;
      best = name;
    }
  }
  return best;
}

/** Of two equally near names the one that begins alike is more likely meant: people get beginnings right. */
function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
