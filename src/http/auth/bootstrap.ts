import { timingSafeEqual } from "node:crypto";
import type { StoredToken } from "../../control/ports.ts";
import type { Instant } from "../../domain/instant.ts";
import type { Principal } from "../../domain/principal.ts";
import { digestOf } from "./token-text.ts";

export const BOOTSTRAP_MIN_LENGTH = 32;

/** Whoever carries the bootstrap token: may make the first tokens, and nothing else. */
export const BOOTSTRAP_PRINCIPAL: Principal = {
  kind: "person",
  name: "bootstrap",
  groups: [],
  scopes: ["admin"],
  token: "bootstrap",
};

export function isBootstrap(text: string, bootstrap: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(text)), Buffer.from(digestOf(bootstrap)));
}

/** Whether somebody else can administer by now, so that the bootstrap token has done its work. */
export function hasAdmin(
  tokens: readonly StoredToken[],
  now: Instant,
  isKnownPerson: (name: string) => boolean,
): boolean {
  return tokens.some(
    (token) =>
      token.scopes.includes("admin") &&
      token.revokedAt === null &&
      token.expiresAt > now &&
      token.kind === "person" &&
      isKnownPerson(token.name),
  );
}
