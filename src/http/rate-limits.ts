import type { Request, RequestHandler, Response } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import { z } from "zod";
import { ROUTES } from "../api/routes.ts";
import type { Route } from "../api/routes.ts";
import { principalOf } from "./principal-of.ts";
import { refuse, send } from "./reply.ts";

/** Requests a minute: for each token, and of failed authentications for each address. */
export type Rates = { readonly ordinary: number; readonly vital: number; readonly failures: number };

export const DEFAULT_RATES: Rates = { ordinary: 600, vital: 6_000, failures: 30 };

export type RateLimits = {
  /** The share a request draws from: looking at a gate and stopping it have one of their own. */
  forRoute(route: Route): RequestHandler;
  /** Asked only after an authentication failed, so that guessing never locks out a valid token of the same address. */
  readonly failures: RequestHandler;
};

const vitalBody = z.object({ action: z.enum(["rollback", "pause"]) });

export function createRateLimits(rates: Rates): RateLimits {
  const ordinary = limiter("ordinary", rates.ordinary, byToken);
  const vital = limiter("vital", rates.vital, byToken);
  return {
    forRoute: (route) => (request, response, next) => {
      const share = isVital(route, request.body) ? vital : ordinary;
      return share(request, response, next);
    },
    failures: limiter("failures", rates.failures, (request) => ipKeyGenerator(request.ip ?? "")),
  };
}

function isVital(route: Route, body: unknown): boolean {
  return route === ROUTES.getStatus || (route === ROUTES.act && vitalBody.safeParse(body).success);
}

function byToken(_: Request, response: Response): string {
  return principalOf(response).token;
}

function limiter(
  name: string,
  limit: number,
  keyGenerator: (request: Request, response: Response) => string,
): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit,
    identifier: name,
    keyGenerator,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    // Its checks print to the console; what they look for is decided by our own configuration.
    validate: false,
    handler: (_, response) => {
      send(response, refuse("too-many", `this token or address may send ${limit} such requests a minute`));
    },
  });
}
