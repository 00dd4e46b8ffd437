import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answers } from "../../demo/peers/child-process.ts";
import { freePort } from "../../demo/peers/free-port.ts";
import { begin, type Life } from "../../demo/peers/life.ts";
import { RampartClient } from "../../demo/rampart.ts";
import { type CliOptions, type CliRun, runHere } from "./command-line.ts";
import {
  LEAD,
  SECOND_MANAGER,
  type ServiceHome,
  type ServiceSetup,
  makeServiceHome,
} from "./service-home.ts";

export const MAIN = resolve(import.meta.dirname, "../../src/main.ts");
/** From SIGTERM the process has 10 s of its own; the guardian waits longer, so that a late end is seen as one. */
const GRACE_MS = 20_000;
const READY_WITHIN_MS = 30_000;

export type RunOptions = {
  /** Over those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of Node itself, such as a preload. */
  readonly nodeArguments?: readonly string[];
  /** What start waits for. `listening` is for a service whose sources do not answer. */
  readonly until?: "ready" | "listening";
};

/** The service as its users run it: a process of its own with a configuration file and secrets in files. */
export type RunningService = ServiceHome & {
  readonly url: string;
  readonly probesUrl: string;
  /** Makes tokens until the first administrator exists. */
  readonly bootstrap: string;
  /** With every scope that a release manager has. */
  readonly lead: { readonly token: string; readonly client: RampartClient };
  readonly second: { readonly token: string; readonly client: RampartClient };
  issue(request: Readonly<Record<string, unknown>>): Promise<string>;
  get(path: string, token?: string): Promise<Response>;
  probe(path: string): Promise<Response>;
  /** One command of the command line, as the owner of the token. */
  cli(args: readonly string[], options?: CliOptions): Promise<CliRun>;
  pid(): number;
  exitCode(): number | null;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, 128 + n after signal n. */
  ended(): Promise<number>;
  /** Everything it ever wrote, over all its lives. */
  stdout(): Promise<string>;
  stderr(): Promise<string>;
  /** Again, on the same store and ports, after it ended. */
  startAgain(options?: RunOptions): Promise<void>;
  /** Ends it, orderly if it still can, and removes its home. */
  stop(): Promise<void>;
};

export async function startService(setup: ServiceSetup, options: RunOptions = {}): Promise<RunningService> {
  const [port, probes] = [await freePort(), await freePort()];
  const home = await makeServiceHome(setup, { port, probes });
  const bootstrap = `bootstrap-${randomUUID()}`;
  const url = `http://127.0.0.1:${port}`;
  const probesUrl = `http://127.0.0.1:${probes}`;
  let life = await beginService(home, bootstrap, probesUrl, options);

  const issue = async (request: Readonly<Record<string, unknown>>): Promise<string> => {
    const issued = await new RampartClient(url, bootstrap).post<{ token: string }>("/v1/tokens", request);
    return issued.token;
  };
  const manager = async (name: string) => {
    const token = await issue({ kind: "person", name, scopes: MANAGER_SCOPES, expiresIn: 3_600 });
    return { token, client: new RampartClient(url, token) };
  };
  try {
    const [lead, second] = [await manager(LEAD.name), await manager(SECOND_MANAGER.name)];
    return {
      ...home,
      url,
      probesUrl,
      bootstrap,
      lead,
      second,
      issue,
      get: (path, token) =>
        fetch(`${url}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
      probe: (path) => fetch(`${probesUrl}${path}`),
      cli: (args, given = {}) => runHere(args, { url, token: lead.token, ...given }),
      pid: () => life.pid,
      exitCode: () => life.exitCode(),
      signal: (signal) => life.signal(signal),
      async ended() {
        await life.ended;
        return life.exitCode() ?? -1;
      },
      stdout: () => readFile(home.stdoutPath, "utf8"),
      stderr: () => readFile(home.stderrPath, "utf8"),
      async startAgain(again = options) {
        await life.ended;
        life = await beginService(home, bootstrap, probesUrl, again);
      },
      async stop() {
        await end(life);
        await home.remove();
      },
    };
  } catch (error) {
    await end(life);
    throw error;
  }
}

const MANAGER_SCOPES = ["read", "start", "stop", "operate", "approve", "adopt"];

async function beginService(
  home: ServiceHome,
  bootstrap: string,
  probesUrl: string,
  options: RunOptions,
): Promise<Life> {
  const life = await beginServe(
    home,
    { ...options.env, RAMPART_BOOTSTRAP_TOKEN: bootstrap },
    options.nodeArguments,
  );
  const asked = options.until === "listening" ? "/healthz" : "/readyz";
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await answers(`${probesUrl}${asked}`))) {
    const code = life.exitCode();
    if (code !== null || performance.now() > deadline) {
      await end(life);
      throw new Error(`the service is not up (${code}):\n${await readFile(home.stderrPath, "utf8")}`);
    }
    await sleep(50);
  }
  return life;
}

/** The bare process, without waiting for anything. */
export function beginServe(
  home: ServiceHome,
  env: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
): Promise<Life> {
  const command = [process.execPath, "--disable-proto=delete", ...nodeArguments, MAIN, "serve"];
  return begin({
    command: "/bin/sh",
    // Into files, since a pipe's reader would keep only the last part; `exec` leaves the process its own pid.
    args: [
      "-c",
      'exec "$@" >>"$RAMPART_TEST_OUT" 2>>"$RAMPART_TEST_ERR"',
      "sh",
      ...command,
      "--config",
      home.configPath,
    ],
    env: {
      ...(process.env as Record<string, string>),
      ...env,
      RAMPART_TEST_OUT: home.stdoutPath,
      RAMPART_TEST_ERR: home.stderrPath,
    },
    graceMs: GRACE_MS,
  });
}

async function end(life: Life): Promise<void> {
  life.signal("SIGCONT");
  life.signal("SIGTERM");
  await Promise.race([life.ended, sleep(GRACE_MS, undefined, { ref: false })]);
  life.signalGroup("SIGKILL");
  await life.ended;
}

/** A secret that can be searched for. */
export function canary(name: string): string {
  return `canary-${name}-${randomBytes(12).toString("hex")}`;
}
