import { histogram, type Page } from "./exposition.ts";

/** How whatever is exported fares. */
export type Condition = "good" | "bad";

/** What is asked of an exporter: `of` names the thing it tells about, `now` is a Unix time in seconds, counters start at `since`. */
export type Scrape = {
  readonly of: string;
  readonly condition: Condition;
  readonly now: number;
  readonly since: number;
};

export type ExporterText = {
  /** One page for each replica that is usual. */
  readonly pages: (scrape: Scrape) => readonly Page[];
  /** How far its samples lie behind the present, where they carry a time of their own. Default 0. */
  readonly lateSeconds?: number;
  /** How long it must have told nothing until that shows. Default 2 minutes: a rate over 5 minutes still answers then. */
  readonly silentSeconds?: number;
};

/** What each exporter prints, with the names and labels of its own documentation. */
export const EXPORTERS = {
  "OpenTelemetry SDK": { pages: otel },
  "nginx-prometheus-exporter": { pages: nginx },
  "ingress-nginx": { pages: ingressNginx },
  Envoy: { pages: envoy },
  Istio: { pages: istio },
  RabbitMQ: { pages: rabbitmq },
  kafka_exporter: { pages: kafka },
  cloudwatch_exporter: { pages: cloudwatch, lateSeconds: 660, silentSeconds: 1_260 },
  YACE: { pages: yace, silentSeconds: 600 },
  Pushgateway: { pages: pushgateway, silentSeconds: 600 },
  "kube-state-metrics": { pages: kubeStateMetrics },
  node_exporter: { pages: nodeExporter },
  blackbox_exporter: { pages: blackbox },
  Prometheus: { pages: targets },
  "a service with objectives": { pages: objectives },
} as const satisfies Readonly<Record<string, ExporterText>>;

export type ExporterName = keyof typeof EXPORTERS;

const TWO = ["a", "b"];

function otelLabels(status: number): string {
  return `http_request_method="GET",http_response_status_code="${status}",http_route="/cart",network_protocol_version="1.1",url_scheme="https"`;
}

function otel({ of, condition, now, since }: Scrape): readonly Page[] {
  const seconds = now - since;
  const errors = condition === "good" ? 0.02 : 1;
  const shares = { "0.1": 0.3, "0.25": 0.5, "0.5": condition === "good" ? 0.98 : 0.6, "1": 1 };
  return TWO.map((replica) => ({
    job: of,
    instance: `${of}-${replica}:9464`,
    text: [
      histogram("http_server_request_duration_seconds", otelLabels(200), 10 * seconds, shares),
      histogram("http_server_request_duration_seconds", otelLabels(500), errors * seconds, shares),
    ].join("\n"),
  }));
}

function nginx({ of, condition, now, since }: Scrape): readonly Page[] {
  const seconds = now - since;
  const lost = condition === "good" ? 0 : 0.2;
  const errors = condition === "good" ? 0.02 : 1;
  return TWO.map((replica) => ({
    job: of,
    instance: `${of}-${replica}:9113`,
    text: `
# TYPE nginx_connections_accepted counter
nginx_connections_accepted ${4 * seconds}
# TYPE nginx_connections_active gauge
nginx_connections_active 12
# TYPE nginx_connections_handled counter
nginx_connections_handled ${(4 - lost) * seconds}
# TYPE nginx_http_requests_total counter
nginx_http_requests_total ${40 * seconds}
# TYPE nginx_up gauge
nginx_up ${condition === "bad" && replica === "b" ? 0 : 1}
# TYPE nginxplus_server_zone_responses counter
nginxplus_server_zone_responses{code="1xx",server_zone="${of}"} 0
nginxplus_server_zone_responses{code="2xx",server_zone="${of}"} ${10 * seconds}
nginxplus_server_zone_responses{code="3xx",server_zone="${of}"} 0
nginxplus_server_zone_responses{code="4xx",server_zone="${of}"} 0
nginxplus_server_zone_responses{code="5xx",server_zone="${of}"} ${errors * seconds}
`,
  }));
}

function ingressNginx({ of, condition, now, since }: Scrape): readonly Page[] {
  const seconds = now - since;
  const errors = condition === "good" ? 0.02 : 1;
  const shares = { "0.1": 0.3, "0.5": condition === "good" ? 0.98 : 0.6, "1": 1, "2.5": 1 };
  const labels = (pod: string, status: number) =>
    `controller_class="k8s.io/ingress-nginx",controller_namespace="ingress",controller_pod="${pod}",` +
    `canary="",host="${of}.example.com",ingress="${of}",method="GET",exported_namespace="shop",path="/",service="web",status="${status}"`;
  return TWO.map((replica) => ({
    job: "ingress-nginx",
    instance: `controller-${replica}:10254`,
    text: [
      `nginx_ingress_controller_requests{${labels(replica, 200)}} ${10 * seconds}`,
      `nginx_ingress_controller_requests{${labels(replica, 503)}} ${errors * seconds}`,
      histogram(
        "nginx_ingress_controller_request_duration_seconds",
        labels(replica, 200),
        10 * seconds,
        shares,
      ),
    ].join("\n"),
  }));
}

