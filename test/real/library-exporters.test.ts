import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPrometheus, type Prometheus as Server } from "../../demo/peers/prometheus.ts";
import { measure } from "../../src/control/measure.ts";
import type { Silencers } from "../../src/control/ports.ts";
import type { Signal } from "../../src/domain/gate.ts";
import { readingOf } from "../../src/domain/inquiry.ts";
import { holds } from "../../src/domain/limit.ts";
import type { Reading } from "../../src/domain/reading.ts";
import { createPrometheus } from "../../src/prometheus/prometheus.ts";
import { startExporter, type Exporter } from "../support/exporter.ts";
import { EXPORTERS, type ExporterText, type Scrape } from "../support/exporter-pages.ts";
import { datedPage, mergedPage, type Page } from "../support/exposition.ts";
import { LIBRARY_CASES } from "../support/library-cases.ts";
import { gateUsing } from "../support/library-gate.ts";
import { realClock } from "../support/real-clock.ts";
import { sloRules } from "../support/slo-rules.ts";
import { until } from "../support/until.ts";

/** Known history: longer than the longest window, dense where the short ones look. */
const HISTORY_SECONDS = 4_500;
const DENSE_SECONDS = 1_500;

const started = Math.floor(Date.now() / 1_000);
const since = started - HISTORY_SECONDS;

let folder: string;
let exporter: Exporter;
let server: Server;
let client: ReturnType<typeof createPrometheus>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "library-"));
  await backfill(join(folder, "data", "tsdb"));
  const rules = join(folder, "slo.yml");
  const jobs = ["good", "bad", "silent"].map((job) => ({ job, isFilled: false }));
  await writeFile(rules, sloRules([...jobs, { job: "spotless", isFilled: true }], "3s"));

  exporter = await startExporter(() => mergedPage(living(Date.now() / 1_000)));
  server = await startPrometheus({
    dataDir: join(folder, "data"),
    ruleFiles: [rules],
    extraConfig: {
      scrape_configs: [
        { job_name: "everything", honor_labels: true, static_configs: [{ targets: [exporter.target] }] },
      ],
    },
  });
  client = createPrometheus({
    sources: { main: { url: server.url, scrapeIntervalMs: 15_000, timeoutMs: 30_000 } },
    clock: realClock,
  });
  await until(async () => {
    expect(exporter.scrapes()).toBeGreaterThan(1);
    for (const query of ["count(slo:period_error_budget_remaining:ratio)", "count(pyrra_availability)"]) {
      const answers = await client.ask("main", [query], Date.now());
      expect(answers.get(query)).toMatchObject({ kind: "value", value: 4 });
    }
  });
});

