import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChildProcess, answers, startChild } from "./peers/child-process.ts";
import type { Disk } from "./peers/disk.ts";
import { freePort } from "./peers/free-port.ts";

export const MAIN = resolve(import.meta.dirname, "../src/main.ts");

export type RampartOptions = {
  /** Everything it keeps: configuration, secrets, store. */
  readonly home: string;
  /** Holds the store instead, where there is one. */
  readonly disk: Disk | null;
  readonly gates: string;
  readonly prometheusUrl: string;
  readonly unleashUrl: string;
  readonly unleashToken: string;
  readonly clientToken: string;
  readonly people: readonly {
    readonly name: string;
    readonly groups: readonly string[];
    readonly git: readonly string[];
  }[];
};

export type Rampart = {
  readonly url: string;
  readonly process: ChildProcess;
  /** A client for somebody: the token decides what it may do. */
  as(token: string): RampartClient;
  /** A token for a person with every scope a release manager has. */
  personToken(name: string): Promise<string>;
  machineToken(name: string): Promise<string>;
};

/** Starts the service as its users do: a process of its own, with a configuration file and secrets in files. */
export async function startRampart(options: RampartOptions): Promise<Rampart> {
  const [port, probes] = [await freePort(), await freePort()];
  const bootstrap = `bootstrap-${randomUUID()}`;
  const configFile = await writeHome(options, port, probes);
  const node = globalThis.process.execPath;
  const args = ["--disable-proto=delete", MAIN, "serve", "--config", configFile];
  const process = await startChild({
    name: "rampart",
    ...(options.disk?.on(node, args) ?? { command: node, args }),
    env: { ...globalThis.process.env, RAMPART_BOOTSTRAP_TOKEN: bootstrap },
    isReady: () => answers(`http://127.0.0.1:${probes}/readyz`),
    readyWithinMs: 30_000,
    graceMs: 12_000,
  });
  const url = `http://127.0.0.1:${port}`;
  const admin = new RampartClient(url, bootstrap);
  const issue = async (request: Record<string, unknown>): Promise<string> => {
    const issued = await admin.post<{ token: string }>("/v1/tokens", request);
    return issued.token;
  };
  return {
    url,
    process,
    as: (token) => new RampartClient(url, token),
    personToken: (name) =>
      issue({
        kind: "person",
        name,
        scopes: ["read", "start", "stop", "operate", "approve", "adopt"],
        expiresIn: 86_400,
      }),
    machineToken: (name) => issue({ kind: "machine", name, preset: "ci", expiresIn: 86_400 }),
  };
}

/** As the service sees it. */
export function storePath({ home, disk }: Pick<RampartOptions, "home" | "disk">): string {
  return join(disk?.folder ?? home, "rampart.db");
}

async function writeHome(options: RampartOptions, port: number, probes: number): Promise<string> {
  const { home } = options;
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "unleash.token"), options.unleashToken, { mode: 0o600 });
  await writeFile(join(home, "client.token"), options.clientToken, { mode: 0o600 });
  const people = options.people.map(
    ({ name, groups, git }) =>
      `  - { name: ${name}, groups: [${groups.join(", ")}], git: [${git.join(", ")}] }`,
  );
  const configFile = join(home, "rampart.yaml");
  await writeFile(
    configFile,
    [
      "environment: production",
      `http: { listen: "127.0.0.1:${port}" }`,
      `metrics: { listen: "127.0.0.1:${probes}" }`,
      `store: { path: "${storePath(options)}" }`,
      `gates: { path: "${options.gates}" }`,
      `sources: { default: { url: "${options.prometheusUrl}", scrapeInterval: 1s, timeout: 2s } }`,
      "unleash:",
      "  default:",
      `    url: "${options.unleashUrl}"`,
      `    tokenFile: "${join(home, "unleash.token")}"`,
      `    clientTokenFile: "${join(home, "client.token")}"`,
      "    refresh: 1s",
      "    timeout: 2s",
      "people:",
      ...people,
      "",
    ].join("\n"),
  );
  return configFile;
}

