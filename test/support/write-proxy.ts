import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A way to Unleash on which its changes can be delayed, while everything can still be read. */
export type WriteProxy = {
  readonly url: string;
  /** From now on a PATCH is taken and not passed on, or only one whose body has this text. */
  hold(having?: string): void;
  held(): number;
  /** From now on everything passes, but what is held stays where it is. */
  letPass(): void;
  /** Passes on what was held, late, whether or not its sender still lives; gives the statuses of the answers. */
  deliver(): Promise<readonly number[]>;
  close(): Promise<void>;
};

type Held = {
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
};

export async function startWriteProxy(target: string): Promise<WriteProxy> {
  const waiting: Held[] = [];
  let holding: string | null = null;

  const server = createServer((incoming, response) => {
    take(incoming, response).catch(() => response.destroy());
  });
  async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const held = { incoming, body: await read(incoming), response };
    const isHeld = holding !== null && held.body.includes(holding);
    if (isHeld && incoming.method === "PATCH") waiting.push(held);
    else await forward(target, held);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (having = "") => void (holding = having),
    held: () => waiting.length,
    letPass: () => void (holding = null),
    deliver: () => Promise.all(waiting.splice(0).map((held) => forward(target, held))),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function forward(target: string, { incoming, body, response }: Held): Promise<number> {
  const { method = "GET", url = "/", headers } = incoming;
  const outgoing = request(new URL(url, target), {
    method,
    headers: { ...headers, host: new URL(target).host },
  });
  outgoing.end(body);
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  const status = answer.statusCode ?? 0;
  response.on("error", () => undefined);
  response.writeHead(status, answer.headers);
  response.end(await read(answer));
  return status;
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
