import type { Outbound, OutboundReply } from "../../src/lib/outbound.ts";
import type { OutboundRequest } from "../../src/lib/outbound-request.ts";

type Answer = OutboundReply | undefined;

/** A peer that answers from a table of `METHOD /path`, and remembers what it was asked. Anything else is not there. */
export function scriptedOutbound(answer: (request: OutboundRequest) => Answer) {
  const asked: OutboundRequest[] = [];
  const outbound: Outbound = {
    request(request) {
      asked.push(request);
      return Promise.resolve(answer(request) ?? { kind: "response", status: 404, headers: {}, text: "" });
    },
    redact: (text) => text.replaceAll("s3cret", "***"),
    close: () => Promise.resolve(),
  };
  return { outbound, asked };
}

export function answered(body: unknown, status = 200): OutboundReply {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { kind: "response", status, headers: {}, text };
}

export function unanswered(
  reason: Extract<OutboundReply, { kind: "failed" }>["reason"] = "timeout",
): OutboundReply {
  return { kind: "failed", reason, detail: `no answer: ${reason}` };
}
