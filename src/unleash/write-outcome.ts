import type { WriteOutcome } from "../control/ports.ts";
import type { Outbound, OutboundReply } from "../lib/outbound.ts";
import { problemOf } from "./admin-answer.ts";

/** Answers after which nothing was written and asking again unchanged would not help. */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 409, 410, 413, 415, 422]);

/**
 * Sorts the answer to a write. A failed `test` operation is answered with 500, exactly as a crash after the write would
 * be; a change request may answer 202 and apply nothing. Only a plain success or a plain refusal is taken at its word.
 */
export function writeOutcome(reply: OutboundReply, outbound: Pick<Outbound, "redact">): WriteOutcome {
  if (reply.kind === "failed") return { kind: "unsure", detail: reply.detail };
  const { status } = reply;
  if (status >= 200 && status < 300 && status !== 202) return { kind: "accepted" };
  const { message } = problemOf(reply.text, outbound);
  const detail = message === "" ? `Unleash answered ${status}` : `Unleash answered ${status}: ${message}`;
  return REFUSALS.has(status) ? { kind: "refused", status, detail } : { kind: "unsure", detail };
}
