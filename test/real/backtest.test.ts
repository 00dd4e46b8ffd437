import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { freePort } from "../../demo/peers/free-port.ts";
import { startPrometheus, type Prometheus } from "../../demo/peers/prometheus.ts";
import { backfill } from "../support/backfill.ts";
import { runHere } from "../support/command-line.ts";

const MINUTES = 60;
const HOURS = 60 * MINUTES;
const DAYS = 24 * HOURS;

const RULES = `
groups:
  - name: shop
    rules:
      - { alert: ShopStuck, expr: sync_age_seconds > 100000, labels: { service: shop, severity: warning } }
`;

const GATE = `
schema: gate/v1
name: shop
owner: team-shop
flag: shop
steps: [{ to: 10%, hold: 30m }, { to: 100%, bake: 2h }]
alerts: ['{service="shop"}']
signals:
  - name: errors
    query: sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))
    advance: at most 0.5%
    halt: above 1% for 5m
    rollback: above 10% for 5m
  - name: sync-age
    query: max(sync_age_seconds)
    unit: seconds
    advance: at most 10m
    halt: above 30m for 10m
  - name: bad-orders
    counts: { bad: orders_bad_total, total: orders_total }
    cohorts: { candidate: 'path="new"', control: 'path="old"' }
    advance: at most 1% over control
    rollback: above 5% over control
`;

/** Seconds ago at which each began, and how long it took. */
const HALTING = { ago: 5 * DAYS, lasts: HOURS };
const ROLLING_BACK = { ago: 3 * DAYS, lasts: 2 * HOURS };
const ALERTING = { ago: 4 * DAYS, lasts: 30 * MINUTES };
const MAINTENANCE = { ago: 2 * DAYS, lasts: 3 * HOURS };

type Stretch = { readonly ago: number; readonly lasts: number };

function isWithin(ago: number, { ago: from, lasts }: Stretch): boolean {
  return ago <= from && ago > from - lasts;
}

/** One scrape in forty is lost, as scrapes are. */
function unlessLost(value: (ago: number) => number): (ago: number) => number | null {
  return (ago) => {
    const here = value(ago);
    return (ago / MINUTES) % 40 === 7 ? null : here;
  };
}

/** What a counter shows that adds 100 at each sample, times the share at that time. Asked in the order of time. */
function counter(share: (ago: number) => number): (ago: number) => number {
  let sum = 0;
  return (ago) => (sum += 100 * share(ago));
}

function errorShare(ago: number): number {
  if (isWithin(ago, ROLLING_BACK)) return 0.2;
  return isWithin(ago, HALTING) ? 0.03 : 0.001;
}

const timeSchema = z.iso.datetime().transform((text) => Date.parse(text));
const stopSchema = z.object({
  from: timeSchema,
  to: timeSchema,
  verdict: z.string(),
  by: z.array(z.string()),
  coveredBy: z.string().nullable(),
});
const shareSchema = z.object({ good: z.number(), missing: z.number() });
const reportSchema = z.object({
  evaluations: z.number(),
  rangeQueries: z.number(),
  signals: z.array(z.object({ name: z.string(), share: shareSchema, notes: z.array(z.string()) })),
  alerts: z.array(z.object({ share: shareSchema })),
  idle: z.object({
    halts: z.number(),
    rollbacks: z.number(),
    covered: z.number(),
    stops: z.array(stopSchema),
  }),
  placebos: z.object({
    started: z.number(),
    finished: z.number(),
    ramps: z.array(
      z.object({
        startedAt: timeSchema,
        endedAt: timeSchema,
        outcome: z.string(),
        coveredBy: z.string().nullable(),
      }),
    ),
  }),
});

let folder: string;
let gate: string;
let now: number;
let server: Prometheus;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "backtest-"));
  now = Math.floor(Date.now() / 60_000) * 60_000;
  const dataDir = join(folder, "data");
  const alert = 'ALERTS{alertname="ShopStuck",alertstate="firing",service="shop",severity="warning"}';
  await backfill(
    dataDir,
    now,
    [
      {
        name: "requests_total",
        type: "counter",
        series: [{ series: 'requests_total{app="shop"}', value: unlessLost(counter(() => 1)) }],
      },
      {
        name: "errors_total",
        type: "counter",
        series: [{ series: 'errors_total{app="shop"}', value: unlessLost(counter(errorShare)) }],
      },
      {
        name: "sync_age_seconds",
        type: "gauge",
        series: [
          {
            series: 'sync_age_seconds{app="shop"}',
            value: unlessLost((ago) => (isWithin(ago, MAINTENANCE) ? 4_000 : 100 + (ago % 300))),
          },
        ],
      },
      {
        name: "ALERTS",
        type: "gauge",
        series: [{ series: alert, value: (ago) => (isWithin(ago, ALERTING) ? 1 : null) }],
      },
    ],
    { lastSeconds: 7 * DAYS, aheadSeconds: 30 * MINUTES, stepSeconds: MINUTES },
  );
  const rules = join(folder, "rules.yml");
  await writeFile(rules, RULES);
  gate = join(folder, "shop.yaml");
  await writeFile(gate, GATE);
  server = await startPrometheus({ dataDir, ruleFiles: [rules] });
  await untilEvaluated();
});