afterAll(async () => {
  await client?.close();
  await server?.stop();
  await exporter?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

describe("with an exporter that tells of health", () => {
  const read = readings("good");

  it.each(LIBRARY_CASES)("$signal reads it from $exporter and may advance", async ({ signal, good }) => {
    const { reading, definition } = await read(signal);
    expect(reading.value).toEqual({ kind: "known", value: expect.any(Number) });
    expect(valueOf(reading)).toSatisfy(about(good));
    expect(definition.advance === null || holds(definition.advance, valueOf(reading))).toBe(true);
    expect(definition.halt === null || !holds(definition.halt, valueOf(reading))).toBe(true);
    expect(enough(reading, definition)).toBe(true);
  });
});

describe("with an exporter that tells of trouble", () => {
  const read = readings("bad");

  it.each(LIBRARY_CASES)("$signal reads it from $exporter and halts", async ({ signal, bad }) => {
    const { reading, definition } = await read(signal);
    expect(valueOf(reading)).toSatisfy(about(bad));
    expect(definition.advance === null || !holds(definition.advance, valueOf(reading))).toBe(true);
    expect(definition.halt === null || holds(definition.halt, valueOf(reading))).toBe(true);
    expect(reading.bad === null || (reading.bad.kind === "known" && reading.bad.value >= 5)).toBe(true);
  });
});

describe("with an exporter that has fallen silent", () => {
  const read = readings("silent");

  it.each(LIBRARY_CASES)("$signal of $exporter is unknown", async ({ signal }) => {
    const { reading } = await read(signal);
    expect(reading.value).toMatchObject({
      kind: "unknown",
      reason: expect.stringMatching(/^(?:stale|no-series)$/),
    });
  });

  it("a rate still answers, so that only freshness tells", async () => {
    const query = `sum(rate(http_server_request_duration_seconds_count{job="silent"}[5m]))`;
    const answers = await client.ask("main", [query], Date.now());
    expect(answers.get(query)).toMatchObject({ kind: "value" });
    expect((await read("otel-http-errors")).reading.value).toMatchObject({ reason: "stale" });
    expect((await read("sloth-budget-left")).reading.value).toMatchObject({ reason: "stale" });
  });
});

describe("an objective that never saw an error", () => {
  const read = readings("spotless");

  it.each(["sloth-burn-rate", "sloth-burn-rate-1h"])("burns nothing by %s", async (signal) => {
    expect((await read(signal)).reading.value).toEqual({ kind: "known", value: 0 });
  });

  it.each(["sloth-budget-left", "pyrra-budget-left"])("has its whole budget by %s", async (signal) => {
    expect((await read(signal)).reading.value).toEqual({ kind: "known", value: 1 });
  });

  it("is missing by pyrra-burn-rate, whose rule knows no zero", async () => {
    expect((await read("pyrra-burn-rate")).reading.value).toMatchObject({ kind: "unknown" });
  });
});

describe("a service without traffic", () => {
  const read = readings("quiet");

  it.each(["otel-http-errors", "otel-http-slow"])("is too few samples for %s", async (signal) => {
    expect((await read(signal)).reading.samples).toEqual({ kind: "known", value: 0 });
  });
});

describe("a job that no longer pushes", () => {
  const read = readings("forgotten");

  it("has no value, though the Pushgateway tells it anew with every scrape", async () => {
    expect((await read("pushed-value")).reading.value).toMatchObject({ kind: "unknown", reason: "stale" });
  });
});

/** The gates have no alerts that somebody could have silenced. */
const NOBODY: Silencers = { silences: () => Promise.reject(new Error("nobody asks")) };

type Read = { readonly reading: Reading; readonly definition: Signal };

/** Reads every signal about the thing of this name once, when the first is asked for. */
function readings(of: string): (signal: string) => Promise<Read> {
  let all: Promise<ReadonlyMap<string, Read>> | null = null;
  return async (signal) => {
    all ??= readAll(of);
    const own = (await all).get(signal);
    if (own === undefined) throw new Error(`no reading of ${signal}`);
    return own;
  };
}

async function readAll(of: string): Promise<ReadonlyMap<string, Read>> {
  const gate = gateUsing(LIBRARY_CASES, of);
  const at = Date.now();
  const { answers } = await measure(gate, { metrics: client, silencers: NOBODY }, at);
  return new Map(
    gate.signals.map((definition) => {
      const own = answers.get(definition.name);
      if (own === undefined) throw new Error(`${definition.name} was not asked`);
      return [definition.name, { reading: readingOf(definition, own, at), definition }];
    }),
  );
}

function valueOf({ value }: Reading): number {
  return value.kind === "known" ? value.value : Number.NaN;
}

/** Ages grow while the test runs; shares are exact but for the places of floating point. */
function about(wanted: number): (value: number) => boolean {
  return (value) =>
    Math.abs(value - wanted) <= (Math.abs(wanted) > 300 ? 200 : 0.001 + Math.abs(wanted) / 50);
}

function enough({ samples }: Reading, { floor }: Signal): boolean {
  return samples === null || (samples.kind === "known" && samples.value >= floor);
}

/** What is scraped while the test runs. */
function living(now: number): readonly Page[] {
  const onTime = Object.values<ExporterText>(EXPORTERS).filter((each) => (each.lateSeconds ?? 0) === 0);
  return [
    ...onTime.flatMap(({ pages }) => [
      ...pages({ of: "good", condition: "good", now, since }),
      ...pages({ of: "bad", condition: "bad", now, since }),
    ]),
    ...EXPORTERS["OpenTelemetry SDK"].pages({ of: "quiet", condition: "good", now: since + 60, since }),
    ...spotless({ of: "spotless", condition: "good", now, since }),
    ...EXPORTERS.Pushgateway.pages({ of: "forgotten", condition: "good", now: since - 86_400, since }),
  ];
}

function spotless(scrape: Scrape): readonly Page[] {
  return EXPORTERS["a service with objectives"].pages(scrape).map((page) => ({
    ...page,
    text: page.text
      .split("\n")
      .filter((line) => !line.includes('code="500"'))
      .join("\n"),
  }));
}

/** What exporters tell late, and what they told until they fell silent. */
function past(now: number): readonly Page[] {
  return Object.values<ExporterText>(EXPORTERS).flatMap(({ pages, lateSeconds = 0, silentSeconds = 120 }) => [
    ...(lateSeconds > 0 && now <= started - lateSeconds
      ? [
          ...pages({ of: "good", condition: "good", now, since }),
          ...pages({ of: "bad", condition: "bad", now, since }),
        ]
      : []),
    ...(now <= started - silentSeconds ? pages({ of: "silent", condition: "good", now, since }) : []),
  ]);
}

/** Makes blocks of everything until now, so that no window has to be waited for. */
async function backfill(into: string): Promise<void> {
  const times: number[] = [];
  for (let at = since; at <= started; at += at < started - DENSE_SECONDS ? 60 : 15) times.push(at);
  const file = join(folder, "history.om");
  const history = times.map((now) => datedPage([...living(now), ...past(now)], now));
  await writeFile(file, `${history.join("")}# EOF\n`);
  await promisify(execFile)("promtool", ["tsdb", "create-blocks-from", "openmetrics", "-q", file, into]);
}
