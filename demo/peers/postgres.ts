import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startChild } from "./child-process.ts";
import { freePort } from "./free-port.ts";

const HOST = fileURLToPath(new URL("postgres-host.ts", import.meta.url));

export type Postgres = {
  readonly port: number;
  pid(): number;
  /** Makes an empty database and returns its connection URL. */
  createDatabase(name: string): Promise<string>;
  /** Runs statements in a database that was made here, and returns the rows of the last. */
  query(database: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Same port, same data. */
  restart(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
};

/** PostgreSQL on loopback, with its data in a new folder below the system's temporary one. */
export async function startPostgres(): Promise<Postgres> {
  const port = await freePort();
  const password = randomBytes(12).toString("hex");
  const folder = await mkdtemp(join(tmpdir(), "rampart-postgres-"));
  // When this runs as root the cluster belongs to another user, who must be able to enter.
  await chmod(folder, 0o755);
  const data = join(folder, "data");

  const child = await startChild({
    name: "postgres",
    command: process.execPath,
    args: [HOST, "serve", data, String(port), password],
    cwd: folder,
    isReady: (output) => output.includes("database system is ready to accept connections"),
    readyWithinMs: 60_000,
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });

  return {
    port,
    pid: () => child.pid(),
    async createDatabase(name) {
      await promisify(execFile)(process.execPath, [HOST, "create", name, String(port), password]);
      return `postgres://postgres:${password}@127.0.0.1:${port}/${name}`;
    },
    async query(database, sql) {
      const asked = promisify(execFile)(process.execPath, [HOST, "query", database, String(port), password]);
      asked.child.stdin?.end(sql);
      return JSON.parse((await asked).stdout) as readonly Readonly<Record<string, unknown>>[];
    },
    restart: () => child.restart(),
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
