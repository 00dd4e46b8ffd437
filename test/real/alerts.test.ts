import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAlertmanager, type Alertmanager } from "../../demo/peers/alertmanager.ts";
import { startPrometheus, type Prometheus as Server } from "../../demo/peers/prometheus.ts";
import { createSilencers } from "../../src/alertmanager/alertmanager.ts";
import type { AlertRule } from "../../src/domain/alert.ts";
import { parseMatchers } from "../../src/matchers/matchers.ts";
import { createPrometheus, type Prometheus } from "../../src/prometheus/prometheus.ts";
import { startExporter, type Exporter } from "../support/exporter.ts";
import { realClock } from "../support/real-clock.ts";
import { until } from "../support/until.ts";

const RULES = `
groups:
  - name: recorded
    interval: 1s
    rules:
      - record: service:erp_failures:rate1m
        expr: sum by (service) (rate(erp_failures_total[1m]))
  - name: shop
    interval: 1s
    rules:
      - alert: QueueDeep
        expr: queue_depth{service="checkout"} > 100
        for: 3s
        labels: { severity: critical }
        annotations: { summary: "{{ $value }} wait" }
      - alert: ErrorRatio
        expr: sum by (service) (rate(errors_total[1m])) / sum by (service) (rate(requests_total[1m])) > 0.5
        for: 10m
        labels: { severity: critical, team: "{{ $labels.service }}-team" }
      - alert: CannotBeEvaluated
        expr: requests_total * on (job) queue_depth > 0
        labels: { area: broken }
      - alert: ErpFailing
        expr: service:erp_failures:rate1m > 1
        labels: { area: erp }
      - alert: ErpBacklog
        expr: erp_backlog > 1000
      - alert: ShopGone
        expr: absent(up{job="shop"})
`;

let folder: string;
let server: Server;
let alertmanager: Alertmanager;
let shop: Exporter;
let erp: Exporter;
let prometheus: Prometheus;
let depth = 5;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "real-alerts-"));
  const rules = join(folder, "rules.yml");
  await writeFile(rules, RULES);
  [shop, erp, alertmanager] = await Promise.all([
    startExporter(shopPage),
    startExporter(erpPage),
    startAlertmanager({ dataDir: join(folder, "alertmanager") }),
  ]);
  server = await startPrometheus({
    dataDir: join(folder, "prometheus"),
    ruleFiles: [rules],
    scrapeTargets: [
      { job: "shop", targets: [shop.target] },
      { job: "erp", targets: [erp.target] },
    ],
    extraConfig: {
      global: {
        scrape_interval: "1s",
        scrape_timeout: "1s",
        evaluation_interval: "1s",
        external_labels: { cluster: "one" },
      },
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager.target] }] }] },
    },
  });
  prometheus = createPrometheus({ sources: { main: { url: server.url } }, clock: realClock });
  stops.push(() => prometheus.close());
  await until(async () => {
    const [rule] = await rulesBehind("ErpFailing");
    expect(newestOf(rule)).toEqual([
      { selector: "service:erp_failures:rate1m", isThere: true },
      { selector: "erp_failures_total", isThere: true },
    ]);
    const [ratio] = await rulesBehind('{service="cart",severity="critical"}');
    expect(ratio?.lastEvaluation).not.toBeNull();
  });
});

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await Promise.all([server?.stop(), alertmanager?.stop()]);
  await Promise.all([shop?.stop(), erp?.stop()]);
  if (folder !== undefined) await rm(folder, { recursive: true });
});

