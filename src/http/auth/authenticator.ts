import { timingSafeEqual } from "node:crypto";
import type { Clock, StoredToken, Tokens } from "../../control/ports.ts";
import { type Principal, SCOPES, type Scope } from "../../domain/principal.ts";
import { BOOTSTRAP_MIN_LENGTH, BOOTSTRAP_PRINCIPAL, hasAdmin, isBootstrap } from "./bootstrap.ts";
import { digestOf, tokenId } from "./token-text.ts";

/** One human of the config. */
export type KnownPerson = { readonly name: string; readonly groups: readonly string[] };

export type Authentication =
  | { readonly kind: "known"; readonly principal: Principal }
  | { readonly kind: "refused"; readonly why: string };

export type Authenticator = (presented: string) => Promise<Authentication>;

/** One sentence for every token nobody may learn anything about. */
const NOT_VALID: Authentication = { kind: "refused", why: "the token is not valid" };

/**
 * Who carries a token. Everything is looked up each time, so a revocation, an expiry or a change of somebody's groups
 * counts from the next request on. `people` is read on every call.
 */
export function createAuthenticator(parts: {
  readonly tokens: Pick<Tokens, "find" | "list">;
  readonly people: () => readonly KnownPerson[];
  readonly clock: Clock;
  /** Null: there is none. */
  readonly bootstrap: string | null;
}): Authenticator {
  const { tokens, people, clock, bootstrap } = parts;
  if (bootstrap !== null && bootstrap.length < BOOTSTRAP_MIN_LENGTH) {
    throw new Error(`the bootstrap token must have at least ${BOOTSTRAP_MIN_LENGTH} characters`);
  }
  return async (presented) => {
    if (bootstrap !== null && isBootstrap(presented, bootstrap)) return bootstrapped();
    const id = tokenId(presented);
    const stored = id === null ? null : await tokens.find(id);
    if (stored === null || !matches(presented, stored)) return NOT_VALID;
    // From here on the caller holds the secret, so it may be told what is wrong with it.
    if (stored.revokedAt !== null) return { kind: "refused", why: "the token was revoked" };
    if (stored.expiresAt <= clock.now()) return { kind: "refused", why: "the token has expired" };
    return principalOf(stored);
  };

  async function bootstrapped(): Promise<Authentication> {
    const known = new Set(people().map((person) => person.name));
    if (hasAdmin(await tokens.list(), clock.now(), (name) => known.has(name))) {
      return { kind: "refused", why: "the bootstrap token ended when the first administrator was made" };
    }
    return { kind: "known", principal: BOOTSTRAP_PRINCIPAL };
  }

  function principalOf(stored: StoredToken): Authentication {
    const scopes = SCOPES.filter((scope: Scope) => stored.scopes.includes(scope));
    if (stored.kind === "machine") {
      return { kind: "known", principal: { kind: "machine", name: stored.name, scopes, token: stored.id } };
    }
    const person = people().find(({ name }) => name === stored.name);
    if (person === undefined) {
      return { kind: "refused", why: `nobody called ${stored.name} is in the configuration` };
    }
    return {
      kind: "known",
      principal: { kind: "person", name: person.name, groups: person.groups, scopes, token: stored.id },
    };
  }
}

function matches(presented: string, stored: StoredToken): boolean {
  const ours = Buffer.from(stored.digest, "hex");
  const theirs = Buffer.from(digestOf(presented), "hex");
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