function envoy({ of, condition, now, since }: Scrape): readonly Page[] {
  const seconds = now - since;
  const errors = condition === "good" ? 0.02 : 1;
  const shares = { "0.5": 0, "100": 0.3, "250": 0.5, "500": condition === "good" ? 0.98 : 0.6, "1000": 1 };
  return TWO.map((replica) => ({
    job: "envoy",
    instance: `envoy-${replica}:9901`,
    text: `
# TYPE envoy_cluster_upstream_rq_xx counter
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="${of}"} ${10 * seconds}
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="${of}"} ${errors * seconds}
# TYPE envoy_cluster_upstream_rq_completed counter
envoy_cluster_upstream_rq_completed{envoy_cluster_name="${of}"} ${(10 + errors) * seconds}
${histogram("envoy_cluster_upstream_rq_time", `envoy_cluster_name="${of}"`, (10 + errors) * seconds, shares)}
`,
  }));
}

function istio({ of, condition, now, since }: Scrape): readonly Page[] {
  const seconds = now - since;
  const errors = condition === "good" ? 0.02 : 1;
  const shares = { "100": 0.3, "500": condition === "good" ? 0.98 : 0.6, "1000": 1 };
  const labels = (reporter: string, code: number) =>
    `reporter="${reporter}",source_workload="web",destination_workload="${of}-v1",destination_service="${of}.shop.svc.cluster.local",` +
    `destination_service_name="${of}",destination_service_namespace="shop",request_protocol="http",response_code="${code}",connection_security_policy="mutual_tls"`;
  // Both sidecars count every request.
  return ["source", "destination"].map((reporter) => ({
    job: "istio-proxy",
    instance: `${reporter}:15020`,
    text: [
      `istio_requests_total{${labels(reporter, 200)}} ${10 * seconds}`,
      `istio_requests_total{${labels(reporter, 503)}} ${errors * seconds}`,
      histogram("istio_request_duration_milliseconds", labels(reporter, 200), 10 * seconds, shares),
    ].join("\n"),
  }));
}

function rabbitmq({ of, condition, now, since }: Scrape): readonly Page[] {
  const seconds = now - since;
  const isGood = condition === "good";
  const protocol = `protocol="amqp091"`;
  // The leader moved: both nodes still tell of the queue.
  return TWO.map((node) => ({
    job: of,
    instance: `rabbit-${node}:15692`,
    text: `
# TYPE rabbitmq_queue_messages_ready gauge
rabbitmq_queue_messages_ready{vhost="/",queue="${of}"} ${isGood ? 20 : 50_000}
rabbitmq_queue_messages_ready{vhost="other",queue="${of}"} 900000
# TYPE rabbitmq_queue_consumers gauge
rabbitmq_queue_consumers{vhost="/",queue="${of}"} ${isGood ? 3 : 0}
# TYPE rabbitmq_global_messages_received_total counter
rabbitmq_global_messages_received_total{${protocol}} ${10 * seconds}
# TYPE rabbitmq_global_messages_unroutable_dropped_total counter
rabbitmq_global_messages_unroutable_dropped_total{${protocol}} ${isGood ? 0 : seconds}
`,
  }));
}

function kafka({ of, condition }: Scrape): readonly Page[] {
  const isGood = condition === "good";
  const lag = (partition: number) => `consumergroup="${of}",partition="${partition}",topic="orders"`;
  return TWO.map((replica) => ({
    job: "kafka-exporter",
    instance: `kafka-exporter-${replica}:9308`,
    text: `
# TYPE kafka_consumergroup_lag gauge
kafka_consumergroup_lag{${lag(0)}} ${isGood ? 7 : 30_000}
kafka_consumergroup_lag{${lag(1)}} ${isGood ? 5 : 1}
kafka_consumergroup_lag{${lag(2)}} -1
# TYPE kafka_consumergroup_lag_sum gauge
kafka_consumergroup_lag_sum{consumergroup="${of}",topic="orders"} ${isGood ? 12 : 30_001}
# TYPE kafka_consumergroup_members gauge
kafka_consumergroup_members{consumergroup="${of}"} ${isGood ? 2 : 0}
`,
  }));
}

