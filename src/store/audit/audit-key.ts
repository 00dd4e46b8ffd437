import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";

/** What signs the heads of the audit. */
export type AuditKey = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };

export type AuditKeyResult =
  | { readonly ok: true; readonly key: AuditKey }
  | { readonly ok: false; readonly message: string };

/** Where the key lies that is made when the configuration names none. */
export function keyPathBeside(storePath: string): string {
  return `${storePath}.audit-key.pem`;
}

/** Reads the key; with `make`, a file that is not there is made, for its owner alone. */
export async function openAuditKey(path: string, make: boolean): Promise<AuditKeyResult> {
  try {
    const text = await readFile(path, "utf8");
    return keyIn(text, path);
  } catch (error) {
    if (make && codeOf(error) === "ENOENT") return makeKey(path);
    return { ok: false, message: `the key of the audit ${path} cannot be read (${codeOf(error)})` };
  }
}

/** The public key in a PEM file; a private key stands for its public one. */
export function publicKeyIn(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    // OpenSSL's words for what it found name no cause that anybody could act on.
    return null;
  }
}

async function makeKey(path: string): Promise<AuditKeyResult> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  try {
    // Under another name until it is whole: a process that dies in between leaves no half of a key.
    const unfinished = `${path}.new`;
    await rm(unfinished, { force: true });
    const file = await open(unfinished, "wx", 0o600);
    try {
      await file.writeFile(privateKey.export({ type: "pkcs8", format: "pem" }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    return { ok: true, key: { privateKey, publicKey } };
  } catch (error) {
    return { ok: false, message: `the key of the audit ${path} cannot be made (${codeOf(error)})` };
  }
}

function keyIn(pem: string, path: string): AuditKeyResult {
  const refused = { ok: false, message: `${path} is no Ed25519 private key in PEM` } as const;
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType !== "ed25519") return refused;
    return { ok: true, key: { privateKey, publicKey: createPublicKey(privateKey) } };
  } catch {
    // As above; and the text of the error must not quote the file.
    return refused;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error) return String(error.code);
  throw error;
}
