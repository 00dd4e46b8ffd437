import type { ErrorRequestHandler, RequestHandler } from "express";
import type { ProblemCode } from "../api/problem.ts";
import { StoreUnavailable } from "../control/ports.ts";
import type { Log } from "../lib/log.ts";
import { requestId } from "./request-log.ts";
import { refuse, send } from "./reply.ts";

/** A passing failure of a disk is over in about this time; after a fatal one the process has started anew. */
const AGAIN_AFTER_SECONDS = "15";

/** What SQLite says of it names files of the machine, so it stays in our log. */
const STORE_UNAVAILABLE = "the store could not be used: its disk may be full, read-only or damaged";

export const notFound: RequestHandler = (_, response) => {
  send(response, refuse("not-found", "no such address"));
};

export function methodNotAllowed(allowed: readonly string[]): RequestHandler {
  const allow = allowed.map((method) => method.toUpperCase()).join(", ");
  return (request, response) => {
    send(response, refuse("method-not-allowed", `${request.method} is not taken here`, {}, { Allow: allow }));
  };
}

/** The last resort. What a reader of the body found wrong is the caller's; anything else is ours, and stays in our log. */
export function handleErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const bad = badRequest(error);
    if (bad !== null) {
      send(response, refuse(bad.code, bad.detail));
      return;
    }
    const request = requestId(response);
    log.error({ err: error, request }, "request failed");
    if (error instanceof StoreUnavailable) {
      const after = { "Retry-After": AGAIN_AFTER_SECONDS };
      send(response, refuse("store-unavailable", STORE_UNAVAILABLE, { request }, after));
      return;
    }
    send(response, refuse("failed", "the request could not be answered", { request }));
  };
}

/** The texts of these errors may quote the body, so they are replaced. */
function badRequest(error: unknown): { readonly code: ProblemCode; readonly detail: string } | null {
  const status = error instanceof Error && "status" in error ? error.status : null;
  switch (status) {
    case 413:
      return { code: "too-large", detail: "the body is larger than 100 KB" };
    case 415:
      return { code: "not-json", detail: "the encoding or character set of the body is not read here" };
    case 400:
      return { code: "invalid", detail: "the address or the body cannot be read" };
    default:
      return null;
  }
}
