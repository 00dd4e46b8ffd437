import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export type HoldingProxy = {
  readonly url: string;
  /** From now on bytes are taken and not passed on, in either direction. */
  hold(): void;
  /** What was held arrives late. */
  release(): void;
  close(): Promise<void>;
};

/** A wire to a server that others use as well, so that it alone can fall silent. */
export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let isHeld = false;

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.pipe(to);
      if (isHeld) from.unpipe(to).pause();
      from.on("error", () => to.destroy());
      from.on("close", () => pairs.delete(pair));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold() {
      isHeld = true;
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream).pause();
        upstream.unpipe(client).pause();
      }
    },
    release() {
      isHeld = false;
      for (const [client, upstream] of pairs) {
        client.pipe(upstream);
        upstream.pipe(client);
      }
    },
    async close() {
      for (const [client, upstream] of pairs) {
        client.destroy();
        upstream.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}
