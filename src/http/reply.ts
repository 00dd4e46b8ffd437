import { type Readable, pipeline } from "node:stream";
import type { Response } from "express";
import { PROBLEMS, problemBody } from "../api/problem.ts";
import type { ProblemCode, ProblemExtras } from "../api/problem.ts";

/** An answer as a value; only `send` touches the response. */
export type Reply = {
  readonly status: number;
  /** JSON text, or null for no body. */
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent instead of `body`, as the headers describe it. */
  readonly content?: Readable;
  /** Why nothing was done; absent in a reply that is an answer, and in one that only repeats an earlier one. */
  readonly refused?: { readonly code: ProblemCode; readonly detail: string };
};

export function answer(status: number, body: unknown, headers: Reply["headers"] = {}): Reply {
  return { status, body: JSON.stringify(body), headers };
}

export function refuse(
  code: ProblemCode,
  detail: string,
  extras: ProblemExtras = {},
  headers: Reply["headers"] = {},
): Reply {
  const body = JSON.stringify(problemBody(code, detail, extras));
  return { status: PROBLEMS[code].status, body, headers, refused: { code, detail } };
}

export function send(response: Response, reply: Reply): void {
  response.status(reply.status).set(reply.headers);
  if (reply.content !== undefined) {
    // A caller that went away, or a disk that broke: the connection is cut, and the length tells the caller.
    pipeline(reply.content, response, () => undefined);
    return;
  }
  if (reply.body === null) {
    response.end();
    return;
  }
  // A closed gate asked for with strict=1 has a status code of 4xx and is still an answer, so the body decides.
  const isProblem = reply.body.startsWith('{"type":"/problems/');
  response.setHeader("Content-Type", isProblem ? "application/problem+json" : "application/json");
  response.end(reply.body);
}
