import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type SdkServer = {
  readonly url: string;
  /** `METHOD path` of every request so far. */
  readonly asked: readonly string[];
  close(): Promise<void>;
};

/** A server that SDKs poll, on loopback. */
export async function startSdkServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<SdkServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Answers a poll with these flags. */
export function sendFlags(
  response: ServerResponse,
  features: readonly unknown[],
  segments: readonly unknown[] = [],
): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ version: 2, features, segments }));
}
