import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** One series with its past: `value` by the time before now in seconds, negative for what is still to come. */
export type PastSeries = {
  /** With labels, as in an exposition. */
  readonly series: string;
  readonly value: (secondsAgo: number) => number | null;
};

export type PastMetric = {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly series: readonly PastSeries[];
};

/**
 * Writes samples of the past where a Prometheus that is yet to be started finds them. They go on into the near future, so
 * that they stay as fresh as scraped ones while a test runs.
 */
export async function backfill(
  dataDir: string,
  now: number,
  metrics: readonly PastMetric[],
  span: { readonly lastSeconds: number; readonly aheadSeconds: number; readonly stepSeconds: number },
): Promise<void> {
  const lines = metrics.flatMap(({ name, type, series }) => [
    // OpenMetrics names a counter's family without its suffix.
    `# TYPE ${type === "counter" ? name.replace(/_total$/, "") : name} ${type}`,
    ...series.flatMap((each) => samplesOf(each, now, span)),
  ]);
  const file = join(dataDir, "past.om");
  await mkdir(join(dataDir, "tsdb"), { recursive: true });
  await writeFile(file, [...lines, "# EOF", ""].join("\n"));
  await promisify(execFile)("promtool", [
    "tsdb",
    "create-blocks-from",
    "openmetrics",
    "--quiet",
    file,
    join(dataDir, "tsdb"),
  ]);
  await rm(file);
}

function samplesOf(
  { series, value }: PastSeries,
  now: number,
  span: { readonly lastSeconds: number; readonly aheadSeconds: number; readonly stepSeconds: number },
): readonly string[] {
  const lines: string[] = [];
  for (let ago = span.lastSeconds; ago >= -span.aheadSeconds; ago -= span.stepSeconds) {
    const here = value(ago);
    if (here !== null) lines.push(`${series} ${here} ${now / 1000 - ago}`);
  }
  return lines;
}
