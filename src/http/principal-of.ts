import type { Response } from "express";
import type { Principal } from "../domain/principal.ts";

const principals = new WeakMap<Response, Principal>();

export function rememberPrincipal(response: Response, principal: Principal): void {
  principals.set(response, principal);
}

/** Who sent the request. Behind the authentication there is always somebody. */
export function principalOf(response: Response): Principal {
  const principal = principals.get(response);
  if (principal === undefined) throw new Error("a route was mounted before the authentication");
  return principal;
}

export function principalIfKnown(response: Response): Principal | null {
  return principals.get(response) ?? null;
}
