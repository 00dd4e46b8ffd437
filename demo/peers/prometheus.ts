import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startChild } from "./child-process.ts";
import { freePort } from "./free-port.ts";

export type ScrapeJob = {
  readonly job: string;
  /** `host:port` each. */
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Default `/metrics`. */
  readonly metricsPath?: string;
};

/** TLS and basic authentication, as Prometheus itself offers them. */
export type WebConfig = {
  /** For `--web.config.file`. */
  readonly file: string;
  /** `https` when the file configures TLS. */
  readonly scheme: "http" | "https";
  /** What `reload` and `snapshot` send along, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
};

export type PrometheusOptions = {
  /** Everything it keeps: its configuration and, below `tsdb`, its samples. Made when missing. */
  readonly dataDir: string;
  /** The first scrape comes about 5 s after the start. */
  readonly scrapeTargets?: readonly ScrapeJob[];
  /** A Prometheus duration, default `1s`; also the default interval of rule groups. */
  readonly scrapeInterval?: string;
  readonly ruleFiles?: readonly string[];
  /** A Prometheus duration, default `5m`. */
  readonly lookbackDelta?: string;
  /** A Prometheus duration; its own default is 15 days. */
  readonly retention?: string;
  readonly port?: number;
  /** Further top-level keys of the configuration file. */
  readonly extraConfig?: Readonly<Record<string, unknown>>;
  readonly web?: WebConfig;
};

export type Prometheus = {
  readonly url: string;
  readonly port: number;
  /** As it says at its start, such as `2.42.0`; without the packager's suffix. */
  readonly version: string;
  readonly dataDir: string;
  pid(): number;
  isRunning(): boolean;
  output(): string;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Same port, same samples. */
  restart(): Promise<void>;
  suspend(): Promise<void>;
  resume(): void;
  /** Replaces all scrape jobs and reads the rule files again; returns when every target is known, after about 5 s. */
  reload(scrapeTargets: readonly ScrapeJob[]): Promise<void>;
  /** Copies all samples into a folder that a new Prometheus takes as `<its dataDir>/tsdb`. */
  snapshot(into: string): Promise<void>;
};

export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const port = options.port ?? (await freePort());
  const headers = { ...options.web?.headers };
  const url = `${options.web?.scheme ?? "http"}://127.0.0.1:${port}`;
  const dataDir = resolve(options.dataDir);
  const configFile = join(dataDir, "prometheus.yml");
  const tsdb = join(dataDir, "tsdb");

  await mkdir(dataDir, { recursive: true });
  await writeConfig(configFile, options, options.scrapeTargets ?? []);

  const child = await startChild({
    name: "prometheus",
    command: "prometheus",
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${tsdb}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${options.lookbackDelta ?? "5m"}`,
      ...(options.retention === undefined ? [] : [`--storage.tsdb.retention.time=${options.retention}`]),
      // A hidden flag. Discovery itself passes new targets on every 5 s; with the default of 5 s here too,
      // a target could wait 10 s for its first scrape.
      "--scrape.discovery-reload-interval=100ms",
      "--web.enable-admin-api",
      "--web.enable-lifecycle",
      ...(options.web === undefined ? [] : [`--web.config.file=${resolve(options.web.file)}`]),
    ],
    isReady: (output) => output.includes("Server is ready to receive web requests"),
    readyWithinMs: 30_000,
  });

  const post = async (path: string): Promise<string> => {
    const response = await fetch(`${url}${path}`, { method: "POST", headers });
    const body = await response.text();
    if (!response.ok) throw new Error(`prometheus answered ${response.status} to ${path}: ${body}`);
    return body;
  };

  return {
    url,
    port,
    version: /version="\(version=(\d+\.\d+\.\d+)/.exec(child.output())?.[1] ?? "unknown",
    dataDir,
    pid: () => child.pid(),
    isRunning: () => child.isRunning(),
    output: () => child.output(),
    stop: () => child.stop(),
    kill: () => child.kill(),
    restart: () => child.restart(),
    suspend: () => child.suspend(),
    resume: () => child.resume(),
    async reload(scrapeTargets) {
      await writeConfig(configFile, options, scrapeTargets);
      await post("/-/reload");
      await untilKnown(url, headers, scrapeTargets);
    },
    async snapshot(into) {
      const answer = JSON.parse(await post("/api/v1/admin/tsdb/snapshot")) as { data: { name: string } };
      const made = join(tsdb, "snapshots", answer.data.name);
      await cp(made, into, { recursive: true });
      await rm(made, { recursive: true });
    },
  };
}

async function writeConfig(
  file: string,
  options: PrometheusOptions,
  scrapeTargets: readonly ScrapeJob[],
): Promise<void> {
  const interval = options.scrapeInterval ?? "1s";
  const config = {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: (options.ruleFiles ?? []).map((path) => resolve(path)),
    scrape_configs: scrapeTargets.map((job) => ({
      job_name: job.job,
      metrics_path: job.metricsPath ?? "/metrics",
      static_configs: [{ targets: job.targets, labels: job.labels ?? {} }],
    })),
    ...options.extraConfig,
  };
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config, undefined, 2));
}

type ActiveTarget = {
  readonly scrapePool: string;
  readonly discoveredLabels: Readonly<Record<string, string>>;
};

/** Prometheus answers the reload before its scrape manager has taken the new targets over. */
async function untilKnown(
  url: string,
  headers: Readonly<Record<string, string>>,
  scrapeTargets: readonly ScrapeJob[],
): Promise<void> {
  const wanted = scrapeTargets
    .flatMap(({ job, targets }) => targets.map((target) => `${job} ${target}`))
    .toSorted()
    .join(", ");
  const deadline = performance.now() + 20_000;
  for (;;) {
    const response = await fetch(`${url}/api/v1/targets?state=active`, { headers: { ...headers } });
    const body = (await response.json()) as { data: { activeTargets: readonly ActiveTarget[] } };
    const known = body.data.activeTargets
      .map((target) => `${target.scrapePool} ${target.discoveredLabels["__address__"]}`)
      .toSorted()
      .join(", ");
    if (known === wanted) return;
    if (performance.now() > deadline) throw new Error(`prometheus scrapes ${known}, not ${wanted}`);
    await sleep(50);
  }
}
