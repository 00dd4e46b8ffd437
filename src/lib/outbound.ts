import type { LookupFunction } from "node:net";
import { buildConnector, Pool, type Dispatcher } from "undici";
import { parseBaseUrl } from "./base-url.ts";
import { cappedText } from "./capped-body.ts";
import { authorizationOf, type Auth } from "./credentials.ts";
import { forbiddenAddressError, guardedLookup, isForbiddenAddress } from "./forbidden-address.ts";
import { redactor } from "./redactor.ts";
import { bodyOf, pathOf, type OutboundRequest } from "./outbound-request.ts";
import { failureOf, type FailureReason } from "./transport-failure.ts";

const CONNECT_MS = 2_000;
const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_BYTES = 1024 * 1024;
const DEFAULT_CONNECTIONS = 16;
const REDIRECTS: ReadonlySet<number> = new Set([300, 301, 302, 303, 305, 307, 308]);

export type OutboundOptions = {
  /** Scheme, host, port and an optional path; everything sent goes below it. Check it with `parseBaseUrl` first. */
  readonly baseUrl: string;
  readonly auth?: Auth | undefined;
  /** Sent with every request, a tenant for instance. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** PEM. `ca` replaces the system's authorities; `cert` and `key` are our own identity. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Total time of a request that sets no `deadlineMs` of its own. Default 5 s. */
  readonly timeoutMs?: number | undefined;
  /** Longest body. Default 1 MiB. */
  readonly maxBytes?: number | undefined;
  /** Most connections at once; further requests wait for one, inside their deadline. Default 16. */
  readonly maxConnections?: number | undefined;
  /** Resolves names; the system's resolver when absent. */
  readonly lookup?: LookupFunction | undefined;
};

export type OutboundReply =
  | {
      readonly kind: "response";
      readonly status: number;
      /** Names in lower case; repeated ones joined by a comma. */
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
    }
  | { readonly kind: "failed"; readonly reason: FailureReason; readonly detail: string };

/** One peer over HTTP. */
export type Outbound = {
  /** Sends once, without retry. Never throws for what a peer or a network can do. */
  request(request: OutboundRequest): Promise<OutboundReply>;
  /** Strikes our own secrets out of text that a peer wrote, before people or logs see it. */
  redact(text: string): string;
  /** Cuts every connection; requests under way fail as `cancelled`. */
  close(): Promise<void>;
};

/**
 * A client for one configured address: no other host, no redirects, no proxy from the environment, certificates
 * always verified, every exchange bounded in time and size. Throws only when the address is not a base URL.
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const base = parseBaseUrl(options.baseUrl);
  if (!base.ok) throw new Error(`the outbound address ${base.problem}`);
  const { origin, prefix, shown } = base.value;

  const secrets = redactor(secretHeaders(options.headers ?? {}));
  const pool = new Pool(origin, {
    connect: guardedConnector(options),
    connections: options.maxConnections ?? DEFAULT_CONNECTIONS,
    allowH2: false,
  });

  async function request(asked: OutboundRequest): Promise<OutboundReply> {
    const deadlineMs = asked.deadlineMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = AbortSignal.timeout(Math.max(1, Math.ceil(deadlineMs)));
    const signal = asked.signal === undefined ? deadline : AbortSignal.any([deadline, asked.signal]);

    const authorization = await authorizationOf(options.auth ?? { kind: "none" });
    if (!authorization.ok) return failed("credentials", authorization.problem);
    secrets.add(authorization.secrets);

    const body = bodyOf(asked);
    try {
      const response = await pool.request({
        method: asked.method,
        path: pathOf(prefix, asked),
        headers: {
          ...options.headers,
          ...body.headers,
          ...asked.headers,
          ...(authorization.header === null ? {} : { authorization: authorization.header }),
          // Nothing is ever unpacked here, so a small answer cannot grow.
          "accept-encoding": "identity",
        },
        body: body.text,
        signal,
      });
      return await receive(response, asked.maxBytes ?? options.maxBytes ?? DEFAULT_MAX_BYTES);
    } catch (error) {
      if (deadline.aborted) return failed("timeout", `no complete answer from ${shown} in ${deadlineMs} ms`);
      if (signal.aborted) return failed("cancelled", `the request to ${shown} was given up`);
      const { reason, code } = failureOf(error);
      return failed(reason, `the exchange with ${shown} failed (${code})`);
    }
  }

  async function receive(response: Dispatcher.ResponseData, maxBytes: number): Promise<OutboundReply> {
    const { statusCode: status, body } = response;
    const headers = flat(response.headers);
    const refusal = refusalOf(status, headers, maxBytes);
    if (refusal !== null) {
      discard(body);
      return refusal;
    }
    const text = await cappedText(body, maxBytes);
    if (text === null) return failed("too-large", `${shown} answered with more than ${maxBytes} bytes`);
    return { kind: "response", status, headers, text };
  }

  function refusalOf(
    status: number,
    headers: Readonly<Record<string, string>>,
    maxBytes: number,
  ): OutboundReply | null {
    if (REDIRECTS.has(status)) {
      return failed("redirect", `${shown} answered ${status}, a redirect; these are not followed`);
    }
    const encoding = headers["content-encoding"] ?? "identity";
    if (encoding.toLowerCase() !== "identity") {
      return failed("encoded", `${shown} answered with a compressed body although none was asked for`);
    }
    if (Number(headers["content-length"] ?? 0) > maxBytes) {
      return failed("too-large", `${shown} announced more than ${maxBytes} bytes`);
    }
    return null;
  }

  return { request, redact: (text) => secrets.redact(text), close: () => pool.destroy() };
}

function failed(reason: FailureReason, detail: string): OutboundReply {
  return { kind: "failed", reason, detail };
}

function guardedConnector(options: OutboundOptions): buildConnector.connector {
  const connect = buildConnector({
    timeout: CONNECT_MS,
    allowH2: false,
    lookup: guardedLookup(options.lookup),
    // Said although it is the default: NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment must not reach us.
    rejectUnauthorized: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
  });
  return (target, callback) => {
    // An address in the URL itself is never looked up.
    if (isForbiddenAddress(target.hostname)) return callback(forbiddenAddressError(target.hostname), null);
    return connect(target, callback);
  };
}

/** A tenant's name may be shown, and striking it out would garble metric names; a key may not. */
function secretHeaders(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => /auth|token|key|secret|cookie|pass/i.test(name))
    .map(([, value]) => value);
}

/** Gives up a body nobody will read; its end is then an error event that has no other listener. */
function discard(body: Dispatcher.ResponseData["body"]): void {
  body.on("error", () => undefined);
  body.destroy();
}

function flat(headers: Dispatcher.ResponseData["headers"]): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  return Object.fromEntries(entries);
}
