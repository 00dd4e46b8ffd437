import { Webhook } from "standardwebhooks";
import type { Clock, PendingTelling } from "../control/ports.ts";
import { SECOND, type Millis } from "../domain/instant.ts";
import type { Telling } from "../domain/telling.ts";
import type { Outbound } from "../lib/outbound.ts";
import type { Channel, Delivery } from "./channel.ts";

const TIMEOUT_MS: Millis = 10 * SECOND;

export type WebhookOptions = {
  readonly name: string;
  /** Made for the receiver's whole address; a request to its root is a delivery. */
  readonly outbound: Pick<Outbound, "request">;
  /** `whsec_` and base64 of 24 to 64 random bytes. */
  readonly secret: string;
  readonly clock: Clock;
  /** Where people read more about it; null when this process has no public address. */
  readonly urlOf: (telling: Telling) => string | null;
};

export type WebhookResult =
  | { readonly ok: true; readonly channel: Channel }
  | { readonly ok: false; readonly problem: string };

/** A receiver of our own kind of JSON, signed as the Standard Webhooks specification says. */
export function createWebhookChannel(options: WebhookOptions): WebhookResult {
  const signer = signerOf(options.secret.trim());
  if (signer === null) {
    const problem = `the secret of webhook ${options.name} must be whsec_ followed by base64 of 24 to 64 random bytes`;
    return { ok: false, problem };
  }
  const { name } = options;
  return {
    ok: true,
    channel: { name, deliver: (telling, signal) => send(options, signer, telling, signal) },
  };
}

const SECRET = /^whsec_(?<base64>[A-Za-z0-9+/]+={0,2})$/;
const SHORTEST_BYTES = 24;
const LONGEST_BYTES = 64;

function signerOf(secret: string): Webhook | null {
  const base64 = SECRET.exec(secret)?.groups?.["base64"] ?? "";
  const bytes = Buffer.from(base64, "base64");
  const isWhole = bytes.toString("base64") === base64;
  if (!isWhole || bytes.length < SHORTEST_BYTES || bytes.length > LONGEST_BYTES) return null;
  return new Webhook(secret);
}

async function send(
  { outbound, clock, urlOf }: WebhookOptions,
  signer: Webhook,
  telling: PendingTelling,
  signal: AbortSignal,
): Promise<Delivery> {
  const sentAt = clock.now();
  const body = bodyOf(telling, urlOf(telling));
  const reply = await outbound.request({
    method: "POST",
    path: "",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": telling.key,
      "webhook-timestamp": String(Math.floor(sentAt / SECOND)),
      "webhook-signature": signer.sign(telling.key, new Date(sentAt), body),
      ...(telling.page ? { "rampart-page": "1" } : {}),
    },
    deadlineMs: TIMEOUT_MS,
    signal,
  });
  if (reply.kind === "failed") return { kind: "failed", detail: `${reply.reason}: ${reply.detail}` };
  if (reply.status >= 200 && reply.status < 300) return { kind: "taken" };
  return { kind: "failed", detail: refusalOf(reply.status) };
}

/** The answer's own text is left out: a receiver may echo what we sent it, headers and all. */
function refusalOf(status: number): string {
  return status === 410
    ? "answered 410: gone for good, so correct or remove the channel; trying on until then"
    : `answered ${status}`;
}

/** `timestamp` is of the event; the header's is of the attempt. */
function bodyOf(telling: PendingTelling, url: string | null): string {
  const { gate, kind, page, title, text, decision, createdAt } = telling;
  return JSON.stringify({
    type: `rampart.${kind}`,
    timestamp: new Date(createdAt).toISOString(),
    data: { gate, kind, page, title, text, decision, url },
  });
}
