import type { ExporterName } from "./exporter-pages.ts";

/** What one library signal reads from one exporter; both values in base units. */
export type LibraryCase = {
  readonly signal: string;
  readonly exporter: ExporterName;
  /** The arguments with which a gate asks about the thing of this name. */
  readonly with: (of: string) => Readonly<Record<string, string>>;
  readonly good: number;
  readonly bad: number;
};

const ERRORS = { good: 0.02 / 10.02, bad: 1 / 11 };
const SLOW = { good: 0.02, bad: 0.4 };

/** One case for every signal of the libraries for exporters. */
export const LIBRARY_CASES: readonly LibraryCase[] = [
  {
    signal: "sloth-burn-rate",
    exporter: "a service with objectives",
    with: (of) => ({ slo: `${of}-availability` }),
    good: 0.2,
    bad: 20,
  },
  {
    signal: "sloth-burn-rate-1h",
    exporter: "a service with objectives",
    with: (of) => ({ slo: `${of}-availability` }),
    good: 0.2,
    bad: 20,
  },
  {
    signal: "sloth-budget-left",
    exporter: "a service with objectives",
    with: (of) => ({ slo: `${of}-availability` }),
    good: 0.8,
    bad: -19,
  },
  {
    signal: "pyrra-burn-rate",
    exporter: "a service with objectives",
    with: (of) => ({ metric: "http_requests", slo: `${of}-errors` }),
    good: 0.2,
    bad: 20,
  },
  {
    signal: "pyrra-budget-left",
    exporter: "a service with objectives",
    with: (of) => ({ slo: `${of}-errors` }),
    good: 0.8,
    bad: -19,
  },
  { signal: "otel-http-errors", exporter: "OpenTelemetry SDK", with: (of) => ({ job: of }), ...ERRORS },
  {
    signal: "otel-http-slow",
    exporter: "OpenTelemetry SDK",
    with: (of) => ({ job: of, le: "0.5" }),
    ...SLOW,
  },
  {
    signal: "nginx-up",
    exporter: "nginx-prometheus-exporter",
    with: (of) => ({ job: of }),
    good: 1,
    bad: 0.5,
  },
  {
    signal: "nginx-dropped",
    exporter: "nginx-prometheus-exporter",
    with: (of) => ({ job: of }),
    good: 0,
    bad: 0.05,
  },
  {
    signal: "nginx-plus-errors",
    exporter: "nginx-prometheus-exporter",
    with: (of) => ({ server_zone: of }),
    ...ERRORS,
  },
  {
    signal: "ingress-nginx-errors",
    exporter: "ingress-nginx",
    with: (of) => ({ ingress: of, host: `${of}.example.com` }),
    ...ERRORS,
  },
  {
    signal: "ingress-nginx-slow",
    exporter: "ingress-nginx",
    with: (of) => ({ ingress: of, host: `${of}.example.com`, le: "0.5" }),
    ...SLOW,
  },
  { signal: "envoy-errors", exporter: "Envoy", with: (of) => ({ cluster: of }), ...ERRORS },
  { signal: "envoy-slow", exporter: "Envoy", with: (of) => ({ cluster: of, le: "500" }), ...SLOW },
  {
    signal: "istio-errors",
    exporter: "Istio",
    with: (of) => ({ service: of, namespace: "shop", reporter: "destination" }),
    ...ERRORS,
  },
  {
    signal: "istio-slow",
    exporter: "Istio",
    with: (of) => ({ service: of, namespace: "shop", reporter: "source", le: "500" }),
    ...SLOW,
  },
  {
    signal: "rabbitmq-ready",
    exporter: "RabbitMQ",
    with: (of) => ({ vhost: "/", queue: of }),
    good: 20,
    bad: 50_000,
  },
  {
    signal: "rabbitmq-consumers",
    exporter: "RabbitMQ",
    with: (of) => ({ vhost: "/", queue: of }),
    good: 3,
    bad: 0,
  },
  { signal: "rabbitmq-dropped", exporter: "RabbitMQ", with: (of) => ({ job: of }), good: 0, bad: 0.1 },
  {
    signal: "kafka-lag",
    exporter: "kafka_exporter",
    with: (of) => ({ group: of, topic: "orders" }),
    good: 12,
    bad: 30_001,
  },
  { signal: "kafka-members", exporter: "kafka_exporter", with: (of) => ({ group: of }), good: 2, bad: 0 },
  {
    signal: "sqs-oldest-message",
    exporter: "cloudwatch_exporter",
    with: (of) => ({ queue: of }),
    good: 40,
    bad: 7_200,
  },
  {
    signal: "sqs-oldest-message-yace",
    exporter: "YACE",
    with: (of) => ({ queue: of }),
    good: 40,
    bad: 7_200,
  },
  { signal: "push-age", exporter: "Pushgateway", with: (of) => ({ job: of }), good: 600, bad: 14_400 },
  {
    signal: "push-failed",
    exporter: "Pushgateway",
    with: (of) => ({ job: of }),
    good: -3_600,
    bad: 14_340,
  },
  {
    signal: "pushed-value",
    exporter: "Pushgateway",
    with: (of) => ({ metric: "backup_size_bytes", job: `${of}-nightly` }),
    good: 5_000,
    bad: 10,
  },
  {
    signal: "batch-last-success",
    exporter: "Pushgateway",
    with: (of) => ({ job: of }),
    good: 601,
    bad: 14_401,
  },
  {
    signal: "cronjob-last-success",
    exporter: "kube-state-metrics",
    with: (of) => ({ namespace: "shop", cronjob: of }),
    good: 1_200,
    bad: 30_000,
  },
  {
    signal: "textfile-age",
    exporter: "node_exporter",
    with: (of) => ({ file: `/var/lib/node_exporter/${of}.prom` }),
    good: 900,
    bad: 50_000,
  },
  {
    signal: "probe-success",
    exporter: "blackbox_exporter",
    with: (of) => ({ job: "probes", target: `https://${of}.example.com` }),
    good: 1,
    bad: 0,
  },
  {
    signal: "probe-duration",
    exporter: "blackbox_exporter",
    with: (of) => ({ job: "probes", target: `https://${of}.example.com` }),
    good: 0.2,
    bad: 5,
  },
  {
    signal: "certificate-left",
    exporter: "blackbox_exporter",
    with: (of) => ({ job: "probes", target: `https://${of}.example.com` }),
    good: 2_592_000,
    bad: 3_600,
  },
  {
    signal: "exporters-up",
    exporter: "Prometheus",
    with: (of) => ({ job: of }),
    good: 1,
    bad: 0.5,
  },
];
