import type { Principal, Scope } from "../domain/principal.ts";

/** Who has started the ramps of all cases; nobody else's name, for whoever starts a ramp never approves it. */
export const STARTER = "starter of the case";

const SCOPES: readonly Scope[] = [
  "read",
  "start",
  "changes",
  "stop",
  "operate",
  "approve",
  "adopt",
  "advance",
];

/** A person who may do everything that a person may. */
export function somebody(name: string, groups: readonly string[]): Principal {
  return { kind: "person", name, groups, scopes: SCOPES, token: "case" };
}
