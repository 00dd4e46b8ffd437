import { join, resolve } from "node:path";
import { type ChildProcess, startChild } from "./peers/child-process.ts";
import type { FaultRates } from "./world/faults.ts";
import type { Stats } from "./world/stats.ts";

const MAIN = resolve(import.meta.dirname, "world/main.ts");
const ORDERS_PER_SECOND = 40;

export type Shop = {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  faults(rates: Partial<FaultRates>): Promise<void>;
  stats(): Promise<Stats>;
};

/** Starts one shop as a process of its own, asking the real Unleash for each order. */
export async function startShop(options: {
  readonly home: string;
  readonly name: string;
  readonly flag: string;
  readonly seed: number;
  readonly unleashUrl: string;
  readonly clientToken: string;
  readonly environment: string;
}): Promise<Shop> {
  const { home, name, flag, seed, environment } = options;
  const process = await startChild({
    name: `shop ${name}`,
    command: globalThis.process.execPath,
    args: [
      MAIN,
      `--name=${name}`,
      `--flag=${flag}`,
      `--seed=${seed}`,
      `--db=${join(home, `shop-${name}.sqlite`)}`,
      `--orders-per-second=${ORDERS_PER_SECOND}`,
      `--environment=${environment}`,
      "--refresh-ms=1000",
      `--unleash-url=${options.unleashUrl}/api`,
      `--unleash-token=${options.clientToken}`,
    ],
    isReady: (output) => readyPort(output) !== null,
    readyWithinMs: 30_000,
  });
  const port = readyPort(process.output());
  if (port === null) throw new Error(`shop ${name} did not say where it listens`);
  const base = `http://127.0.0.1:${port}`;
  return {
    name,
    port,
    process,
    async faults(rates) {
      const response = await fetch(`${base}/faults`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(rates),
      });
      if (!response.ok) throw new Error(`shop ${name} refused the faults: ${await response.text()}`);
    },
    async stats() {
      const response = await fetch(`${base}/stats`);
      return (await response.json()) as Stats;
    },
  };
}

function readyPort(output: string): number | null {
  const port = /"ready":true.*?"port":(?<port>\d+)/.exec(output)?.groups?.["port"];
  return port === undefined ? null : Number(port);
}
