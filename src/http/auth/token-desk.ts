import type { IssueOutcome, TokenBody, TokenDesk, TokenRequest } from "../../api/tokens.ts";
import { isoTime, isoTimeOrNull } from "../../api/wire-time.ts";
import type { Clock, StoredToken, Tokens } from "../../control/ports.ts";
import { SECOND } from "../../domain/instant.ts";
import { CI_SCOPES, mayUse } from "../../domain/principal.ts";
import type { Scope } from "../../domain/principal.ts";
import type { KnownPerson } from "./authenticator.ts";
import { mintToken } from "./token-text.ts";
import type { RandomBytes } from "./token-text.ts";

/** Makes, lists and revokes tokens over the store. The secret leaves in the answer and is kept only as a digest. */
export function createTokenDesk(parts: {
  readonly tokens: Tokens;
  readonly people: () => readonly KnownPerson[];
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Part of the token's text, so that one found somewhere tells where it belongs. */
  readonly environment: string;
}): TokenDesk {
  const { tokens, people, clock, random, environment } = parts;
  return {
    async issue(request, by): Promise<IssueOutcome> {
      const scopes = request.scopes ?? CI_SCOPES;
      const refusal = refusalOf(request, scopes, people());
      if (refusal !== null) return { kind: "refused", message: refusal };
      const { id, text, digest } = mintToken(environment, random);
      const now = clock.now();
      const stored: StoredToken = {
        id,
        digest,
        kind: request.kind,
        name: request.name,
        scopes: [...new Set(scopes)],
        createdAt: now,
        createdBy: by,
        expiresAt: now + request.expiresIn * SECOND,
        revokedAt: null,
      };
      await tokens.add(stored);
      return { kind: "issued", token: { ...tokenBody(stored), token: text } };
    },
    async list() {
      return (await tokens.list()).map(tokenBody);
    },
    revoke: (id, by) => tokens.revoke(id, clock.now(), by),
  };
}

function refusalOf(
  request: TokenRequest,
  scopes: readonly Scope[],
  people: readonly KnownPerson[],
): string | null {
  if (request.kind === "person") {
    return people.some((person) => person.name === request.name)
      ? null
      : `nobody called ${request.name} is under people: in the configuration`;
  }
  const machine = { kind: "machine", name: request.name, scopes, token: "" } as const;
  const withheld = scopes.filter((scope) => !mayUse(machine, scope));
  return withheld.length === 0 ? null : `only people can hold ${withheld.join(", ")}`;
}

function tokenBody(stored: StoredToken): TokenBody {
  return {
    id: stored.id,
    kind: stored.kind,
    name: stored.name,
    scopes: [...stored.scopes],
    createdAt: isoTime(stored.createdAt),
    createdBy: stored.createdBy,
    expiresAt: isoTime(stored.expiresAt),
    revokedAt: isoTimeOrNull(stored.revokedAt),
  };
}
