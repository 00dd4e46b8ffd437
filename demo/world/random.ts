/** A number in [0, 1) that depends only on the seed, the purpose and the key: never on what was drawn before. */
export type Draw = (purpose: string, key: string | number) => number;

/**
 * Every purpose is a stream of its own and every key a place in it. Switching a fault on therefore cannot
 * shift the orders that follow, and a restarted shop goes on where it stopped.
 */
export function createDraw(seed: number): Draw {
  return (purpose, key) => hashToUnit(`${seed}/${purpose}/${key}`);
}

/** Whole number from low to high, both included. */
export function drawInteger(unit: number, low: number, high: number): number {
  return low + Math.floor(unit * (high - low + 1));
}

/** Gap before the next event of a Poisson process with this mean. */
export function drawGap(unit: number, mean: number): number {
  return -Math.log(1 - unit) * mean;
}

function hashToUnit(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = finish(high, low);
  low = finish(low, high);
  // 53 bits fill the mantissa exactly, so 1 itself cannot come out.
  return ((low & 0x1fffff) * 4294967296 + (high >>> 0)) / 9007199254740992;
}

function finish(word: number, other: number): number {
  const mixed = Math.imul(word ^ (word >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  return mixed ^ (mixed >>> 15);
}