export type Status = {
  readonly gate: string;
  readonly open: boolean;
  readonly verdict: string;
  readonly state: string;
  readonly exitCode: number;
  readonly exposure: {
    readonly wanted: number | null;
    readonly set: number | null;
    readonly served: number | null;
    readonly audience?: string;
  };
  readonly step: { readonly index: number; readonly of: number; readonly next: number | null };
  readonly because: readonly { readonly kind: string; readonly code: string; readonly message: string }[];
  readonly decision: string | null;
};

export type GateBody = Omit<Status, "gate"> & {
  readonly name: string;
  readonly steps: readonly { readonly to: number }[];
  readonly request: {
    readonly step: number;
    readonly decision: string;
    readonly needed: readonly string[];
  } | null;
};

export type DecisionBody = {
  readonly id: string;
  readonly at: string;
  readonly lastAt: string;
  readonly count: number;
  readonly before: string;
  readonly after: string;
  readonly step: { readonly index: number };
  readonly verdict: string;
  readonly action: {
    readonly kind: string;
    readonly from?: number | null;
    readonly to?: number;
    readonly title?: string;
  };
  readonly signals: readonly SignalEvidence[];
};

export type SignalEvidence = {
  readonly name: string;
  readonly verdict: string;
  readonly counts: boolean;
  readonly asOf: string | null;
  /** Seconds. */
  readonly settle: number;
  readonly asked: readonly {
    readonly role: string;
    readonly query: string;
    readonly answer: { readonly kind: string; readonly value?: number };
  }[];
};

/** The HTTP API, for one token. Throws on any answer that is not a success: in the demo that is a failure. */
export class RampartClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async get<T>(path: string): Promise<T> {
    return this.#send<T>("GET", path, null);
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>("POST", path, body);
  }

  act(gate: string, action: string, reason: string): Promise<{ decision: string }> {
    return this.post(`/v1/gates/${gate}/actions`, { action, reason });
  }

  gate(gate: string): Promise<GateBody> {
    return this.get(`/v1/gates/${gate}`);
  }

  async decisions(gate: string): Promise<readonly DecisionBody[]> {
    const all: DecisionBody[] = [];
    let cursor: string | null = null;
    do {
      const page: { decisions: readonly DecisionBody[]; next: string | null } = await this.get(
        `/v1/gates/${gate}/decisions?limit=100${cursor === null ? "" : `&cursor=${cursor}`}`,
      );
      all.push(...page.decisions);
      cursor = page.next;
    } while (cursor !== null);
    return all;
  }

  /** Gives evidence's decision id back once the gate asks for an approval and this person gave it. */
  async approve(gate: string, reason: string): Promise<void> {
    const { request } = await this.gate(gate);
    if (request === null) throw new Error(`${gate} asks for no approval`);
    const { step, decision } = request;
    await this.post(`/v1/gates/${gate}/approvals`, { step, decision, verdict: "approve", reason });
  }

  async #send<T>(method: string, path: string, body: unknown): Promise<T> {
    const response = await persistently(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === null ? {} : { "content-type": "application/json", "idempotency-key": randomUUID() }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

/** Looks again and again until `found` gives something; throws with `what` when the time is over. */
export async function eventually<T>(
  what: string,
  withinMs: number,
  found: () => Promise<T | null>,
  everyMs = 500,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const value = await found();
    if (value !== null) return value;
    if (performance.now() > until)
      throw new Error(`waited ${Math.round(withinMs / 1000)} s in vain: ${what}`);
    await sleep(everyMs);
  }
}

const RESTART_TAKES_MS = 20_000;

/** Waits out a restart of the service: a refused connection is tried again for a while. */
async function persistently(url: string, init: RequestInit): Promise<Response> {
  const until = performance.now() + RESTART_TAKES_MS;
  for (;;) {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(200);
    }
  }
}
