import type { Request, RequestHandler } from "express";
import type { Authenticator } from "./auth/authenticator.ts";
import { TOKEN_LIKE } from "./auth/token-text.ts";
import type { FailedLogins } from "./failed-logins.ts";
import { rememberPrincipal } from "./principal-of.ts";
import { refuse, send } from "./reply.ts";

const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/i;

const TOKEN_PARAMETERS = ["token", "access_token", "api_key", "apikey", "authorization", "auth"];

/** Refuses a request whose address carries a token: by then it is in somebody's log, and using it would teach the habit. */
export const refuseTokenInUrl: RequestHandler = (request, response, next) => {
  if (!carriesToken(request)) {
    next();
    return;
  }
  send(response, refuse("token-in-url", "the address of this request carries a token"));
};

function carriesToken(request: Request): boolean {
  const names = Object.keys(request.query).map((name) => name.toLowerCase());
  return (
    TOKEN_PARAMETERS.some((name) => names.includes(name)) || TOKEN_LIKE.test(decoded(request.originalUrl))
  );
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    // Not decodable as a whole; the router refuses it, and the raw text is what a log would hold.
    return url;
  }
}

/** Lets through who shows a valid token, and remembers who it is. */
export function authenticate(
  authenticator: Authenticator,
  failures: RequestHandler,
  failedLogins: FailedLogins,
): RequestHandler {
  return async (request, response, next) => {
    const presented = BEARER.exec(request.headers.authorization ?? "")?.[1];
    const outcome =
      presented === undefined
        ? ({ kind: "refused", why: "the request carries no bearer token" } as const)
        : await authenticator(presented);
    if (outcome.kind === "known") {
      rememberPrincipal(response, outcome.principal);
      next();
      return;
    }
    await failedLogins(request, outcome.why);
    await failures(request, response, () => {
      const challenge = presented === undefined ? "Bearer" : 'Bearer error="invalid_token"';
      send(response, refuse("no-token", outcome.why, {}, { "WWW-Authenticate": challenge }));
    });
  };
}
