/** A number in base 128, least significant digit first, as Protocol Buffers and Snappy write lengths. */
export function varint(value: bigint): Uint8Array {
  const digits: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    digits.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  digits.push(Number(rest));
  return Uint8Array.from(digits);
}
