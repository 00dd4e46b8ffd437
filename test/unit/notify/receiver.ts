import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Received = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type Receiver = {
  readonly url: string;
  readonly port: number;
  /** Oldest first. */
  readonly received: readonly Received[];
  /** Decides the answers from now on; `null` gives none and keeps the connection open. */
  answer(with_: ((response: ServerResponse, request: Received) => void) | number | null): void;
  close(): Promise<void>;
};

/** A webhook's far end, on this machine. Answers 204 until told otherwise. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  let respond: (response: ServerResponse, request: Received) => void = status(204);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const one = { path: request.url ?? "", headers: request.headers, body };
      received.push(one);
      respond(response, one);
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const taken = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${taken}/hooks/in-secret`,
    port: taken,
    received,
    answer(next) {
      if (next === null) respond = () => undefined;
      else respond = typeof next === "number" ? status(next) : next;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function status(code: number): (response: ServerResponse) => void {
  return (response) => {
    response.statusCode = code;
    response.end();
  };
}
