import { createHash, type KeyObject, sign, verify } from "node:crypto";
import type { AuditHead } from "../../control/ports.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";

/** A head as it is handed out: in the log, and to whoever keeps it elsewhere. */
export type SignedHead = AuditHead & {
  /** Fingerprint of the public key. */
  readonly key: string;
  /** Ed25519, base64. */
  readonly signature: string;
};

/** What every line of the log with a head in it says. */
export const HEAD_MESSAGE = "audit head";

export function signHead(
  { seq, hash, at }: AuditHead,
  privateKey: KeyObject,
  publicKey: KeyObject,
): SignedHead {
  const signature = sign(null, signedText({ seq, hash, at }), privateKey).toString("base64");
  return { seq, hash, at, key: fingerprintOf(publicKey), signature };
}

export function isSignedBy(head: SignedHead, publicKey: KeyObject): boolean {
  return verify(null, signedText(head), publicKey, Buffer.from(head.signature, "base64"));
}

/** The first half of the SHA-256 of the key, in hex: enough to tell keys apart. */
export function fingerprintOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex").slice(0, 32);
}

/** The head in a line of the log, whatever a collector put before it; null: there is none in it. */
export function headInLine(line: string): SignedHead | null {
  if (!line.includes(`"${HEAD_MESSAGE}"`)) return null;
  const found = parsed(line.slice(line.indexOf("{")));
  if (typeof found !== "object" || found === null || !("msg" in found) || found.msg !== HEAD_MESSAGE)
    return null;
  const { seq, hash, at, key, signature } = {
    seq: null,
    hash: null,
    at: null,
    key: null,
    signature: null,
    ...found,
  };
  if (typeof seq !== "number" || typeof at !== "number" || typeof hash !== "string") return null;
  return typeof key === "string" && typeof signature === "string" ? { seq, hash, at, key, signature } : null;
}

/** Named, so that a signature of this key under anything else is none of a head. */
function signedText({ seq, hash, at }: AuditHead): Buffer {
  return Buffer.from(`${HEAD_MESSAGE}\n${canonicalJson({ seq, hash, at })}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
