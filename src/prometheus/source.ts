import type { LookupFunction } from "node:net";
import type { Clock } from "../control/ports.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Unknown, UnknownReason } from "../domain/reading.ts";
import type { Auth } from "../lib/credentials.ts";
import { createOutbound, type OutboundReply } from "../lib/outbound.ts";
import type { OutboundRequest } from "../lib/outbound-request.ts";
import { skewFrom } from "./clock-skew.ts";
import { createLane } from "./lane.ts";
import { openReply, quoteWith, unknown, type Success } from "./reply.ts";

/** Longest query that is sent. */
const LONGEST_QUERY_BYTES = 4_096;

/** One Prometheus, or what speaks its query API. */
export type SourceConfig = {
  /** With a path, where the API is not at the root. */
  readonly url: string;
  /** For series whose scrape interval cannot be found out. Default 1m. */
  readonly scrapeIntervalMs?: Millis | undefined;
  /** Total time of one `ask` or `freshness`. Default 5 s. */
  readonly timeoutMs?: Millis | undefined;
  /** Most requests in flight. Default 4. */
  readonly maxConcurrent?: number | undefined;
  readonly auth?: Auth | undefined;
  /** A tenant, for instance. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** PEM. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly lookup?: LookupFunction | undefined;
};

/** One request that was sent, for metrics. Few different values in each field. */
export type RequestObservation = {
  readonly source: string;
  readonly endpoint: "query" | "rules" | "targets";
  readonly outcome: "success" | UnknownReason;
  readonly durationMs: Millis;
};

/** The API of one source. `deadline` is on the scale of `Clock.elapsed`. */
export type Source = {
  readonly scrapeIntervalMs: Millis;
  readonly timeoutMs: Millis;
  query(text: string, at: Instant, deadline: Millis): Promise<Success | Unknown>;
  get(
    endpoint: "rules" | "targets",
    fields: Readonly<Record<string, string>>,
    deadline: Millis,
  ): Promise<Success | Unknown>;
  skewMs(): Millis | null;
  close(): Promise<void>;
};

export function createSource(
  name: string,
  config: SourceConfig,
  clock: Clock,
  observe: (observation: RequestObservation) => void,
): Source {
  const places = config.maxConcurrent ?? 4;
  const outbound = createOutbound({ ...config, baseUrl: config.url, maxConnections: places });
  const quote = quoteWith((text) => outbound.redact(text));
  const lane = createLane(places);
  let skewMs: Millis | null = null;

  async function send(
    endpoint: RequestObservation["endpoint"],
    requestWithin: (ms: Millis) => OutboundRequest,
    deadline: Millis,
  ): Promise<Success | Unknown> {
    const leave = await lane.enter(deadline - clock.elapsed());
    if (leave === null)
      return unknown("query-budget", `${places} questions to ${name} were still unanswered`);
    try {
      const leftMs = deadline - clock.elapsed();
      if (leftMs <= 0) return unknown("query-budget", `no time was left to ask ${name}`);
      const [sentAt, started] = [clock.now(), clock.elapsed()];
      const reply = await outbound.request({ ...requestWithin(leftMs), deadlineMs: leftMs });
      noteSkew(reply, sentAt);
      const opened = openReply(reply, quote);
      const outcome = opened.kind === "success" ? "success" : opened.reason;
      observe({ source: name, endpoint, outcome, durationMs: clock.elapsed() - started });
      return opened;
    } finally {
      leave();
    }
  }

  function noteSkew(reply: OutboundReply, sentAt: Instant): void {
    if (reply.kind === "response") skewMs = skewFrom(reply.headers["date"], sentAt, clock.now()) ?? skewMs;
  }

  return {
    scrapeIntervalMs: config.scrapeIntervalMs ?? MINUTE,
    timeoutMs: config.timeoutMs ?? 5 * SECOND,

    async query(text, at, deadline) {
      const bytes = Buffer.byteLength(text);
      if (bytes > LONGEST_QUERY_BYTES) {
        return unknown("query-budget", `the query has ${bytes} bytes, more than ${LONGEST_QUERY_BYTES}`);
      }
      const time = (at / 1000).toFixed(3);
      return await send(
        "query",
        (ms) => ({
          method: "POST",
          path: "/api/v1/query",
          form: { query: text, time, timeout: `${Math.ceil(ms)}ms` },
        }),
        deadline,
      );
    },

    get: (endpoint, fields, deadline) =>
      send(endpoint, () => ({ method: "GET", path: `/api/v1/${endpoint}`, query: fields }), deadline),

    skewMs: () => skewMs,
    close: () => outbound.close(),
  };
}
