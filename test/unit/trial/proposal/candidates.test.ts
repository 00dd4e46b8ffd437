import { expect, test } from "vitest";
import { candidatesOf } from "../../../../src/trial/proposal/candidates.ts";

const metric = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  name,
  matcher: 'job="checkout"',
  series: [labels],
});
const kindsAndNames = (...metrics: readonly ReturnType<typeof metric>[]) =>
  candidatesOf(metrics).map(({ kind, metric: { name } }) => `${kind} ${name}`);

test("what users see goes before what merely has outcomes", () => {
  expect(
    kindsAndNames(
      metric("jobs_total", { result: "failed" }),
      metric("grpc_server_handled_total", { grpc_code: "OK" }),
      metric("http_requests_total", { code: "200" }),
      metric("http_server_request_duration_seconds_count", { http_response_status_code: "200" }),
    ),
  ).toEqual([
    "errors http_server_request_duration_seconds_count",
    "errors http_requests_total",
    "errors grpc_server_handled_total",
    "errors jobs_total",
    "quick http_server_request_duration_seconds_count",
  ]);
});

test("neither scraping itself nor what the service asks of others is how it serves", () => {
  expect(
    kindsAndNames(
      metric("promhttp_metric_handler_requests_total", { code: "200" }),
      metric("http_client_request_duration_seconds_count", { http_response_status_code: "500" }),
      metric("prometheus_http_requests_total", { code: "200" }),
    ),
  ).toEqual([]);
});

test("a gauge of what waits is a candidate; a counter of it, its age or its capacity is not", () => {
  expect(
    kindsAndNames(
      metric("orders_queue_length"),
      metric("kafka_consumergroup_lag"),
      metric("orders_queue_total"),
      metric("queue_lag_seconds"),
      metric("queue_capacity"),
      metric("flagged_items"),
    ),
  ).toEqual(["waiting kafka_consumergroup_lag", "waiting orders_queue_length"]);
});

test("up is a candidate, and a name that needs quotes is none", () => {
  expect(kindsAndNames(metric("up"), metric("my.requests_total", { code: "200" }))).toEqual(["up up"]);
});
