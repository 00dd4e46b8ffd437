import type { Instant, OutboundReply } from "../engine.ts";

export type Response = Extract<OutboundReply, { kind: "response" }>;

/** A label set and its value. */
export type Row = readonly [labels: Readonly<Record<string, string>>, value: string];

const JSON_TYPE = { "content-type": "application/json" };
const PAGE = "<!doctype html><title>502 Bad Gateway</title>";

export function respond(status: number, text: string, headers: Response["headers"] = {}): Response {
  return { kind: "response", status, headers, text };
}

export function success(data: object, more: object = {}): Response {
  return respond(200, JSON.stringify({ status: "success", data, ...more }), JSON_TYPE);
}

export function refusal(status: number, errorType: string, error: string): Response {
  return respond(status, JSON.stringify({ status: "error", errorType, error }), JSON_TYPE);
}

export function page(status: number): Response {
  return respond(status, PAGE, { "content-type": "text/html" });
}

export function vector(at: Instant, rows: readonly Row[], more: object = {}): Response {
  const result = rows.map(([metric, value]) => ({ metric, value: [at / 1_000, value] }));
  return success({ resultType: "vector", result }, more);
}

/** One series with a row of samples, where one number was asked for. */
export function matrix(at: Instant, rows: readonly Row[]): Response {
  const result = rows.map(([metric, value]) => ({ metric, values: [[at / 1_000, value]] }));
  return success({ resultType: "matrix", result });
}

export function cutOff(response: Response): Response {
  return { ...response, text: response.text.slice(0, -20) };
}

/** Two readers of it could take it for two different answers. */
export function twice(response: Response): Response {
  return { ...response, text: response.text.replace("{", '{"status":"success",') };
}

/** What comes instead of an answer while nothing answers. Null: nothing at all, for as long as anybody waits. */
export const IN_THE_DARK: readonly [Silence, ...Silence[]] = [
  () => null,
  () => ({ kind: "failed", reason: "unreachable", detail: "the exchange failed (ECONNREFUSED)" }),
  () => page(502),
  () => refusal(503, "unavailable", "the query queue is full"),
  cutOff,
  () => respond(200, '{"status":"error","errorType":"internal","error":"no such tenant"}', JSON_TYPE),
  () => page(200),
];

type Silence = (answer: Response) => OutboundReply | null;
