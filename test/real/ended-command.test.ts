import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plainEnvironment } from "../../demo/peers/plain-environment.ts";

let folder: string;
let silent: Server;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rampart-ended-"));
  // It takes every question and answers none.
  silent = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  url = `http://127.0.0.1:${address.port}`;
  await writeFile(
    join(folder, "gate.yaml"),
    "schema: gate/v1\nname: shop\nowner: a\nsignals:\n  - { query: sum(backlog), unit: count, halt: above 5 }\n",
  );
});

afterAll(async () => {
  silent.close();
  await rm(folder, { recursive: true, force: true });
});

function start(...args: readonly string[]): ChildProcess {
  const main = join(import.meta.dirname, "../../src/main.ts");
  const env = { ...plainEnvironment(), PROMETHEUS_URL: url };
  return spawn(process.execPath, [main, ...args], { cwd: folder, env, stdio: "ignore" });
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "a command that waits for an answer ends at the first %s",
  async (signal) => {
    const connected = once(silent, "connection");
    const command = start("backtest", "gate.yaml");
    await connected;
    const ended = once(command, "exit");
    command.kill(signal);
    expect(await ended).toEqual([1, null]);
  },
);
