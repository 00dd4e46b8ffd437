import express from "express";
import type { Express } from "express";
import helmet from "helmet";
import { ROUTES } from "../api/routes.ts";
import type { Route } from "../api/routes.ts";
import { act } from "./actions.ts";
import { approve, getApprovals } from "./approvals.ts";
import { authenticate, refuseTokenInUrl } from "./authenticate.ts";
import { listChanges, tellDeploy } from "./changes.ts";
import { getDecision, listDecisions, openDecision } from "./decisions.ts";
import type { Door } from "./door.ts";
import { handleErrors, methodNotAllowed, notFound } from "./errors.ts";
import { getGate, listGates } from "./gates.ts";
import { hearAlerts } from "./hooks.ts";
import { createOnce } from "./idempotency.ts";
import { expressPath, mount } from "./mount.ts";
import { DEFAULT_RATES, createRateLimits } from "./rate-limits.ts";
import type { RateLimits } from "./rate-limits.ts";
import { explainProblem, getOpenApi } from "./reference.ts";
import { logRequests } from "./request-log.ts";
import { getStatus } from "./status.ts";
import { issueToken, listTokens, revokeToken } from "./tokens.ts";

/** The API. Nothing in it answers without a token, not even that an address does not exist. */
export function createHttp(door: Door): Express {
  const limits = createRateLimits(door.config.rates ?? DEFAULT_RATES);
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("trust proxy", door.config.trustProxy.length === 0 ? false : [...door.config.trustProxy]);
  app.use(securityHeaders(), logRequests(door.log, door.clock));
  app.use(refuseTokenInUrl, authenticate(door.authenticator, limits.failures));
  mountRoutes(app, door, limits);
  for (const [path, methods] of methodsByPath()) app.all(expressPath(path), methodNotAllowed(methods));
  app.use(notFound);
  app.use(handleErrors(door.log));
  return app;
}

function mountRoutes(app: Express, door: Door, limits: RateLimits): void {
  const once = createOnce(door.controller, door.clock);
  mount(app, ROUTES.listGates, limits, listGates(door));
  mount(app, ROUTES.getGate, limits, getGate(door));
  mount(app, ROUTES.getStatus, limits, getStatus(door));
  mount(app, ROUTES.listDecisions, limits, listDecisions(door));
  mount(app, ROUTES.getDecision, limits, getDecision(door));
  mount(app, ROUTES.openDecision, limits, openDecision());
  mount(app, ROUTES.act, limits, act(door, once));
  mount(app, ROUTES.getApprovals, limits, getApprovals(door));
  mount(app, ROUTES.approve, limits, approve(door, once));
  mount(app, ROUTES.listChanges, limits, listChanges(door));
  mount(app, ROUTES.tellDeploy, limits, tellDeploy(door, once));
  mount(app, ROUTES.hearAlerts, limits, hearAlerts(door));
  mount(app, ROUTES.listTokens, limits, listTokens(door));
  mount(app, ROUTES.issueToken, limits, issueToken(door));
  mount(app, ROUTES.revokeToken, limits, revokeToken(door));
  mount(app, ROUTES.openapi, limits, getOpenApi(door));
  mount(app, ROUTES.explainProblem, limits, explainProblem());
}

function securityHeaders(): express.RequestHandler {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    xFrameOptions: { action: "deny" },
  });
  return (request, response, next) => {
    // Answers are about now and for one caller.
    response.set("Cache-Control", "no-store");
    headers(request, response, next);
  };
}

function methodsByPath(): ReadonlyMap<string, readonly string[]> {
  const byPath = Map.groupBy<string, Route>(Object.values(ROUTES), (route) => route.path);
  return new Map(
    [...byPath].map(([path, routes]) => [
      path,
      routes.flatMap(({ method }) => (method === "get" ? ["get", "head"] : [method])),
    ]),
  );
}
