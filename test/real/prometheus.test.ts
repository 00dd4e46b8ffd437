import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChild } from "../../demo/peers/child-process.ts";
import { freePort } from "../../demo/peers/free-port.ts";
import { startPrometheus, type Prometheus as Server } from "../../demo/peers/prometheus.ts";
import type { Answer, Freshness } from "../../src/domain/reading.ts";
import type { Auth } from "../../src/lib/credentials.ts";
import { createPrometheus, type Prometheus } from "../../src/prometheus/prometheus.ts";
import type { SourceConfig } from "../../src/prometheus/source.ts";
import { metricsContract } from "../contracts/metrics.contract.ts";
import { authority, issuedBy } from "../support/der-certificate.ts";
import { startExporter, type Exporter } from "../support/exporter.ts";
import { realClock } from "../support/real-clock.ts";

const RULES = `
groups:
  - name: shop
    interval: 1s
    rules:
      - record: job:orders_failed:ratio1m
        expr: sum by (job) (rate(orders_failed_total[1m])) / sum by (job) (rate(orders_total[1m]))
        labels: { team: checkout }
      - alert: ShopSteady
        expr: steady{job="shop"} > 1
        labels: { severity: info }
`;

let folder: string;
let server: Server;
let shop: Exporter;
let erp: Exporter;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "real-prometheus-"));
  const rules = join(folder, "rules.yml");
  await writeFile(rules, RULES);
  shop = await startExporter(page);
  erp = await startExporter(page);
  server = await startPrometheus({
    dataDir: join(folder, "data"),
    ruleFiles: [rules],
    scrapeTargets: [
      { job: "shop", targets: [shop.target] },
      { job: "erp", targets: [erp.target] },
    ],
  });
  const client = connect({ url: server.url });
  await until("both jobs are recorded", async () => {
    const answer = await ask(client, "count(job:orders_failed:ratio1m)");
    return answer.kind === "value" && answer.value === 2;
  });
});

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await server?.stop();
  await Promise.all([shop?.stop(), erp?.stop()]);
  if (folder !== undefined) await rm(folder, { recursive: true });
});

let contractClient: Prometheus | null = null;

metricsContract("our adapter and a real Prometheus", async () => {
  contractClient ??= connect({ url: server.url });
  return {
    metrics: contractClient,
    source: "main",
    at: () => Date.now(),
    queries: {
      value: { query: 'steady{job="shop"}', is: 42 },
      other: { query: 'steady{job="shop"} / 84', is: 0.5 },
      empty: "never_seen_total",
      nan: 'steady{job="shop"} * 0 / 0',
      infinite: 'steady{job="shop"} / 0',
      many: "steady",
      broken: "sum((",
    },
    alerts: {
      firing: { guard: [{ label: "job", operator: "=", value: "shop" }], rule: "ShopSteady" },
      none: [{ label: "job", operator: "=", value: "erp" }],
    },
  };
});

