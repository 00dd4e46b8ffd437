/**
 * What `work` makes of each item, in the order of the items, with a few under way at a time: while one waits for an answer
 * others go on, and not all of them fill the memory at once.
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  places: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const place = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: places }, place));
  return results;
}
