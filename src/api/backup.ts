/** Media type of a backup. */
export const BACKUP_TYPE = "application/vnd.sqlite3";

/** A SHA-256 in hex as the header `Repr-Digest` carries it (RFC 9530). */
export function digestHeader(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`;
}

/** The SHA-256 in hex that the header names; null: it names none. */
export function digestIn(header: string | null): string | null {
  const base64 = /(?:^|,\s*)sha-256=:(?<digest>[A-Za-z0-9+/]{43}=):/.exec(header ?? "")?.groups?.["digest"];
  return base64 === undefined ? null : Buffer.from(base64, "base64").toString("hex");
}
