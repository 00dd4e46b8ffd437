import { varint } from "./varint.ts";

/** A literal of at most this many bytes has its length in the tag itself. */
const SHORT_LITERAL = 60;

/**
 * The bytes in Snappy's block format, as literals alone: nothing gets smaller, and nothing has to, for remote write asks for
 * the format and the way is as long as the loopback. https://github.com/google/snappy/blob/main/format_description.txt
 */
export function snappyBlock(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [varint(bytes.length)];
  for (let from = 0; from < bytes.length; from += SHORT_LITERAL) {
    const literal = bytes.subarray(from, from + SHORT_LITERAL);
    parts.push(Uint8Array.of((literal.length - 1) << 2), literal);
  }
  return Buffer.concat(parts);
}
