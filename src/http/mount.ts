import express from "express";
import type { Express, Request, RequestHandler, Response } from "express";
import type { z } from "zod";
import type { Route } from "../api/routes.ts";
import { mayUse } from "../domain/principal.ts";
import type { Principal } from "../domain/principal.ts";
import type { Denials } from "./denials.ts";
import { principalOf } from "./principal-of.ts";
import type { RateLimits } from "./rate-limits.ts";
import { refuse, send } from "./reply.ts";
import type { Reply } from "./reply.ts";
import { problemsOf } from "./schema-problems.ts";

/** A request after every check that does not need to know what the route is about. */
export type Call<R extends Route> = {
  readonly principal: Principal;
  readonly method: string;
  readonly path: string;
  readonly parameter: (name: string) => string;
  readonly header: (name: string) => string | undefined;
  readonly query: z.output<R["query"]>;
  readonly body: R["body"] extends z.ZodType ? z.output<R["body"]> : null;
  /** Aborted when the caller has gone. */
  readonly gone: AbortSignal;
};

export type Handler<R extends Route> = (call: Call<R>) => Promise<Reply> | Reply;

// The reader behind this would take any Unicode encoding, UTF-7 included.
const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

const readJson = express.json({ limit: "100kb", type: "application/json" });

/** What stands around every handler. */
export type Checks = { readonly limits: RateLimits; readonly denials: Denials };

/** Puts a route on the app with its checks, in the order: body, share of requests, scope, address, form. A denial is noted. */
export function mount<R extends Route>(
  app: Express,
  route: R,
  { limits, denials }: Checks,
  handler: Handler<R>,
): void {
  app[route.method](
    expressPath(route.path),
    requireJson(route),
    readJson,
    limits.forRoute(route),
    async (request, response) => {
      const reply = await replyTo(route, handler, request, response);
      await denials(request, principalOf(response), reply);
      send(response, reply);
    },
  );
}

/** `/v1/gates/{name}` as Express writes it. */
export function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function requireJson(route: Route): RequestHandler {
  return (request, response, next) => {
    const hasBody =
      request.headers["transfer-encoding"] !== undefined ||
      Number(request.headers["content-length"] ?? 0) > 0;
    if ((hasBody || route.body !== null) && !JSON_TYPE.test(request.headers["content-type"] ?? "")) {
      send(response, refuse("not-json", "the Content-Type of the body must be application/json, in UTF-8"));
      return;
    }
    next();
  };
}

async function replyTo<R extends Route>(
  route: R,
  handler: Handler<R>,
  request: Request,
  response: Response,
): Promise<Reply> {
  const principal = principalOf(response);
  if (!route.scopes.some((scope) => mayUse(principal, scope))) return forbidden(principal, route.scopes);

  const query = route.query.safeParse(request.query);
  if (!query.success) return invalid("the query is not valid", problemsOf(query.error, "query"));
  const body = route.body?.safeParse(request.body);
  if (body?.success === false) return invalid("the body is not valid", problemsOf(body.error, "body"));

  const call = {
    principal,
    method: request.method,
    path: request.path,
    parameter: (name: string) => String(request.params[name] ?? ""),
    header: (name: string) => request.get(name),
    query: query.data,
    body: body?.data ?? null,
    gone: goneSignal(response),
  };
  // The schemas that made `query` and `body` are those of R; TypeScript cannot follow that through the generic.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return handler(call as Call<R>);
}

/** Says what was missing, and when only people could have it. */
export function forbidden(principal: Principal, scopes: readonly string[]): Reply {
  const who = principal.kind === "machine" ? "this machine" : "this person";
  return refuse("forbidden", `${who} (${principal.name}) has none of the scopes: ${scopes.join(", ")}`, {
    scopes: [...scopes],
  });
}

function invalid(detail: string, problems: { at: string; message: string }[]): Reply {
  return refuse("invalid", detail, { problems });
}

function goneSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}