describe("a real Prometheus", () => {
  it("takes a scalar for a number and a range or a text for none", async () => {
    const client = connect({ url: server.url });
    expect(await ask(client, "scalar(vector(7))")).toMatchObject({ kind: "value", value: 7 });
    expect(await ask(client, 'steady{job="shop"}[1m]')).toMatchObject({
      reason: "bad-answer",
      detail: expect.stringMatching(/a matrix/),
    });
    expect(await ask(client, '"text"')).toMatchObject({
      reason: "bad-answer",
      detail: expect.stringMatching(/a string/),
    });
  });

  it("shows an `or vector(0)` that masks missing labels as two series", async () => {
    const client = connect({ url: server.url });
    expect(await ask(client, 'steady{job="shop"} or vector(0)')).toMatchObject({ reason: "many-series" });
  });

  it("answers about the very millisecond that was asked", async () => {
    const client = connect({ url: server.url });
    const at = Math.floor(Date.now() / 1000) * 1000 - 1_001;
    const answers = await client.ask("main", ["time()"], at);
    expect(answers.get("time()")).toMatchObject({ kind: "value", value: at / 1000 });
  });

  it("names what is wrong with a query", async () => {
    const client = connect({ url: server.url });
    expect(await ask(client, "rate(steady)")).toMatchObject({
      reason: "http-400",
      detail: expect.stringMatching(/bad_data/),
    });
  });

  it("refuses a query that would load too many samples", async () => {
    const client = connect({ url: await tinyPrometheus() });
    expect(await ask(client, "count_over_time(vector(1)[10m:1s])")).toMatchObject({
      reason: "http-422",
      detail: expect.stringContaining("too many samples"),
    });
  });

  it("tells scrape and rule intervals and follows a recorded series", async () => {
    const client = connect({ url: server.url });
    const fresh = await client.freshness(
      "main",
      'job:orders_failed:ratio1m{job="shop",team="checkout"}',
      Date.now(),
    );
    expect(selectorsOf(fresh)).toEqual([
      {
        selector: 'job:orders_failed:ratio1m{job="shop",team="checkout"}',
        isThere: true,
        scrapeIntervalMs: 1_000,
      },
      { selector: 'orders_failed_total{job="shop"}', isThere: true, scrapeIntervalMs: 1_000 },
      { selector: 'orders_total{job="shop"}', isThere: true, scrapeIntervalMs: 1_000 },
    ]);
  });

  it("gives counters as they were scraped, and nothing of before or after", async () => {
    const client = connect({ url: server.url });
    const from = Date.now();
    let to = from;
    let times: readonly number[] = [];
    // On a busy machine it scrapes when it can.
    await until("it has scraped three times more", async () => {
      to = Date.now();
      const raw = await client.counters("main", 'orders_total{job="shop"}', { from, to });
      const [counter, ...others] = raw.kind === "known" ? raw.series : [];
      expect(others).toEqual([]);
      times = counter?.samples.map(({ at }) => at) ?? [];
      if (times.length >= 3) expect(counter?.labels).toMatchObject({ job: "shop", instance: shop.target });
      return times.length >= 3;
    });
    expect(times.every((at) => at > from && at <= to)).toBe(true);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const none = await client.counters("main", "nothing_total", { from, to });
    expect(none).toEqual({ kind: "known", series: [] });
  });

  it("tells what it said over time, also where that was no number", async () => {
    const client = connect({ url: server.url });
    const to = Date.now();
    const over = (query: string) => client.range("main", query, { from: to - 2_000, to, stepMs: 1_000 });
    const steady = await over('steady{job="shop"}');
    expect(steady).toMatchObject({
      kind: "known",
      series: [{ labels: { __name__: "steady", job: "shop" } }],
    });
    const points = steady.kind === "known" ? (steady.series[0]?.points ?? []) : [];
    expect(points.at(-1)).toEqual({ at: to, value: 42 });
    const divided = await over('steady{job="shop"} / 0');
    expect(divided.kind === "known" && divided.series[0]?.points.at(-1)?.value).toBe(Infinity);
    expect(await over("never_seen_total")).toEqual({ kind: "known", series: [], notes: [] });
    expect(await over("sum((")).toMatchObject({ reason: "http-400" });
  });

  it("tells what it has", async () => {
    const client = connect({ url: server.url });
    expect(await client.allAlertRules("main")).toMatchObject({ rules: [{ name: "ShopSteady" }] });
    const series = await client.seriesOf("main", "steady", Date.now(), 1);
    expect(series).toMatchObject({ kind: "known", series: [{ __name__: "steady" }] });
    expect(await client.metadata("main", "orders_total")).toEqual({
      kind: "known",
      metrics: [{ name: "orders_total", type: "counter", help: "", unit: "" }],
    });
    expect(await client.buildInfo("main")).toEqual({
      kind: "known",
      version: expect.stringMatching(/^\d+\.\d+/),
    });
    const targets = await client.targets("main");
    expect(
      targets.kind === "known" ? targets.targets.toSorted((a, b) => a.job.localeCompare(b.job)) : targets,
    ).toEqual([
      { job: "erp", instance: erp.target, health: "up", scrapeIntervalMs: 1_000 },
      { job: "shop", instance: shop.target, health: "up", scrapeIntervalMs: 1_000 },
    ]);
  });

  it("is behind TLS and a password as well", async () => {
    const ours = authority("our authority");
    const identity = issuedBy(ours, "prometheus");
    const url = await guardedPrometheus(identity.cert, identity.key);

    const client = connect({ url, ca: ours.cert, auth: password("test") });
    expect(await ask(client, "vector(1)")).toMatchObject({ kind: "value", value: 1 });
    expect(await ask(connect({ url, ca: ours.cert, auth: password("wrong") }), "vector(1)")).toMatchObject({
      reason: "http-401",
    });
    expect(await ask(connect({ url, auth: password("test") }), "vector(1)")).toMatchObject({
      reason: "unreachable",
    });
  });

  it("that is frozen is a timeout, and answers again once it runs", async () => {
    const client = connect({ url: server.url, timeoutMs: 700 });
    await server.suspend();
    expect(await ask(client, "vector(1)")).toMatchObject({ kind: "unknown", reason: "timeout" });
    server.resume();
    await until("it answers again", async () => (await ask(client, "vector(1)")).kind === "value");
  });

  // The last two take the world apart.
  it("still answers a rate when its exporter is dead, but the newest sample is gone", async () => {
    const client = connect({ url: server.url });
    await erp.stop();

    const recorded = 'job:orders_failed:ratio1m{job="erp"}';
    await until("the dead exporter shows", async () => {
      const fresh = await client.freshness("main", 'sum(rate(orders_total{job="erp"}[1m]))', Date.now());
      return selectorsOf(fresh).every((each) => !each.isThere);
    });
    // The trap that freshness is for: both still look like health.
    expect(await ask(client, 'sum(rate(orders_total{job="erp"}[1m]))')).toMatchObject({ kind: "value" });
    expect(await ask(client, recorded)).toMatchObject({ kind: "value" });

    const dead = selectorsOf(await client.freshness("main", recorded, Date.now()));
    expect(dead.map((each) => each.isThere)).toEqual([true, false, false]);
    const living = selectorsOf(
      await client.freshness("main", 'job:orders_failed:ratio1m{job="shop"}', Date.now()),
    );
    expect(living.every((each) => each.isThere)).toBe(true);
  });

  it("that has ended is unreachable", async () => {
    const client = connect({ url: server.url });
    await server.kill();
    expect(await ask(client, "vector(1)")).toMatchObject({ kind: "unknown", reason: "unreachable" });
    expect(await client.freshness("main", "steady", Date.now())).toMatchObject({ reason: "unreachable" });
  });
});

