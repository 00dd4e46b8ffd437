import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * A token as people and machines carry it: `rmp_<env>_<id>_<secret>_<crc>`. The prefix lets secret scanners find a leaked
 * one; the checksum lets a mistyped one be refused without asking the store.
 */
const SHAPE =
  /^(?<body>rmp_(?<env>[a-z0-9-]{1,32})_(?<id>[0-9A-Za-z]{12})_(?<secret>[0-9A-Za-z]{43}))_(?<crc>[0-9A-Za-z]{6})$/;

/** Anything that begins like a token, wherever it stands. */
export const TOKEN_LIKE = /rmp_[a-z0-9-]{1,32}_[0-9A-Za-z]{12}_/;

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH = 12;
const ID_BYTES = 9;
const SECRET_LENGTH = 43;
const SECRET_BYTES = 32;
const CRC_LENGTH = 6;

export type RandomBytes = (size: number) => Uint8Array;

/** A fresh token for an environment; `text` is to be shown once, `digest` to be kept. */
export function mintToken(
  environment: string,
  random: RandomBytes,
): { readonly id: string; readonly text: string; readonly digest: string } {
  const id = base62(bigEndian(random(ID_BYTES)), ID_LENGTH);
  const secret = base62(bigEndian(random(SECRET_BYTES)), SECRET_LENGTH);
  const body = `rmp_${environmentPart(environment)}_${id}_${secret}`;
  const text = `${body}_${checksum(body)}`;
  return { id, text, digest: digestOf(text) };
}

/** The id of a well-formed token, or null; says nothing about whether anybody issued it. */
export function tokenId(text: string): string | null {
  const groups = SHAPE.exec(text)?.groups;
  if (groups === undefined) return null;
  return checksum(groups["body"] ?? "") === groups["crc"] ? (groups["id"] ?? null) : null;
}

/** SHA-256 in hex. The secret has 256 random bits, so a slow hash would add nothing. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function environmentPart(environment: string): string {
  const part = environment
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 32);
  return part === "" ? "default" : part;
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CRC_LENGTH);
}

function bigEndian(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

/** The last `length` digits of the value. */
function base62(value: bigint, length: number): string {
  let rest = value;
  let text = "";
  while (text.length < length) {
    text = ALPHABET.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
