import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Prometheus, startPrometheus } from "../../demo/peers/prometheus.ts";
import { type Exporter, startExporter } from "./exporter.ts";

const RULES = `
groups:
  - name: checkout
    interval: 1s
    rules:
      - alert: CheckoutErrors
        expr: sum by (job) (rate(http_requests_total{job="checkout",code=~"5.."}[1m])) / sum by (job) (rate(http_requests_total{job="checkout"}[1m])) > 0.05
        labels: { service: checkout, team: team-checkout, severity: critical }
        annotations: { summary: More than one request in twenty fails }
      - alert: CheckoutQueue
        expr: checkout_queue_depth{job="checkout"} > 100
        for: 1m
        labels: { service: checkout, team: team-checkout, severity: warning }
`;

/** A Prometheus as a team has one that never heard of Rampart: a service with its usual metrics, and alerting rules. */
export type ForeignWorld = {
  readonly prometheus: Prometheus;
  /** From now on one request in two fails. */
  breakService(): void;
  stop(): Promise<void>;
};

export async function startForeignWorld(): Promise<ForeignWorld> {
  const folder = await mkdtemp(join(tmpdir(), "foreign-world-"));
  const counts = { good: 0, bad: 0, badPerScrape: 1 };
  const exporter: Exporter = await startExporter(() => {
    counts.good += 99;
    counts.bad += counts.badPerScrape;
    return [
      "# HELP http_requests_total Requests by code.",
      "# TYPE http_requests_total counter",
      `http_requests_total{code="200",path="/pay"} ${counts.good}`,
      `http_requests_total{code="500",path="/pay"} ${counts.bad}`,
      "# HELP checkout_queue_depth Orders that wait.",
      "# TYPE checkout_queue_depth gauge",
      "checkout_queue_depth 3",
      "",
    ].join("\n");
  });
  const ruleFile = join(folder, "rules.yml");
  await writeFile(ruleFile, RULES);
  const prometheus = await startPrometheus({
    dataDir: join(folder, "prometheus"),
    ruleFiles: [ruleFile],
    scrapeTargets: [{ job: "checkout", targets: [exporter.target] }],
  });
  return {
    prometheus,
    breakService() {
      counts.badPerScrape = 99;
    },
    async stop() {
      await prometheus.stop();
      await exporter.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