function cloudwatch({ of, condition }: Scrape): readonly Page[] {
  const text = `aws_sqs_approximate_age_of_oldest_message_maximum{job="aws_sqs",instance="",queue_name="${of}",} ${condition === "good" ? 40 : 7_200}`;
  return [{ job: "cloudwatch", instance: "cloudwatch:9106", text: text.replace(",}", "}") }];
}

function yace({ of, condition }: Scrape): readonly Page[] {
  const labels = `account_id="123456789012",dimension_QueueName="${of}",name="arn:aws:sqs:eu-west-1:123456789012:${of}",region="eu-west-1"`;
  const text = `aws_sqs_approximate_age_of_oldest_message_maximum{${labels}} ${condition === "good" ? 40 : 7_200}`;
  return [{ job: "yace", instance: "yace:5000", text }];
}

function pushgateway({ of, condition, now, since }: Scrape): readonly Page[] {
  const isGood = condition === "good";
  const pushedAt = isGood ? now - 600 : now - 14_400;
  const refusedAt = isGood ? pushedAt - 3_600 : now - 60;
  const text = `
# TYPE backup_size_bytes gauge
backup_size_bytes{instance="",job="${of}-nightly"} ${isGood ? 5_000 : 10}
# TYPE job_last_success_unixtime gauge
job_last_success_unixtime{instance="",job="${of}"} ${pushedAt - 1}
# TYPE push_failure_time_seconds gauge
push_failure_time_seconds{instance="",job="${of}"} ${refusedAt}
push_failure_time_seconds{instance="",job="${of}-nightly"} 0
# TYPE push_time_seconds gauge
push_time_seconds{instance="",job="${of}"} ${pushedAt}
push_time_seconds{instance="host-that-is-gone",job="${of}"} ${since - 90_000}
push_time_seconds{instance="",job="${of}-nightly"} ${now - 600}
`;
  return [{ job: "pushgateway", instance: "pushgateway:9091", text }];
}

function kubeStateMetrics({ of, condition, now }: Scrape): readonly Page[] {
  const at = now - (condition === "good" ? 1_200 : 30_000);
  const text = `
kube_cronjob_info{namespace="shop",cronjob="${of}",schedule="0 * * * *",concurrency_policy="Forbid"} 1
kube_cronjob_status_last_schedule_time{namespace="shop",cronjob="${of}"} ${now - 60}
kube_cronjob_status_last_successful_time{namespace="shop",cronjob="${of}"} ${at}
`;
  return TWO.map((shard) => ({ job: "kube-state-metrics", instance: `ksm-${shard}:8080`, text }));
}

function nodeExporter({ of, condition, now }: Scrape): readonly Page[] {
  const at = now - (condition === "good" ? 900 : 50_000);
  const text = `
node_textfile_mtime_seconds{file="/var/lib/node_exporter/${of}.prom"} ${at}
node_textfile_scrape_error 0
`;
  return [{ job: "node", instance: "host-1:9100", text }];
}

function blackbox({ of, condition, now }: Scrape): readonly Page[] {
  const isGood = condition === "good";
  // From two places.
  return ["blackbox-eu", "blackbox-us"].map((place) => ({
    job: "probes",
    instance: `https://${of}.example.com`,
    text: `
probe_success{vantage="${place}"} ${Number(isGood)}
probe_duration_seconds{vantage="${place}"} ${isGood ? 0.2 : place === "blackbox-eu" ? 5 : 1}
probe_http_status_code{vantage="${place}"} ${isGood ? 200 : 503}
probe_ssl_earliest_cert_expiry{vantage="${place}"} ${now + (isGood ? 2_592_000 : 3_600)}
`,
  }));
}

/** Prometheus writes `up` itself with each scrape. Here another one is scraped, which tells of its own targets. */
function targets({ of, condition }: Scrape): readonly Page[] {
  return TWO.map((replica) => ({
    job: of,
    instance: `${of}-${replica}:9464`,
    text: `
up ${condition === "bad" && replica === "b" ? 0 : 1}
`,
  }));
}

function objectives({ of, condition, now, since }: Scrape): readonly Page[] {
  const seconds = now - since;
  const errors = condition === "good" ? 0.002 : 0.2;
  return TWO.map((replica) => ({
    job: of,
    instance: `${of}-${replica}:8080`,
    text: `
# TYPE http_requests_total counter
http_requests_total{code="200"} ${(10 - errors) * seconds}
http_requests_total{code="500"} ${errors * seconds}
`,
  }));
}
