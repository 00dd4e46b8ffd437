import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below the range from which Linux takes ports for outgoing connections, so that no connection
// made between the check and the start of the server can take the port away.
const LOWEST = 15_000;
const HIGHEST = 32_000;

const handedOut = new Set<number>();

/** A loopback port on which nothing listens; this process is never given the same one twice. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (handedOut.has(port)) continue;
    if (await isFree(port)) {
      handedOut.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} in 200 attempts`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
