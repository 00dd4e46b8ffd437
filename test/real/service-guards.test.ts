import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../../demo/peers/alertmanager.ts";
import { type Prometheus, startPrometheus } from "../../demo/peers/prometheus.ts";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { type RunningService, startService } from "../support/running-service.ts";
import { until } from "../support/until.ts";

const SCRAPE_MS = 1_000;
const PASS_MS = 1_000;
const RULES = `
groups:
  - name: checkout
    interval: 1s
    rules:
      - alert: CheckoutErrors
        expr: sum by (service) (rate(checkout_errors_total[5s])) / sum by (service) (rate(checkout_requests_total[5s])) > 0.05
        labels: { severity: warning }
      - alert: CheckoutStuck
        expr: checkout_stuck_orders{service="checkout"} > 10
        for: 2s
        labels: { severity: critical }
`;
const GUARDS = gate("guards", ["alerts: ['{service=\"checkout\"}']"]);
const RATIO = gate("ratio", [
  "signals:",
  "  - query: sum(rate(checkout_errors_total[5s])) / sum(rate(checkout_requests_total[5s]))",
  "    advance: at most 5%",
]);

function gate(name: string, more: readonly string[]): string {
  return ["schema: gate/v1", `name: ${name}`, "owner: team-checkout", "every: 1s", ...more, ""].join("\n");
}

const shop = { requests: 0, errors: 0, stuck: 0, errorsPerScrape: 0 };
let folder: string;
let exporter: Exporter;
let alertmanager: Alertmanager;
let prometheus: Prometheus;
let service: RunningService;

function page(): string {
  shop.requests += 100;
  shop.errors += shop.errorsPerScrape;
  return [
    "# TYPE checkout_requests_total counter",
    `checkout_requests_total{service="checkout"} ${shop.requests}`,
    "# TYPE checkout_errors_total counter",
    `checkout_errors_total{service="checkout"} ${shop.errors}`,
    "# TYPE checkout_stuck_orders gauge",
    `checkout_stuck_orders{service="checkout"} ${shop.stuck}`,
    "",
  ].join("\n");
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "service-guards-"));
  const ruleFile = join(folder, "rules.yml");
  await writeFile(ruleFile, RULES);
  exporter = await startExporter(page);
  alertmanager = await startAlertmanager({ dataDir: join(folder, "alertmanager") });
  prometheus = await startPrometheus({
    dataDir: join(folder, "prometheus"),
    ruleFiles: [ruleFile],
    scrapeTargets: [{ job: "shop", targets: [exporter.target] }],
    extraConfig: { alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager.target] }] }] } },
  });
  service = await startService({
    gates: { "guards.yaml": GUARDS, "ratio.yaml": RATIO },
    sources: { main: { url: prometheus.url, alertmanager: { url: alertmanager.url } } },
  });
});

afterAll(async () => {
  await service?.stop();
  await Promise.all([prometheus?.stop(), alertmanager?.stop(), exporter?.stop()]);
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

type Answer = {
  readonly open: boolean;
  readonly exitCode: number;
  readonly because: readonly { readonly kind: string; readonly code: string; readonly message: string }[];
  readonly remarks: readonly string[];
};

async function deploy(name: string): Promise<Answer> {
  const response = await service.get(`/v1/gates/${name}/status?for=deploy`, service.lead.token);
  return (await response.json()) as Answer;
}

async function codes(name: string): Promise<readonly string[]> {
  return (await deploy(name)).because.map(({ kind, code }) => `${kind}/${code}`);
}

const isOpen = async (name: string) => (await deploy(name)).open;

const opens = (name: string) => until(async () => expect(await isOpen(name)).toBe(true));

test("a gate of alerts alone opens while they are quiet, and says that this proves no health", async () => {
  await opens("guards");
  expect((await deploy("guards")).remarks).toEqual(["guards only: nothing proves health"]);
  await opens("ratio");
});

test("an alert closes it while it fires, and the rule's own `for` is pending first", async () => {
  shop.stuck = 20;
  const seen = new Set<string>();
  await until(async () => {
    for (const code of await codes("guards")) seen.add(code);
    expect(seen).toContain("alert/rollback");
  });
  expect([...seen]).toEqual(["alert/pending", "alert/rollback"]);
  expect((await deploy("guards")).exitCode).toBe(4);
  expect((await service.cli(["check", "guards", "--for", "deploy"])).code).toBe(4);
});

test("a silence turns it into waiting, with the name of who silenced it", async () => {
  const id = await alertmanager.silence({
    matchers: [{ name: "alertname", value: "CheckoutStuck" }],
    createdBy: "kim",
    comment: "orders are being replayed",
  });
  await until(async () => expect(await codes("guards")).toContain("alert/silenced"));
  expect((await deploy("guards")).because[0]?.message).toMatch(
    /^CheckoutStuck is firing for .+, silenced by kim for another .+: orders are being replayed$/,
  );
  await alertmanager.expire(id);
  await until(async () => expect(await codes("guards")).toContain("alert/rollback"));
  shop.stuck = 0;
  await opens("guards");
});

test("Alertmanager's webhook makes the gates of its alerts pass at once", async () => {
  const token = await service.issue({
    kind: "machine",
    name: "alertmanager",
    scopes: ["changes"],
    expiresIn: 3_600,
  });
  const response = await fetch(`${service.url}/v1/hooks/alertmanager`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      version: "4",
      status: "firing",
      alerts: [{ status: "firing", labels: { alertname: "CheckoutStuck", service: "checkout" } }],
    }),
  });
  expect([response.status, await response.json()]).toEqual([202, { gates: ["guards"] }]);
});

test("once the exporter dies neither gate stays open longer than three scrapes and one pass", async () => {
  await opens("guards");
  await opens("ratio");
  await exporter.stop();
  await until(async () => expect([await isOpen("guards"), await isOpen("ratio")]).toEqual([false, false]));
  expect([await codes("guards"), await codes("ratio")]).toEqual([["alert/missing"], ["signal/missing"]]);
  expect((await deploy("guards")).exitCode).toBe(6);

  const died = await newestSample();
  for (const name of ["guards", "ratio"]) {
    // A folded row says good of its last pass too.
    const lastOpen = (await service.lead.client.decisions(name))
      .filter(({ verdict }) => verdict === "good")
      .map(({ lastAt }) => Date.parse(lastAt));
    expect(Math.max(...lastOpen) - died).toBeLessThanOrEqual(3 * SCRAPE_MS + PASS_MS);
  }
});

/** When the shop was last scraped with success, by the samples themselves. */
async function newestSample(): Promise<number> {
  const query = encodeURIComponent("max(max_over_time(timestamp(checkout_requests_total)[1m:1s]))");
  const response = await fetch(`${prometheus.url}/api/v1/query?query=${query}`);
  const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(body.data.result[0]?.value[1]) * 1000;
}
