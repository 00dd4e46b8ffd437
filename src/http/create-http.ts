import express from "express";
import type { Express } from "express";
import helmet from "helmet";
import { ROUTES } from "../api/routes.ts";
import type { Route } from "../api/routes.ts";
import { act } from "./actions.ts";
import { approve, getApprovals, promise } from "./approvals.ts";
import { authenticate, refuseTokenInUrl } from "./authenticate.ts";
import { takeBackup } from "./backups.ts";
import { listChanges, tellDeploy } from "./changes.ts";
import { getDecision, listDecisions, openDecision, replayDecision } from "./decisions.ts";
import { createDenials } from "./denials.ts";
import type { Door } from "./door.ts";
import { handleErrors, methodNotAllowed, notFound } from "./errors.ts";
import { createFailedLogins } from "./failed-logins.ts";
import { getDefinition, getGate, listGates } from "./gates.ts";
import { hearAlerts } from "./hooks.ts";
import { getInbox } from "./inbox.ts";
import { createOnce } from "./idempotency.ts";
import { listMaintenance, orderMaintenance } from "./maintenance.ts";
import { expressPath, mount } from "./mount.ts";
import type { Checks } from "./mount.ts";
import { DEFAULT_RATES, createRateLimits } from "./rate-limits.ts";
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
  app.use(refuseTokenInUrl, authenticate(door.authenticator, limits.failures, createFailedLogins(door)));
  mountRoutes(app, door, { limits, denials: createDenials(door) });
  for (const [path, methods] of methodsByPath()) app.all(expressPath(path), methodNotAllowed(methods));
  app.use(notFound);
  app.use(handleErrors(door.log));
  return app;
}

function mountRoutes(app: Express, door: Door, checks: Checks): void {
  const once = createOnce(door.controller, door.clock);
  mount(app, ROUTES.listGates, checks, listGates(door));
  mount(app, ROUTES.getGate, checks, getGate(door));
  mount(app, ROUTES.getDefinition, checks, getDefinition(door));
  mount(app, ROUTES.getStatus, checks, getStatus(door));
  mount(app, ROUTES.listDecisions, checks, listDecisions(door));
  mount(app, ROUTES.getDecision, checks, getDecision(door));
  mount(app, ROUTES.replayDecision, checks, replayDecision(door));
  mount(app, ROUTES.openDecision, checks, openDecision());
  mount(app, ROUTES.act, checks, act(door, once));
  mount(app, ROUTES.getApprovals, checks, getApprovals(door));
  mount(app, ROUTES.approve, checks, approve(door, once));
  mount(app, ROUTES.promise, checks, promise(door, once));
  mount(app, ROUTES.getInbox, checks, getInbox(door));
  mount(app, ROUTES.listChanges, checks, listChanges(door));
  mount(app, ROUTES.tellDeploy, checks, tellDeploy(door, once));
  mount(app, ROUTES.listMaintenance, checks, listMaintenance(door));
  mount(app, ROUTES.orderMaintenance, checks, orderMaintenance(door, once));
  mount(app, ROUTES.hearAlerts, checks, hearAlerts(door));
  mount(app, ROUTES.listTokens, checks, listTokens(door));
  mount(app, ROUTES.issueToken, checks, issueToken(door));
  mount(app, ROUTES.revokeToken, checks, revokeToken(door));
  mount(app, ROUTES.takeBackup, checks, takeBackup(door));
  mount(app, ROUTES.openapi, checks, getOpenApi(door));
  mount(app, ROUTES.explainProblem, checks, explainProblem());
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
