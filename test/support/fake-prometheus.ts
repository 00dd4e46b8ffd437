import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** One request as it arrived. */
export type SeenRequest = {
  readonly method: string;
  /** Without its query string. */
  readonly path: string;
  /** Fields of the query string and of a form body. */
  readonly fields: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
};

/** What a peer may do to us. */
export type Reply =
  | {
      readonly kind: "json";
      readonly body: unknown;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "text";
      readonly body: string | Buffer;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Takes the request and says nothing, ever. */
  | { readonly kind: "hang" }
  /** One byte every `everyMs`, after headers that promise more. */
  | { readonly kind: "drip"; readonly everyMs: number }
  /** A 200 that stops after half its body. */
  | { readonly kind: "stall"; readonly body: string }
  /** As many bytes as asked for, as fast as the reader takes them. */
  | { readonly kind: "flood"; readonly bytes: number }
  /** A small compressed body that unpacks to `bytes`. */
  | { readonly kind: "gzip-bomb"; readonly bytes: number }
  | { readonly kind: "redirect"; readonly to: string; readonly status?: number }
  /** Closes the connection without a word. */
  | { readonly kind: "reset" }
  /** Bytes that are not HTTP. */
  | { readonly kind: "raw"; readonly bytes: string }
  /** Answers once the promise says how. */
  | { readonly kind: "later"; readonly reply: Promise<Reply> };

export type FakePrometheus = {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Requests taken and not answered yet, now and at most. */
  inFlight(): number;
  mostInFlight(): number;
  /** Body bytes handed to the network by `flood`. */
  flooded(): number;
  /** How every request from now on is answered. */
  onRequest(answer: (request: SeenRequest) => Reply): void;
  stop(): Promise<void>;
};

export async function startFakePrometheus(tls?: ServerOptions): Promise<FakePrometheus> {
  const seen: SeenRequest[] = [];
  let answer = emptyVector;
  let inFlight = 0;
  let mostInFlight = 0;
  let flooded = 0;

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    inFlight += 1;
    mostInFlight = Math.max(mostInFlight, inFlight);
    response.once("close", () => {
      inFlight -= 1;
    });
    const request = await read(incoming);
    seen.push(request);
    await give(answer(request), response, (bytes) => {
      flooded += bytes;
    });
  };
  const handler = (incoming: IncomingMessage, response: ServerResponse): void => {
    // A client that hangs up in the middle is what many tests are about.
    serve(incoming, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(handler) : createTlsServer(tls, handler);

  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    seen,
    inFlight: () => inFlight,
    mostInFlight: () => mostInFlight,
    flooded: () => flooded,
    onRequest(next) {
      answer = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The success of an instant query: one series for each value. `atMs` is when it was evaluated. */
export function vectorReply(
  values: readonly string[],
  atMs: number,
  extra: Readonly<Record<string, unknown>> = {},
): Reply {
  const result = values.map((value, index) => ({
    metric: { series: String(index) },
    value: [atMs / 1000, value],
  }));
  return { kind: "json", body: { status: "success", data: { resultType: "vector", result }, ...extra } };
}

function emptyVector(request: SeenRequest): Reply {
  return vectorReply([], askedAt(request));
}

/** The instant a query asked about, in milliseconds. */
export function askedAt(request: SeenRequest): number {
  return Math.round(Number(request.fields.get("time")) * 1000);
}

async function read(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? "/", "http://fake");
  const fields = new URLSearchParams(url.search);
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString()))
    fields.append(name, value);
  return { method: incoming.method ?? "", path: url.pathname, fields, headers: incoming.headers };
}

async function give(
  reply: Reply,
  response: ServerResponse,
  countFlood: (bytes: number) => void,
): Promise<void> {
  switch (reply.kind) {
    case "json":
      response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
      response.end(JSON.stringify(reply.body));
      return;
    case "text":
      response.writeHead(reply.status ?? 200, { "content-type": "text/html", ...reply.headers });
      response.end(reply.body);
      return;
    case "hang":
      return;
    case "drip": {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => response.write(" "), reply.everyMs);
      response.once("close", () => clearInterval(timer));
      return;
    }
    case "stall":
      response.writeHead(200, { "content-type": "application/json", "content-length": reply.body.length });
      response.write(reply.body.slice(0, Math.floor(reply.body.length / 2)));
      return;
    case "flood":
      response.writeHead(200, { "content-type": "application/json" });
      await flood(response, reply.bytes, countFlood);
      return;
    case "gzip-bomb":
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(gzipSync(Buffer.alloc(reply.bytes, " ")));
      return;
    case "redirect":
      response.writeHead(reply.status ?? 302, { location: reply.to });
      response.end();
      return;
    case "reset":
      response.destroy();
      return;
    case "raw":
      response.socket?.end(reply.bytes);
      return;
    case "later":
      await give(await reply.reply, response, countFlood);
  }
}

async function flood(response: ServerResponse, bytes: number, count: (bytes: number) => void): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024, "x");
  for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length) {
    count(chunk.length);
    if (response.write(chunk)) continue;
    const waiting = new AbortController();
    const { signal } = waiting;
    await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]);
    waiting.abort();
  }
  response.end();
}
