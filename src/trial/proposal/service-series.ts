import type { Instant } from "../../domain/instant.ts";
import type { Labels } from "../../domain/matcher.ts";
import type { Unknown } from "../../domain/reading.ts";
import type { Catalogue } from "../ports.ts";
import { quoted } from "./promql-text.ts";

/** Labels under which services go, the most telling first: a namespace may hold more than one service. */
export const SERVICE_LABELS = [
  "service",
  "service_name",
  "app",
  "app_kubernetes_io_name",
  "job",
  "destination_service_name",
  "exported_service",
  "container",
  "namespace",
] as const;

/** Most series looked at for one label. */
const MOST_SERIES = 2_000;

/** A metric that the service has now. */
export type ServiceMetric = {
  readonly name: string;
  /** The condition that narrows it to the service, such as `job="checkout"`. */
  readonly matcher: string;
  readonly series: readonly Labels[];
};

export type ServiceSeries =
  | {
      readonly kind: "known";
      readonly metrics: readonly ServiceMetric[];
      /** There were more series than are looked at, so some metrics may not be known. */
      readonly isCut: boolean;
    }
  | Unknown;

/** Every metric with a label that names the service; each narrowed by the most telling label it has. */
export async function findService(
  catalogue: Catalogue,
  source: string,
  service: string,
  now: Instant,
): Promise<ServiceSeries> {
  const answers = await Promise.all(
    SERVICE_LABELS.map(async (label) => {
      // Buckets alone could use up the limit; whoever needs them asks for them.
      const selector = `{${matcherFor(label, service)},__name__!~".+_bucket"}`;
      return { label, answer: await catalogue.seriesOf(source, selector, now, MOST_SERIES) };
    }),
  );
  const metrics = new Map<string, ServiceMetric>();
  let isCut = false;
  for (const { label, answer } of answers) {
    if (answer.kind === "unknown") return answer;
    isCut ||= answer.series.length >= MOST_SERIES;
    for (const [name, series] of Map.groupBy(answer.series, metricOf)) {
      if (name === "" || metrics.has(name)) continue;
      metrics.set(name, { name, matcher: narrowest(label, service, series), series });
    }
  }
  return { kind: "known", metrics: [...metrics.values()], isCut };
}

/** Services that exist, for somebody who named one that does not: by what targets and alerting rules say of themselves. */
export async function knownServices(
  catalogue: Catalogue,
  source: string,
  now: Instant,
): Promise<readonly string[]> {
  const [up, info, rules] = await Promise.all([
    catalogue.seriesOf(source, "up", now, MOST_SERIES),
    catalogue.seriesOf(source, "target_info", now, MOST_SERIES),
    catalogue.allAlertRules(source),
  ]);
  const labels = [
    ...(up.kind === "known" ? up.series : []),
    ...(info.kind === "known" ? info.series : []),
    ...(rules.kind === "known" ? rules.rules.map((rule) => rule.labels) : []),
  ];
  const values = labels.flatMap((each) => SERVICE_LABELS.flatMap((label) => each[label] ?? []));
  return [...new Set(values.filter((value) => value !== "" && !value.includes("{{")))].toSorted();
}

/** The condition by which series of the service are looked for. */
export function matcherFor(label: string, service: string): string {
  // OpenTelemetry's exporters write `<namespace>/<name>` into `job`.
  return label === "job" ? `job=~${quoted(`(.+/)?${literal(service)}`)}` : `${label}=${quoted(service)}`;
}

function narrowest(label: string, service: string, series: readonly Labels[]): string {
  const [value, ...others] = new Set(series.map((each) => each[label]));
  return value === undefined || others.length > 0 ? matcherFor(label, service) : `${label}=${quoted(value)}`;
}

function metricOf(labels: Labels): string {
  return labels["__name__"] ?? "";
}

/** The text as a regular expression that matches nothing else. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
