import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { answers, startChild } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { plainEnvironment } from "./plain-environment.ts";
import type { Postgres } from "./postgres.ts";

const PACKAGE = { 7: "unleash-server-7", 8: "unleash-server" } as const;
const PLENTY = "100000";

export type UnleashOptions = {
  readonly version: 7 | 8;
  readonly postgres: Postgres;
  readonly port?: number;
  /** Environment variables of the server, over the ones set here. */
  readonly env?: Readonly<Record<string, string>>;
};

export type Unleash = {
  /** Without a slash at its end; the admin API lies below `/api/admin`. */
  readonly url: string;
  readonly port: number;
  /** As the server reports it, such as `8.2.0`. */
  readonly version: string;
  /** May do everything; its changes are logged under `admin` and no user. */
  readonly adminToken: string;
  pid(): number;
  isRunning(): boolean;
  output(): string;
  stop(): Promise<void>;
  kill(): Promise<void>;
  suspend(): Promise<void>;
  resume(): void;
  /** Same port, same database. */
  restart(): Promise<void>;
};

/** A real Unleash server on loopback, in a database of its own. */
export async function startUnleash(options: UnleashOptions): Promise<Unleash> {
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const adminToken = `*:*.${randomBytes(24).toString("hex")}`;
  const database = await options.postgres.createDatabase(`unleash_${options.version}_${port}`);

  const child = await startChild({
    name: `unleash ${options.version}`,
    command: process.execPath,
    args: [program(PACKAGE[options.version])],
    env: {
      ...plainEnvironment(),
      HOME: process.env["HOME"] ?? "/",
      NODE_ENV: "production",
      LOG_LEVEL: "warn",
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: String(port),
      UNLEASH_URL: url,
      DATABASE_URL: database,
      DATABASE_SSL: "false",
      INIT_ADMIN_API_TOKENS: adminToken,
      CHECK_VERSION: "false",
      SEND_TELEMETRY: "false",
      UNLEASH_ALLOW_PRIVATE_URL_IN_INTEGRATION: "true",
      ...RATE_LIMITS,
      ...options.env,
    },
    isReady: () => answers(`${url}/health`),
    readyWithinMs: 90_000,
  });

  return {
    url,
    port,
    version: await reportedVersion(url, adminToken),
    adminToken,
    pid: () => child.pid(),
    isRunning: () => child.isRunning(),
    output: () => child.output(),
    stop: () => child.stop(),
    kill: () => child.kill(),
    suspend: () => child.suspend(),
    resume: () => child.resume(),
    restart: () => child.restart(),
  };
}

const RATE_LIMITS = {
  REGISTER_CLIENT_RATE_LIMIT_PER_MINUTE: PLENTY,
  CLIENT_METRICS_RATE_LIMIT_PER_MINUTE: PLENTY,
  CREATE_USER_RATE_LIMIT_PER_MINUTE: PLENTY,
  SIMPLE_LOGIN_LIMIT_PER_MINUTE: PLENTY,
  AUTHENTICATION_RATE_LIMIT_PER_MINUTE: PLENTY,
  TOKEN_AUTHENTICATION_RATE_LIMIT_PER_MINUTE: PLENTY,
  SDK_API_RATE_LIMIT_PER_MINUTE: PLENTY,
  SEARCH_FEATURES_RATE_LIMIT_PER_MINUTE: PLENTY,
};

/** The package exports its library only; the program lies one folder above it. */
function program(packageName: string): string {
  const library = createRequire(import.meta.url).resolve(packageName);
  return join(dirname(library), "..", "server.js");
}

async function reportedVersion(url: string, adminToken: string): Promise<string> {
  const response = await fetch(`${url}/api/admin/ui-config`, { headers: { authorization: adminToken } });
  const body = (await response.json()) as { version: string };
  return body.version;
}
