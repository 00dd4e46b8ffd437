import type { Unknown, UnknownReason } from "../domain/reading.ts";
import type { OutboundReply } from "../lib/outbound.ts";
import type { Quote } from "../lib/quote.ts";
import { parseStrictJson } from "../lib/strict-json.ts";
import { NO_ANSWER } from "../lib/transport-failure.ts";
import { isObject, isTexts } from "./shape.ts";

/** What Prometheus' API says with `status: success`; `data` is not looked at yet. */
export type Success = {
  readonly kind: "success";
  readonly data: unknown;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
};

const MOST_INFOS = 10;

export function unknown(reason: UnknownReason, detail: string): Unknown {
  return { kind: "unknown", reason, detail };
}

/** Total: whatever came back is a success in Prometheus' own form, or unknown with a reason. */
export function openReply(reply: OutboundReply, quote: Quote): Success | Unknown {
  if (reply.kind === "failed") return unknown(NO_ANSWER[reply.reason], reply.detail);
  const parsed = parseStrictJson(reply.text);
  const body = parsed.ok && isObject(parsed.value) ? parsed.value : null;

  if (reply.status !== 200) return unknown(`http-${reply.status}`, refusal(reply.status, body, quote));
  if (!parsed.ok)
    return unknown("bad-answer", `the answer ${parsed.problem}${typeNote(reply.headers, quote)}`);
  if (body === null) return unknown("bad-answer", "the answer is not a JSON object");
  if (body["status"] !== "success")
    return unknown("bad-answer", `the answer is not a success: ${said(body, quote)}`);

  const warnings = body["warnings"] ?? [];
  const infos = body["infos"] ?? [];
  if (!isTexts(warnings) || !isTexts(infos)) {
    return unknown("bad-answer", "warnings or infos of the answer are not lists of texts");
  }
  return {
    kind: "success",
    data: body["data"],
    warnings: warnings.map(quote),
    infos: infos.slice(0, MOST_INFOS).map(quote),
  };
}

function refusal(status: number, body: Readonly<Record<string, unknown>> | null, quote: Quote): string {
  const why = body === null ? "" : said(body, quote);
  if (status === 401 || status === 403) return `the source refuses our credentials (${status}) ${why}`.trim();
  return why === "" ? `the source answered ${status}` : why;
}

/** `bad_data: parse error: ...`, as Prometheus puts it. */
function said(body: Readonly<Record<string, unknown>>, quote: Quote): string {
  const parts = [body["errorType"], body["error"]].filter((part) => typeof part === "string");
  return quote(parts.join(": "));
}

function typeNote(headers: Readonly<Record<string, string>>, quote: Quote): string {
  const type = headers["content-type"];
  return type === undefined ? "" : ` (it says it is ${quote(type)})`;
}
