import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A scrape target whose page is written anew for each scrape. */
export type Exporter = {
  /** `host:port`, as scrape configurations name it. */
  readonly target: string;
  readonly scrapes: () => number;
  stop(): Promise<void>;
};

/** `page` gets the number of the scrape, from 1. */
export async function startExporter(page: (scrape: number) => string): Promise<Exporter> {
  let scrapes = 0;
  const server = createServer((_request, response) => {
    scrapes += 1;
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
    response.end(page(scrapes));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    target: `127.0.0.1:${port}`,
    scrapes: () => scrapes,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
