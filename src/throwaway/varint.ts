const BASE = 128;

/**
 * A whole number in base 128, least significant digit first, as Protocol Buffers and Snappy write lengths and times; a
 * negative one as its two's complement of 64 bits.
 */
export function varint(value: number): Uint8Array {
  if (value < 0) return ofBits(BigInt.asUintN(64, BigInt(value)));
  const digits: number[] = [];
  let rest = value;
  for (; rest >= BASE; rest = Math.floor(rest / BASE)) digits.push((rest % BASE) + BASE);
  return Uint8Array.of(...digits, rest);
}

function ofBits(value: bigint): Uint8Array {
  const digits: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) digits.push(Number(rest & 127n) + BASE);
  return Uint8Array.of(...digits, Number(rest));
}