describe("an alerting rule of a real Prometheus", () => {
  it("is behind the guards that its name, labels, selectors or series name, and behind no other", async () => {
    expect(await namesBehind("QueueDeep")).toEqual(["QueueDeep"]);
    expect(await namesBehind('{severity="critical"}')).toEqual(["ErrorRatio", "QueueDeep"]);
    expect(await namesBehind('{service="checkout"}')).toEqual(["ErrorRatio", "QueueDeep"]);
    expect(await namesBehind('{service="cart"}')).toEqual(["ErrorRatio"]);
    expect(await namesBehind('{service=~"cart|checkout",severity!="critical"}')).toEqual([]);
    expect(await namesBehind('{service="erp"}')).toEqual(["ErpBacklog", "ErpFailing"]);
    expect(await namesBehind('{job="shop"}')).toEqual(["CannotBeEvaluated", "QueueDeep", "ShopGone"]);
    expect(await namesBehind('{service="chekout"}')).toEqual([]);
    expect(await namesBehind("NoSuchAlert")).toEqual([]);
  });

  it("tells its interval, its `for` and how fresh it is, narrowed to the guard", async () => {
    const [rule] = await rulesBehind('{service="cart",severity="critical"}');
    expect(rule).toMatchObject({
      name: "ErrorRatio",
      group: "shop",
      health: "ok",
      lastError: null,
      intervalMs: 1_000,
      forMs: 600_000,
      active: [],
      freshness: {
        kind: "known",
        selectors: [{ selector: 'requests_total{service="cart"}', scrapeIntervalMs: 1_000 }],
      },
    });
    expect(newestOf(rule)).toEqual([{ selector: 'requests_total{service="cart"}', isThere: true }]);
  });

  it("says so when Prometheus cannot evaluate it", async () => {
    await until(async () => {
      const [rule] = await rulesBehind('{area="broken"}');
      expect(rule).toMatchObject({
        health: "err",
        lastError: expect.stringContaining("found duplicate series for the match group"),
      });
    });
  });

  it("that looks for what is absent is not blind without it", async () => {
    const [rule] = await rulesBehind("ShopGone");
    expect(rule).toMatchObject({ health: "ok", freshness: { kind: "known", selectors: [] } });
  });

  it("is pending, fires, and is silenced by somebody with a name", async () => {
    const silencers = createSilencers({
      sources: { main: { url: alertmanager.url }, other: null },
      clock: realClock,
    });
    stops.push(() => silencers.close());
    depth = 500;
    const pending = await until(() => activeIn("QueueDeep", "pending"));
    expect(pending.labels).toEqual({
      alertname: "QueueDeep",
      severity: "critical",
      service: "checkout",
      job: "shop",
      instance: shop.target,
    });
    expect(pending.activeAt).toBeLessThanOrEqual(Date.now());
    const firing = await until(() => activeIn("QueueDeep", "firing"));
    expect(firing.activeAt).toBe(pending.activeAt);

    const asked = (at = Date.now()) => silencers.silences("main", [firing.labels], at);
    expect(await asked()).toEqual({ kind: "known", silences: [null] });
    expect(await silencers.silences("other", [firing.labels], Date.now())).toEqual({
      kind: "not-configured",
    });

    // Only Alertmanager can tell about this one: the label is added on the way to it.
    const endsAt = new Date(Date.now() + 1_800_000);
    const byCluster = await alertmanager.silence({
      matchers: [
        { name: "cluster", value: "one" },
        { name: "alertname", value: "Queue.*", isRegex: true },
      ],
      createdBy: "anna",
      comment: "stock-taking",
      endsAt,
    });
    await until(async () => {
      expect(await asked()).toEqual({
        kind: "known",
        silences: [{ id: byCluster, by: "anna", comment: "stock-taking", endsAt: endsAt.getTime() }],
      });
    });
    await alertmanager.expire(byCluster);
    await until(async () => {
      expect(await asked()).toEqual({ kind: "known", silences: [null] });
    });

    // An alert that Alertmanager does not hold, as a pending one: our own labels are matched.
    await alertmanager.silence({
      matchers: [
        { name: "service", value: "erp" },
        { name: "severity", value: "info", isEqual: false },
      ],
      createdBy: "ben",
      comment: "",
    });
    await until(async () => {
      const labels = { alertname: "ErpBacklog", service: "erp" };
      expect(await silencers.silences("main", [labels, firing.labels], Date.now())).toMatchObject({
        silences: [{ by: "ben" }, null],
      });
    });

    await alertmanager.suspend();
    const impatient = createSilencers({
      sources: { main: { url: alertmanager.url, timeoutMs: 300 } },
      clock: realClock,
    });
    stops.push(() => impatient.close());
    expect(await impatient.silences("main", [firing.labels], Date.now())).toMatchObject({
      reason: "timeout",
    });
    alertmanager.resume();
  });

  // Takes the world apart.
  it("is seen to be blind once its exporter is dead, although Prometheus calls it inactive and healthy", async () => {
    await erp.stop();
    const scrapesBefore = shop.scrapes();
    const [failing, backlog] = await until(async () => {
      const rules = await rulesBehind('{service="erp"}');
      expect(rules.flatMap((rule) => newestOf(rule)).filter(({ isThere }) => !isThere)).toEqual([
        { selector: 'erp_failures_total{service="erp"}', isThere: false },
        { selector: 'erp_backlog{service="erp"}', isThere: false },
      ]);
      return rules;
    });
    // The other exporter is scraped just as often: three times at most, and the one under way.
    expect(shop.scrapes() - scrapesBefore).toBeLessThanOrEqual(4);
    expect(backlog).toMatchObject({ name: "ErpBacklog", health: "ok", lastError: null, active: [] });
    expect(failing).toMatchObject({ name: "ErpFailing", health: "ok", lastError: null, active: [] });
    // The trap: the recorded series goes on, and with it the alert that reads it seems alive.
    expect(newestOf(failing)).toContainEqual({
      selector: 'service:erp_failures:rate1m{service="erp"}',
      isThere: true,
    });
  });

  it("cannot be read from a Prometheus that has ended", async () => {
    await server.kill();
    await until(async () => {
      const found = await prometheus.alertRules("main", matchersOf("QueueDeep"), Date.now());
      expect(found).toMatchObject({ kind: "unknown", reason: "unreachable" });
    });
  });
});