afterAll(async () => {
  await server?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

async function untilEvaluated(): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const body = await (await fetch(`${server.url}/api/v1/rules`)).text();
    if (body.includes('"health":"ok"')) return;
    if (performance.now() > deadline) throw new Error(`no rule was evaluated within 30 s: ${body}`);
    await sleep(100);
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function backtest(url: string, ...more: readonly string[]) {
  const begins = now - MAINTENANCE.ago * 1_000;
  const known = `${iso(begins)}/${iso(begins + (MAINTENANCE.lasts + HOURS) * 1_000)}=erp-maintenance`;
  const args = ["backtest", gate, "--last", "7d", "--known", known, "--prometheus", url, ...more];
  return runHere(args, { env: { RAMPART_CONFIG: join(folder, "none.yaml") } });
}

/** A stop as it has to be told. */
function found({ ago, lasts }: Stretch, verdict: string, by: string, coveredBy: string | null = null) {
  const began = now - ago * 1_000;
  return { began, ended: began + lasts * 1_000, verdict, by: [by], coveredBy };
}

describe("rampart backtest", () => {
  test("finds each incident at its time, names what was foreseen, and finds nothing else", async () => {
    const chart = join(folder, "chart.svg");
    const run = await backtest(server.url, "--chart", chart, "-q", "-o", "json");
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const { evaluations, rangeQueries, signals, alerts, idle, placebos } = reportSchema.parse(
      JSON.parse(run.stdout),
    );
    expect(evaluations).toBeGreaterThan(0.99 * 7 * 24 * 60);
    // Three queries of two signals, four of the cohorts, two of the guard, in two portions at most each.
    expect(rangeQueries).toBeLessThanOrEqual(18);

    const expected = [
      found(HALTING, "halt", "errors"),
      found(ALERTING, "halt", '{service="shop"}'),
      found(ROLLING_BACK, "rollback", "errors"),
      found(MAINTENANCE, "halt", "sync-age", "erp-maintenance"),
    ];
    expect(idle.stops).toHaveLength(expected.length);
    for (const [index, { began, ended, ...what }] of expected.entries()) {
      const stop = idle.stops[index];
      expect(stop).toMatchObject(what);
      // No limit asks for more than ten minutes, and a rate of five looks back no further.
      expect((stop?.from ?? 0) - began).toBeGreaterThanOrEqual(0);
      expect((stop?.from ?? 0) - began).toBeLessThanOrEqual(12 * 60_000);
      expect(Math.abs((stop?.to ?? 0) - ended)).toBeLessThanOrEqual(6 * 60_000);
    }
    expect(idle).toMatchObject({ halts: 2, rollbacks: 1, covered: 1 });

    for (const name of ["errors", "sync-age"]) {
      const own = signals.find((signal) => signal.name === name);
      expect(own?.share.missing).toBeLessThan(0.01);
      expect(own?.share.good).toBeGreaterThan(0.97);
    }
    expect(signals.at(-1)).toMatchObject({
      share: { missing: 1 },
      notes: ["no cohort data in this period (flag was off)"],
    });
    expect(alerts).toMatchObject([{ share: { missing: 0 } }]);

    expect(placebos.started).toBeGreaterThan(20);
    for (const { startedAt, endedAt, outcome } of placebos.ramps) {
      const lasted = [...expected].some(
        ({ began, ended }) => startedAt <= ended + 360_000 && endedAt >= began,
      );
      if (outcome !== "finished") expect(lasted).toBe(true);
    }
    expect(placebos.finished).toBeGreaterThan(placebos.started - 8);

    const svg = await readFile(chart, "utf8");
    expect(svg.match(/<rect class="stop"/g)).toHaveLength(2);
    expect(svg.match(/<rect class="known"/g)).toHaveLength(1);
    expect(svg).toContain("covered by erp-maintenance");
  });

  test("ends with 6 where nobody answers, and says what to look at", async () => {
    const run = await backtest(`http://127.0.0.1:${await freePort()}`);
    expect(run).toMatchObject({ code: 6, stdout: "" });
    expect(run.stderr).toContain("the past of default cannot be read: unreachable");
    expect(run.stderr).toContain("rampart doctor");
  });
});
