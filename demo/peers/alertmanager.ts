import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { answers, startChild } from "./child-process.ts";
import { freePort } from "./free-port.ts";

export type AlertmanagerOptions = {
  /** Everything it keeps. Made when missing. */
  readonly dataDir: string;
  readonly port?: number;
};

export type NewSilence = {
  readonly matchers: readonly {
    readonly name: string;
    readonly value: string;
    readonly isRegex?: boolean;
    readonly isEqual?: boolean;
  }[];
  readonly createdBy: string;
  readonly comment: string;
  /** Default: an hour from now. */
  readonly endsAt?: Date;
};

export type Alertmanager = {
  readonly url: string;
  /** `host:port`, as Prometheus' configuration names it. */
  readonly target: string;
  stop(): Promise<void>;
  suspend(): Promise<void>;
  resume(): void;
  /** Its id. It is in force when this returns. */
  silence(silence: NewSilence): Promise<string>;
  expire(id: string): Promise<void>;
};

/** A real Alertmanager that tells nobody. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<Alertmanager> {
  const port = options.port ?? (await freePort());
  const target = `127.0.0.1:${port}`;
  const url = `http://${target}`;
  const dataDir = resolve(options.dataDir);
  const configFile = join(dataDir, "alertmanager.yml");
  await mkdir(dataDir, { recursive: true });
  // JSON is YAML.
  await writeFile(
    configFile,
    JSON.stringify({ route: { receiver: "nobody" }, receivers: [{ name: "nobody" }] }),
  );

  const child = await startChild({
    name: "alertmanager",
    command: "prometheus-alertmanager",
    args: [
      `--config.file=${configFile}`,
      `--storage.path=${join(dataDir, "state")}`,
      `--web.listen-address=${target}`,
      // Alone: no port for others of its kind.
      "--cluster.listen-address=",
    ],
    isReady: () => answers(`${url}/-/ready`),
    readyWithinMs: 30_000,
  });

  return {
    url,
    target,
    stop: () => child.stop(),
    suspend: () => child.suspend(),
    resume: () => child.resume(),
    async silence({ matchers, createdBy, comment, endsAt }) {
      const body = {
        matchers: matchers.map((each) => ({ isRegex: false, isEqual: true, ...each })),
        createdBy,
        comment,
        startsAt: new Date().toISOString(),
        endsAt: (endsAt ?? new Date(Date.now() + 3_600_000)).toISOString(),
      };
      const { silenceID } = (await send(`${url}/api/v2/silences`, "POST", body)) as { silenceID: string };
      return silenceID;
    },
    async expire(id) {
      await send(`${url}/api/v2/silence/${id}`, "DELETE");
    },
  };
}

async function send(url: string, method: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`alertmanager answered ${response.status} to ${method} ${url}: ${text}`);
  return text === "" ? null : JSON.parse(text);
}