function page(scrape: number): string {
  return [
    "# TYPE steady gauge",
    "steady 42",
    "# TYPE orders_total counter",
    `orders_total ${scrape * 100}`,
    "# TYPE orders_failed_total counter",
    `orders_failed_total ${scrape}`,
    "",
  ].join("\n");
}

function connect(config: SourceConfig): Prometheus {
  const client = createPrometheus({ sources: { main: config }, clock: realClock });
  stops.push(() => client.close());
  return client;
}

async function ask(client: Prometheus, query: string): Promise<Answer> {
  const answer = (await client.ask("main", [query], Date.now())).get(query);
  if (answer === undefined) throw new Error(`no answer to ${query}`);
  return answer;
}

function selectorsOf(
  fresh: Freshness,
): readonly { readonly selector: string; readonly isThere: boolean; readonly scrapeIntervalMs: number }[] {
  if (fresh.kind === "unknown") throw new Error(`${fresh.reason}: ${fresh.detail}`);
  return fresh.selectors.map(({ selector, newest, scrapeIntervalMs }) => ({
    selector,
    isThere: newest !== null,
    scrapeIntervalMs,
  }));
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await sleep(100);
  }
}

/** One that may load only a hundred samples for a query. */
async function tinyPrometheus(): Promise<string> {
  return `http://127.0.0.1:${await bare("tiny", ["--query.max-samples=100"])}`;
}

/** One that wants TLS and the password `test`. */
async function guardedPrometheus(cert: string, key: string): Promise<string> {
  const files = { cert: join(folder, "tls.crt"), key: join(folder, "tls.key"), web: join(folder, "web.yml") };
  await writeFile(files.cert, cert);
  await writeFile(files.key, key);
  // The bcrypt digest of `test` from Prometheus' own guide to basic authentication.
  const digest = "$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay";
  const web = {
    tls_server_config: { cert_file: files.cert, key_file: files.key },
    basic_auth_users: { rampart: digest },
  };
  await writeFile(files.web, JSON.stringify(web));
  return `https://127.0.0.1:${await bare("guarded", [`--web.config.file=${files.web}`])}`;
}

function password(value: string): Auth {
  return { kind: "basic", username: "rampart", password: { value } };
}

/** A further Prometheus that scrapes nothing; its port. */
async function bare(name: string, flags: readonly string[]): Promise<number> {
  const port = await freePort();
  const config = join(folder, `${name}.yml`);
  await writeFile(config, "global: {}\n");
  const child = await startChild({
    name,
    command: "prometheus",
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, name)}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...flags,
    ],
    isReady: (output) => output.includes("Server is ready to receive web requests"),
    readyWithinMs: 30_000,
  });
  stops.push(() => child.stop());
  return port;
}
