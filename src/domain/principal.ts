/** Everything a token may be made for. */
export const SCOPES = [
  "read",
  "start",
  "changes",
  "stop",
  "operate",
  "approve",
  "adopt",
  "advance",
  "admin",
] as const;

export type Scope = (typeof SCOPES)[number];

const PEOPLE_ONLY: readonly Scope[] = ["operate", "approve", "adopt", "advance"];

/** Whoever holds a token: one human of the config's `people:`, or a machine such as a pipeline. */
export type Principal =
  | {
      readonly kind: "person";
      readonly name: string;
      readonly groups: readonly string[];
      readonly scopes: readonly Scope[];
      readonly token: string;
    }
  | {
      readonly kind: "machine";
      readonly name: string;
      readonly scopes: readonly Scope[];
      readonly token: string;
    };

/** What a token of preset `ci` may do. */
export const CI_SCOPES: readonly Scope[] = ["read", "start", "stop", "changes"];

/** Whether the principal holds the scope. A machine never holds a scope that belongs to people, whatever its token says. */
export function mayUse(principal: Principal, scope: Scope): boolean {
  if (principal.kind === "machine" && PEOPLE_ONLY.includes(scope)) return false;
  return principal.scopes.includes(scope);
}
