import { isMap, isNode, isScalar, isSeq } from "yaml";
import type { Document, Pair } from "yaml";

/** Where a path of keys stands in the text: the value, or the key. A missing one is sought at its nearest ancestor. */
export function locate(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  ofKey: boolean,
): { readonly offset: number; readonly length: number } {
  let node: unknown = document.contents;
  let place = placeOf(node) ?? { offset: 0, length: 1 };
  for (const [index, key] of path.entries()) {
    const isLast = index === path.length - 1;
    if (isSeq(node)) {
      node = node.items[Number(key)];
    } else {
      const pair = pairOf(node, key);
      if (pair === null) return place;
      // Of a mapping further in, its key is what people look for.
      place = placeOf(pair.key) ?? place;
      if (isLast && ofKey) return place;
      node = pair.value;
    }
    if (isLast || isSeq(node)) place = placeOf(node) ?? place;
  }
  return place;
}

function pairOf(node: unknown, key: PropertyKey): Pair | null {
  if (!isMap(node)) return null;
  return node.items.find((pair) => isScalar(pair.key) && pair.key.value === key) ?? null;
}

function placeOf(node: unknown): { offset: number; length: number } | null {
  if (!isNode(node) || node.range === null || node.range === undefined) return null;
  const [start, end] = node.range;
  // A block runs over many lines; its first character is enough to point at.
  return { offset: start, length: isScalar(node) ? Math.max(1, end - start) : 1 };
}
