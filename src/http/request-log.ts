import { randomUUID } from "node:crypto";
import type { RequestHandler, Response } from "express";
import type { Clock } from "../control/ports.ts";
import type { Log } from "../lib/log.ts";
import { principalIfKnown } from "./principal-of.ts";

const ids = new WeakMap<Response, string>();

/** The id under which the log knows a request; the caller sees it in `X-Request-Id`. */
export function requestId(response: Response): string {
  return ids.get(response) ?? "";
}

/** One line a request. Never the address as sent, since people paste secrets into addresses: the path without its query. */
export function logRequests(log: Log, clock: Clock): RequestHandler {
  return (request, response, next) => {
    const id = randomUUID();
    const startedAt = clock.elapsed();
    ids.set(response, id);
    response.set("X-Request-Id", id);
    response.once("finish", () => {
      const who = principalIfKnown(response);
      const level = request.method === "GET" || request.method === "HEAD" ? "debug" : "info";
      log[level](
        {
          request: id,
          method: request.method,
          path: who === null ? null : request.path.slice(0, 200),
          status: response.statusCode,
          ms: Math.round(clock.elapsed() - startedAt),
          by: who === null ? null : `${who.kind}:${who.name}`,
        },
        "request answered",
      );
    });
    next();
  };
}