function shopPage(scrape: number): string {
  return [
    "# TYPE queue_depth gauge",
    `queue_depth{service="checkout"} ${depth}`,
    'queue_depth{service="returns"} 1',
    "# TYPE requests_total counter",
    `requests_total{service="checkout"} ${scrape * 100}`,
    `requests_total{service="cart"} ${scrape * 50}`,
    "",
  ].join("\n");
}

function erpPage(scrape: number): string {
  return [
    "# TYPE erp_failures_total counter",
    `erp_failures_total{service="erp"} ${scrape * 0.1}`,
    "# TYPE erp_backlog gauge",
    'erp_backlog{service="erp"} 3',
    "",
  ].join("\n");
}

async function rulesBehind(text: string): Promise<readonly AlertRule[]> {
  const found = await prometheus.alertRules("main", matchersOf(text), Date.now());
  if (found.kind === "unknown") throw new Error(`${found.reason}: ${found.detail}`);
  return found.rules;
}

async function namesBehind(text: string): Promise<readonly string[]> {
  return (await rulesBehind(text)).map(({ name }) => name).toSorted();
}

async function activeIn(name: string, state: "pending" | "firing") {
  const [rule] = await rulesBehind(name);
  const alert = rule?.active.find((each) => each.state === state);
  if (alert === undefined) throw new Error(`${name} is not ${state}: ${JSON.stringify(rule)}`);
  return alert;
}

function newestOf(rule: AlertRule | undefined) {
  if (rule?.freshness.kind !== "known") throw new Error(JSON.stringify(rule?.freshness));
  return rule.freshness.selectors.map(({ selector, newest }) => ({ selector, isThere: newest !== null }));
}

function matchersOf(text: string) {
  const parsed = parseMatchers(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matchers;
}
