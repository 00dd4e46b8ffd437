import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

/** A change of a rollout that is on its way. */
export type RolloutWrite = {
  readonly flag: string;
  /** What it expects to find; null: it goes out blind. */
  readonly from: number | null;
  readonly to: number;
  readonly title: string;
};

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly write: RolloutWrite | null;
};

export type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
};

/**
 * What becomes of a request: the answer to give, or null to cut the connection without a word. `pass` hands it to the server,
 * now or later, and its answer may be kept back.
 */
export type Treatment = (asked: Asked, pass: () => Promise<Answer>) => Promise<Answer | null>;

/** A wire to a server on which everything can go wrong that can go wrong on a wire. */
export type FaultProxy = {
  readonly url: string;
  /** How every request from now on is treated. */
  treat(next: Treatment): void;
  close(): Promise<void>;
};

export const PASS: Treatment = (_, pass) => pass();

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let treatment = PASS;
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(incoming);
    const asked = {
      method: incoming.method ?? "GET",
      path: incoming.url ?? "/",
      write: writeIn(incoming, body),
    };
    const answer = await treatment(asked, () => forward(target, incoming, body));
    if (answer === null || response.destroyed) {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    treat: (next) => void (treatment = next),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A request that never gets an answer. */
export function hang(): Promise<Answer> {
  return new Promise(() => undefined);
}

export function isRaise(write: RolloutWrite | null): boolean {
  return write !== null && write.from !== null && write.to > write.from;
}

const operations = z.array(z.object({ op: z.string(), path: z.string(), value: z.unknown() }));
const STRATEGY = /\/features\/(?<flag>[^/]+)\/environments\/[^/]+\/strategies\/[^/]+$/;

function writeIn(incoming: IncomingMessage, body: Buffer): RolloutWrite | null {
  const flag = STRATEGY.exec(incoming.url ?? "")?.groups?.["flag"];
  if (incoming.method !== "PATCH" || flag === undefined) return null;
  const patch = operations.parse(JSON.parse(body.toString()));
  const valueOf = (op: string, path: string): unknown =>
    patch.find((each) => each.op === op && each.path === path)?.value;
  const expected = valueOf("test", "/parameters/rollout");
  return {
    flag,
    from: expected === undefined ? null : Number(expected),
    to: Number(valueOf("replace", "/parameters/rollout")),
    title: String(valueOf("replace", "/title")),
  };
}

async function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const outgoing = request(new URL(incoming.url ?? "/", target), {
    method: incoming.method,
    headers: { ...incoming.headers, host: new URL(target).host },
  });
  outgoing.end(body);
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await read(answer) };
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
