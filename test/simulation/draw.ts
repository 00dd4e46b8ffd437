/** Numbers drawn from a seed; the same seed draws the same ones in every run. */
export type Draw = {
  /** From 0 to just under 1. */
  unit(): number;
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  int(from: number, to: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** One of the items, or null where there is none. */
  any<T>(items: readonly T[]): T | null;
  /** The items in a drawn order. */
  shuffled<T>(items: readonly T[]): readonly T[];
};

/** Mulberry32 of the seed and a name, so that what one actor draws does not shift what another one draws. */
export function drawFrom(seed: number, name: string): Draw {
  let state = (seed ^ hashOf(name)) >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const index = (length: number): number => Math.floor(unit() * length);
  return {
    unit,
    chance: (probability) => unit() < probability,
    int: (from, to) => from + index(to - from + 1),
    pick: (items) => items[index(items.length)] ?? items[0],
    any: (items) => items[index(items.length)] ?? null,
    shuffled(items) {
      const keyed = items.map((item) => ({ item, key: unit() }));
      return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
    },
  };
}

/** FNV-1a, 32 bit. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash;
}
