import type { LookupFunction } from "node:net";
import type { Clock } from "../control/ports.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Unknown, UnknownReason } from "../domain/reading.ts";
import type { Auth } from "../lib/credentials.ts";
import type { Outbound, OutboundOptions, OutboundReply } from "../lib/outbound.ts";
import type { Fields, OutboundRequest } from "../lib/outbound-request.ts";
import { quoteWith, type Quote } from "../lib/quote.ts";
import type { Span } from "../trial/ports.ts";
import { skewFrom } from "../lib/clock-skew.ts";
import { createLane } from "./lane.ts";
import { openReply, unknown, type Success } from "./reply.ts";

/** Thousands of rules or targets fit; an answer to a query is far smaller. */
const LARGEST_PAGE_BYTES = 8 * 1024 * 1024;
/** Longest query that is sent. */
const LONGEST_QUERY_BYTES = 4_096;
/** Prometheus' own limit for one series of a range query. */
const MOST_POINTS = 11_000;

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

/** Paths below `/api/v1/` that are read with GET. */
export type Page = "rules" | "targets" | "series" | "metadata" | "status/buildinfo";

/** One request that was sent, for metrics. Few different values in each field. */
export type RequestObservation = {
  readonly source: string;
  readonly endpoint: "query" | "query_range" | Page;
  readonly outcome: "success" | UnknownReason;
  readonly durationMs: Millis;
};

/** The API of one source. `deadline` is on the scale of `Clock.elapsed`. */
export type Source = {
  readonly scrapeIntervalMs: Millis;
  readonly timeoutMs: Millis;
  query(text: string, at: Instant, deadline: Millis): Promise<Success | Unknown>;
  /** Both ends of the span are evaluated, and every step between them. */
  queryRange(text: string, span: Span, deadline: Millis): Promise<Success | Unknown>;
  get(page: Page, fields: Fields, deadline: Millis): Promise<Success | Unknown>;
  /** Text of this peer as people may see it. */
  readonly quote: Quote;
  skewMs(): Millis | null;
  close(): Promise<void>;
};

/** What every source goes by. */
export type Surroundings = {
  readonly clock: Clock;
  /** Told of every request that was sent. */
  readonly observe: (observation: RequestObservation) => void;
  /** How a source is reached. */
  readonly connect: (options: OutboundOptions) => Outbound;
};

export function createSource(name: string, config: SourceConfig, surroundings: Surroundings): Source {
  const { clock, observe, connect } = surroundings;
  const places = config.maxConcurrent ?? 4;
  const outbound = connect({ ...config, baseUrl: config.url, maxConnections: places });
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

  function post(
    endpoint: "query" | "query_range",
    form: Readonly<Record<string, string>>,
    deadline: Millis,
  ): Promise<Success | Unknown> {
    const request = (ms: Millis): OutboundRequest => ({
      method: "POST",
      path: `/api/v1/${endpoint}`,
      form: { ...form, timeout: `${Math.ceil(ms)}ms` },
    });
    return send(endpoint, request, deadline);
  }

  function noteSkew(reply: OutboundReply, sentAt: Instant): void {
    if (reply.kind === "response") skewMs = skewFrom(reply.headers["date"], sentAt, clock.now()) ?? skewMs;
  }

  return {
    scrapeIntervalMs: config.scrapeIntervalMs ?? MINUTE,
    timeoutMs: config.timeoutMs ?? 5 * SECOND,

    async query(text, at, deadline) {
      return overBudget(text, 1) ?? (await post("query", { query: text, time: seconds(at) }, deadline));
    },

    async queryRange(text, { from, to, stepMs }, deadline) {
      const times = { start: seconds(from), end: seconds(to), step: seconds(stepMs) };
      const points = Math.floor((to - from) / stepMs) + 1;
      return overBudget(text, points) ?? (await post("query_range", { query: text, ...times }, deadline));
    },

    get: (page, fields, deadline) =>
      send(
        page,
        () => ({ method: "GET", path: `/api/v1/${page}`, query: fields, maxBytes: LARGEST_PAGE_BYTES }),
        deadline,
      ),

    quote,

    skewMs: () => skewMs,
    close: () => outbound.close(),
  };
}

/** Why a query is not worth sending; null when it is. */
function overBudget(text: string, points: number): Unknown | null {
  const bytes = Buffer.byteLength(text);
  if (bytes > LONGEST_QUERY_BYTES)
    return unknown("query-budget", `the query has ${bytes} bytes, more than ${LONGEST_QUERY_BYTES}`);
  if (points > MOST_POINTS) {
    const detail = `${points} points of each series are asked for, more than ${MOST_POINTS}; a shorter time or a longer step needs fewer`;
    return unknown("query-budget", detail);
  }
  return null;
}

/** As Prometheus takes times and steps: with three decimals. */
export function seconds(ms: Millis): string {
  return (ms / 1000).toFixed(3);
}
