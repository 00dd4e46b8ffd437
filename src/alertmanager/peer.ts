import type { LookupFunction } from "node:net";
import type { Clock } from "../control/ports.ts";
import { SECOND, type Millis } from "../domain/instant.ts";
import type { Unknown, UnknownReason } from "../domain/reading.ts";
import type { Auth } from "../lib/credentials.ts";
import { createOutbound, type OutboundReply } from "../lib/outbound.ts";
import { quoteWith, type Quote } from "../lib/quote.ts";
import { parseStrictJson } from "../lib/strict-json.ts";
import { NO_ANSWER } from "../lib/transport-failure.ts";

/** A storm of alerts comes with all their annotations. */
const LARGEST_ANSWER = 4 * 1024 * 1024;

export type AlertmanagerConfig = {
  /** Before `/api/v2`. */
  readonly url: string;
  /** Total time for learning what is silenced. Default 5 s. */
  readonly timeoutMs?: Millis | undefined;
  readonly auth?: Auth | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** PEM. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly lookup?: LookupFunction | undefined;
};

/** One request that was sent, for metrics. */
export type RequestObservation = {
  readonly source: string;
  readonly page: Page;
  readonly outcome: "success" | UnknownReason;
  readonly durationMs: Millis;
};

type Page = "alerts" | "silences";

/** The API of one Alertmanager. `deadline` is on the scale of `Clock.elapsed`. */
export type Peer = {
  readonly timeoutMs: Millis;
  /** `open` answers null for a body of another form. */
  read<T>(
    page: Page,
    open: (body: unknown, quote: Quote) => T | null,
    deadline: Millis,
  ): Promise<{ readonly kind: "read"; readonly value: T } | Unknown>;
  close(): Promise<void>;
};

export function createPeer(
  source: string,
  config: AlertmanagerConfig,
  clock: Clock,
  observe: (observation: RequestObservation) => void,
): Peer {
  const outbound = createOutbound({ ...config, baseUrl: config.url, maxBytes: LARGEST_ANSWER });
  const quote = quoteWith((text) => outbound.redact(text));

  return {
    timeoutMs: config.timeoutMs ?? 5 * SECOND,
    async read(page, open, deadline) {
      const started = clock.elapsed();
      const reply = await outbound.request({
        method: "GET",
        path: `/api/v2/${page}`,
        deadlineMs: Math.ceil(deadline - started),
      });
      const opened = opensTo(reply, (body) => open(body, quote), quote);
      const outcome = opened.kind === "read" ? "success" : opened.reason;
      observe({ source, page, outcome, durationMs: clock.elapsed() - started });
      return opened.kind === "read" ? opened : { ...opened, detail: `Alertmanager: ${opened.detail}` };
    },
    close: () => outbound.close(),
  };
}

function opensTo<T>(
  reply: OutboundReply,
  open: (body: unknown) => T | null,
  quote: Quote,
): { readonly kind: "read"; readonly value: T } | Unknown {
  if (reply.kind === "failed")
    return { kind: "unknown", reason: NO_ANSWER[reply.reason], detail: reply.detail };
  if (reply.status !== 200) {
    const said = quote(reply.text);
    const detail = `it answered ${reply.status}${said === "" ? "" : `: ${said}`}`;
    return { kind: "unknown", reason: `http-${reply.status}`, detail };
  }
  const parsed = parseStrictJson(reply.text);
  if (!parsed.ok) return { kind: "unknown", reason: "bad-answer", detail: `the answer ${parsed.problem}` };
  const value = open(parsed.value);
  return value === null
    ? { kind: "unknown", reason: "bad-answer", detail: "the answer is not what its API sends" }
    : { kind: "read", value };
}
