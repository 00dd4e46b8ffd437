import type { ErrorLabel } from "./error-label.ts";
import { errorLabelOf } from "./error-label.ts";
import type { ServiceMetric } from "./service-series.ts";

/** A metric of the service that could be a signal. */
export type Candidate =
  /** A counter of outcomes: the share of errors. */
  | { readonly kind: "errors"; readonly metric: ServiceMetric; readonly error: ErrorLabel }
  /** A histogram of times: the share that was quick enough. `base` is its name without `_count`. */
  | { readonly kind: "quick"; readonly metric: ServiceMetric; readonly base: string }
  /** A gauge of what waits. */
  | { readonly kind: "waiting"; readonly metric: ServiceMetric }
  /** Whether its targets answer scrapes. */
  | { readonly kind: "up"; readonly metric: ServiceMetric };

/** Other names need quotes in a query, and hardly anything has them. */
const WRITABLE = /^[A-Za-z_:][\w:]*$/;

/** What a process says of itself or of its own scraping, and what it does as a client, is not how it serves. */
const ASIDE = /^(?:promhttp_|prometheus_|scrape_|go_|process_|nodejs_|python_|jvm_|net_conntrack_)|client/;

/** Names by how surely they count what users see; the first that matches gives the rank. */
const RANKS: readonly RegExp[] = [
  /^http_server_request_duration_/,
  /^http_server_/,
  /^http_requests?_/,
  /^http_/,
  /_requests?(?:_|$)/,
  /^(?:grpc|rpc)_server_/,
];

const TIMES = /_(?:seconds|milliseconds)_count$/;
const WAITING = /(?:^|_)(?:queue|queued|backlog|lag|pending|dead_letters?|outbox)(?:_|$)/;
const NOT_A_GAUGE = /_(?:total|count|sum|created|bucket|seconds|bytes|info|max|limit|capacity)$/;

/** Every metric that could be a signal, the best of each kind first. */
export function candidatesOf(metrics: readonly ServiceMetric[]): readonly Candidate[] {
  const ours = metrics
    .filter(({ name }) => WRITABLE.test(name) && !ASIDE.test(name))
    .toSorted((a, b) => byRank(a.name, b.name));
  return [
    ...ours.flatMap(errorsOf),
    ...ours.flatMap(quickOf),
    ...ours.filter(isWaiting).map((metric) => ({ kind: "waiting", metric }) as const),
    ...ours.filter(({ name }) => name === "up").map((metric) => ({ kind: "up", metric }) as const),
  ];
}

function errorsOf(metric: ServiceMetric): readonly Candidate[] {
  if (!/_(?:total|count)$/.test(metric.name)) return [];
  const error = errorLabelOf(metric.series);
  return error === null ? [] : [{ kind: "errors", metric, error }];
}

function quickOf(metric: ServiceMetric): readonly Candidate[] {
  if (!TIMES.test(metric.name)) return [];
  return [{ kind: "quick", metric, base: metric.name.replace(/_count$/, "") }];
}

function isWaiting({ name }: ServiceMetric): boolean {
  return WAITING.test(name) && !NOT_A_GAUGE.test(name);
}

function byRank(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || (a < b ? -1 : 1);
}

function rankOf(name: string): number {
  const rank = RANKS.findIndex((pattern) => pattern.test(name));
  return rank === -1 ? RANKS.length : rank;
}
