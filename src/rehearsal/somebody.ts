import { type Principal, SCOPES } from "../domain/principal.ts";

/** Who has started the ramps of all cases; nobody else's name, for whoever starts a ramp never approves it. */
export const STARTER = "starter of the case";

/** A person who may do everything with gates. */
export function somebody(name: string, groups: readonly string[]): Principal {
  const scopes = SCOPES.filter((scope) => scope !== "admin");
  return { kind: "person", name, groups, scopes, token: "case" };
}
