import type { Unknown, UnknownReason } from "../domain/reading.ts";
import type { OutboundReply } from "../lib/outbound.ts";
import type { FailureReason } from "../lib/transport-failure.ts";
import { parseStrictJson } from "../lib/strict-json.ts";
import { isObject, isTexts } from "./shape.ts";

/** What Prometheus' API says with `status: success`; `data` is not looked at yet. */
export type Success = {
  readonly kind: "success";
  readonly data: unknown;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
};

const LONGEST_QUOTE = 300;
const MOST_INFOS = 10;

export function unknown(reason: UnknownReason, detail: string): Unknown {
  return { kind: "unknown", reason, detail };
}

/** Text of a peer as people may see it: one line, cut, our secrets struck out. */
export type Quote = (text: string) => string;

export function quoteWith(redact: (text: string) => string): Quote {
  return (text) => {
    const line = redact(text)
      .replace(/[\p{C}\s]+/gu, " ")
      .trim();
    return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
  };
}

/** Total: whatever came back is a success in Prometheus' own form, or unknown with a reason. */
export function openReply(reply: OutboundReply, quote: Quote): Success | Unknown {
  if (reply.kind === "failed") return unknown(REASON_OF[reply.reason], reply.detail);
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

const REASON_OF = {
  timeout: "timeout",
  unreachable: "unreachable",
  tls: "unreachable",
  "too-large": "too-large",
  redirect: "bad-answer",
  encoded: "bad-answer",
  "not-http": "bad-answer",
  "forbidden-address": "unreachable",
  credentials: "unreachable",
  cancelled: "unreachable",
} satisfies Record<FailureReason, UnknownReason>;

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
