import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Labels } from "../../src/domain/matcher.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import type { SampledSeries } from "../../src/rehearsal/ports.ts";
import { withMetricPrefix } from "../../src/promql/renamed-metrics.ts";
import { testGates } from "../../src/standalone/test-gates.ts";
import { type OpenedEngine, openEngine } from "../../src/standalone/throwaway-engine.ts";
import { runHere } from "../support/command-line.ts";

const FROM = Date.UTC(2026, 2, 3, 9);

function series(labels: Labels, value: (minute: number) => number | "stale" | null): SampledSeries {
  const samples = Array.from({ length: 60 }, (_, minute) => ({
    at: FROM + minute * MINUTE,
    value: value(minute),
  }));
  return {
    labels,
    samples: samples.flatMap((each) => (each.value === null ? [] : [{ ...each, value: each.value }])),
  };
}

const SERIES: readonly SampledSeries[] = [
  series({ __name__: "requests_total", job: "a", code: "200" }, (minute) => 60 * minute),
  series({ __name__: "requests_total", job: "a", code: "500" }, (minute) => 2 * minute),
  series({ __name__: "requests_total", job: "b", code: "200" }, (minute) => 30 * minute),
  series({ __name__: "requests_total", job: "b", code: "500" }, (minute) => (minute < 30 ? 0 : 3 * minute)),
  series({ __name__: "depth" }, (minute) => minute % 7),
  series({ __name__: "depth_limit", job: "a" }, () => 5),
  series({ __name__: "gone", job: "a" }, (minute) => (minute < 20 ? 1 : minute === 20 ? "stale" : null)),
  series({ __name__: "silent", job: "a" }, (minute) => (minute < 20 ? 1 : null)),
  series({ __name__: "a:b:sum", job: "a" }, (minute) => minute),
  ...["0.1", "0.5", "+Inf"].map((le, index) =>
    series({ __name__: "seconds_bucket", job: "a", le }, (minute) => (index + 1) * 10 * minute),
  ),
];

/** Everything in which a name, or the label that could have stood in its place, may play a part. */
const EXPRESSIONS = [
  "depth",
  "requests_total",
  'requests_total{job="a"}',
  "sum(requests_total)",
  "sum by (job) (rate(requests_total[5m]))",
  "sum without (code) (rate(requests_total[5m]))",
  "count by (__name__) (requests_total)",
  "sum(requests_total) by (__name__, job)",
  "depth / sum(requests_total)",
  "requests_total / on(job) group_left sum by (job) (requests_total)",
  'requests_total{code="500"} / ignoring(code) requests_total{code="200"}',
  "requests_total / ignoring(code, job) group_left sum(requests_total)",
  'sum(rate(requests_total{code="500"}[5m])) / sum(rate(requests_total[5m]))',
  "depth and absent(nothing)",
  "absent(nothing)",
  'absent(nothing{job="a",code!="b"})',
  "absent(depth)",
  "absent_over_time(gone[5m])",
  "depth or vector(1)",
  "nothing or vector(0)",
  "depth unless vector(1)",
  "depth_limit > bool on() depth",
  "depth * vector(2)",
  "scalar(depth) + 1",
  "gone",
  "silent",
  "max(timestamp(silent))",
  "max(timestamp(gone))",
  "time() - max(timestamp(requests_total))",
  "hour() + minute(vector(time()))",
  '{job="a"}',
  'count({job="a",code!="500"})',
  '{__name__="depth"}',
  '{__name__=~"dep.*|gone"}',
  '{__name__!="depth",job="a"}',
  '{__name__!~"req.*|sec.*",job="a"}',
  'sum({__name__=~".+"})',
  'sum({__name__=~"requests_total|depth"})',
  "a:b:sum",
  "rate(a:b:sum[10m])",
  "max_over_time(sum(depth)[10m:1m])",
  "depth offset 10m",
  "depth @ 1772528400",
  "avg_over_time(depth[10m] offset 5m)",
  "topk(1, requests_total)",
  'label_replace(depth, "copy", "$1", "job", "(.*)")',
  'label_join(requests_total, "both", "-", "job", "code")',
  'count_values("value", requests_total)',
  "histogram_quantile(0.9, sum by (le) (rate(seconds_bucket[5m])))",
  "quantile(0.5, requests_total)",
  "stddev by (job) (requests_total)",
  "group by (job) (requests_total)",
  "-depth",
  "sort_desc(requests_total)",
  "changes(depth[10m]) > 3",
  "predict_linear(depth[10m], 60)",
] as const;

let opened: Extract<OpenedEngine, { ok: true }>;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gate-tests-"));
  const engine = await openEngine(process.env);
  if (!engine.ok) throw new Error(engine.message);
  opened = engine;
});

afterAll(async () => {
  await opened.close();
  await rm(folder, { recursive: true, force: true });
});

describe("cases that share one Prometheus", () => {
  test("get the answers that each would get alone", async () => {
    // The names as they are, in a Prometheus where nothing else is.
    const alone = await openEngine(process.env);
    if (!alone.ok) throw new Error(alone.message);
    try {
      expect(await alone.engine.load(SERIES)).toBeNull();
      for (const [index, factor] of [1, 10, 100].entries())
        expect(
          await opened.engine.load(SERIES.map((each) => renamed(each, `c${index + 1}_`, factor))),
        ).toBeNull();
      const span = { from: FROM, to: FROM + 70 * MINUTE, stepMs: MINUTE };
      for (const expression of EXPRESSIONS) {
        const packed = withMetricPrefix(expression, "c1_");
        if (!packed.ok) throw new Error(`${expression}: ${packed.problem}`);
        const [own, other] = [
          await alone.engine.range(expression, span),
          await opened.engine.range(packed.text, span),
        ];
        expect(nameless(other), expression).toEqual(nameless(own));
        const at = FROM + 40 * MINUTE + 7_000;
        expect(await opened.engine.ask(packed.text, at), expression).toEqual(
          await alone.engine.ask(expression, at),
        );
      }
    } finally {
      await alone.close();
    }
  });

  test("may lie years apart, before and after now", async () => {
    for (const year of [2030, 2001, 2026]) {
      const at = Date.UTC(year, 5, 1);
      const given = { labels: { __name__: "far" }, samples: [{ at, value: year }] };
      expect(await opened.engine.load([given])).toBeNull();
    }
    for (const year of [2001, 2026, 2030])
      expect(await opened.engine.ask("far", Date.UTC(year, 5, 1, 0, 1))).toMatchObject({ value: year });
  });
});

function renamed({ labels, samples }: SampledSeries, prefix: string, factor: number): SampledSeries {
  return {
    labels: { ...labels, __name__: `${prefix}${labels["__name__"] ?? ""}` },
    samples: samples.map(({ at, value }) => ({ at, value: value === "stale" ? value : value * factor })),
  };
}

/** Values with their labels but the name, in an order of their own. */
function nameless(reply: Awaited<ReturnType<(typeof opened)["engine"]["range"]>>) {
  if (reply.kind === "unknown") return reply;
  const found = reply.series.map(({ labels: { __name__: _name, ...labels }, points }) => ({
    labels,
    points,
  }));
  return found.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const GATE = `schema: gate/v1
name: checkout
owner: team-checkout
runbook: https://runbooks.example.com/checkout
flag: checkout
signals:
  - name: errors
    query: sum(rate(requests_total{code="500"}[5m])) / sum(rate(requests_total[5m]))
    advance: at most 1%
    rollback: above 5% for 2m
  - name: backlog
    query: max(queue:depth:max)
    unit: count
    advance: at most 10
    halt: above 100
  - name: compared
    query: sum(compared_off) / sum(compared)
    unit: ratio
    samples: sum(compared)
    bad: sum(compared_off)
    asOf: max(watermark_seconds)
    lag: 5m
    period: 5m
    settle: 1m
    advance: at most 1%
    rollback: above 5% for 2 runs
`;

const RULES = `groups:
  - name: queue
    interval: 30s
    rules:
      - record: queue:depth:max
        expr: max by (queue) (queue:depth:all)
        labels: { made: here }
      - record: queue:depth:all
        expr: sum by (queue, shard) (depth) > 0
      - alert: Deep
        expr: depth > 100
`;

const TESTS = `schema: gate-test/v1
gate: checkout
rules: [../../rules.yml]
before: 10m
series:
  requests_total{code="200"}: 0+600x120
  requests_total{code="500"}: 0x120
  depth{queue="orders",shard="1"}: 3x120
  depth{queue="orders",shard="2"}: 4x120
  compared: 1000x120
  compared_off: 0x120
  watermark_seconds: now-1mx120
cases:
  - name: grows
    start: { at: 2026-03-03T09:00, step: 1, held: 30m }
    expect:
      - { after: 1m, verdict: wait, because: errors is settling, exposure: 25%, step: 2 }
  - name: a queue that nobody reports any more is missing, and halts
    start: { at: 2019-03-03T09:00, step: 2 }
    series:
      depth{queue="orders",shard="1"}: 3x20 stale
      depth{queue="orders",shard="2"}: 4x20 stale
    expect:
      - { after: 10m, verdict: good }
      - { after: 15m, verdict: wait, because: backlog is missing, exposure: 25% }
      - { after: 45m, verdict: halt, state: halted }
  - name: a run counts when the watermark goes on
    start: { step: 2 }
    series:
      compared_off: 0x20 100x100
      watermark_seconds: start-10mx9 startx5 start+5mx5 start+10mx5 start+15mx100
    expect:
      - { after: 9m, verdict: good }
      - { after: 13m, because: compared is between, exposure: 25% }
      - { after: 19m, state: rolled-back, because: "compared: 10%, rollback above 5% for 2 runs", exposure: 0% }
`;

const GUARDED = `schema: gate/v1
name: guarded
owner: team-checkout
runbook: https://runbooks.example.com/checkout
flag: guarded
alerts: ['{service="checkout",tier="1"}']
signals:
  - name: errors
    query: sum(rate(errors_total{job="checkout"}[5m])) / sum(rate(requests_total{job="checkout"}[5m]))
    advance: at most 50%
`;

const ALERTS = `groups:
  - name: checkout
    interval: 30s
    rules:
      - record: job:errors:ratio
        expr: sum by (job) (rate(errors_total[5m])) / sum by (job) (rate(requests_total[5m]))
      - alert: Errors
        expr: job:errors:ratio{job="checkout"} > 0.02
        for: 2m
        labels: { service: checkout, severity: critical, tier: 1 }
      - alert: Deep
        expr: depth > 10
        labels: { service: checkout, tier: 1 }
      - alert: Elsewhere
        expr: depth > 0
        labels: { service: pricing, tier: 1 }
      - alert: Minor
        expr: depth > 0
        labels: { service: checkout, tier: 2, team: '{{ $labels.team }}' }
`;

const GUARDED_TESTS = `schema: gate-test/v1
gate: guarded
rules: [../../rules.yml]
before: 10m
series:
  requests_total{job="checkout"}: 0+600x120
  errors_total{job="checkout"}: 0x120
  depth: 5x120
cases:
  - name: neither a quiet rule nor those of others stop it
    start: { step: 1, held: 1h }
    expect:
      - { after: 6m, verdict: good, because: '{service="checkout",tier="1"} is good' }
  - name: a pending alert waits, and a critical one that fires takes it back
    start: { step: 1 }
    series:
      errors_total{job="checkout"}: 0x15 60+60x100
    expect:
      - { after: 7m, verdict: wait, because: Errors is pending, exposure: 5% }
      - { after: 12m, because: Errors is firing, exposure: 0% }
  - name: another one that fires halts it, until it is over
    start: { step: 1 }
    series:
      depth: 5x15 20x10 5x95
    expect:
      - { after: 7m, verdict: halt, because: Deep is firing, state: halted, exposure: 5% }
      - { after: 17m, verdict: good, state: halted }
  - name: a silenced one waits
    start: { step: 1 }
    series:
      depth: 5x15 20x100
    events:
      - { after: 1m, silence: Deep, for: 10m, by: kim }
    expect:
      - { after: 7m, verdict: wait, because: silenced by kim, state: proving }
      - { after: 12m, state: halted }
  - name: a rule whose series are gone is missing, not quiet
    start: { step: 1 }
    series:
      depth: 5x15 stale
    expect:
      - { after: 12m, verdict: wait, because: '{service="checkout",tier="1"} is missing' }
`;

/** A folder of gates with these tests; the rules that they name lie beside it. */
async function gatesWith(tests: string): Promise<string> {
  const home = await mkdtemp(join(folder, "home-"));
  const gates = join(home, "gates");
  await mkdir(join(gates, "tests"), { recursive: true });
  await writeFile(join(home, "rules.yml"), RULES);
  await writeFile(join(gates, "checkout.yaml"), GATE);
  await writeFile(join(gates, "tests/checkout.yaml"), tests);
  return gates;
}

describe("rampart test", () => {
  test("plays cases on rules, watermarks and series that end", async () => {
    const run = await runHere(["test", await gatesWith(TESTS)]);
    expect(run.stdout).toContain("✔ grows");
    expect(run, run.stdout).toMatchObject({ code: 0, stderr: "" });
  });

  test("says what failed, where, and why, and ends with 2", async () => {
    const gates = await gatesWith(
      TESTS.replace("verdict: wait, because: errors is settling", "verdict: good"),
    );
    const run = await runHere(["test", join(gates, "checkout.yaml")]);
    const where = `${join(gates, "tests/checkout.yaml")}:17 after 1m: expected verdict good; was verdict wait`;
    expect(run.stdout).toContain(where);
    expect(run.stdout).toContain("errors is settling: settles for another 4m; reads 0 of 3000 samples");
    expect(run.stdout).toContain("3 cases, 1 failed");
    expect(run.code).toBe(2);
  });

  test("tests nothing without a Prometheus on PATH, and says how to get one", async () => {
    const run = await runHere(["test", await gatesWith(TESTS)], { env: { PATH: folder } });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("apt-get install prometheus");
  });

  test("says which changes of a gate no case notices, and fails where too few are", async () => {
    const gates = await gatesWith(TESTS);
    const run = await runHere(["test", gates, "--at-least", "100"]);
    expect(run.stdout).toContain(
      `✖ errors: rollback above 5% for 2m: doubled  ${join(gates, "checkout.yaml")}:10`,
    );
    expect(run.stdout).not.toContain("backlog: advance at most 10: halved: turned");
    expect(run.code).toBe(2);
  });

  test("has guards see the alerts of its rule files as they would see those of Prometheus", async () => {
    const home = await mkdtemp(join(folder, "guards-"));
    await mkdir(join(home, "gates/tests"), { recursive: true });
    await writeFile(join(home, "rules.yml"), ALERTS);
    await writeFile(join(home, "gates/guarded.yaml"), GUARDED);
    await writeFile(join(home, "gates/tests/guarded.yaml"), GUARDED_TESTS);
    const outcome = await testGates({
      path: join(home, "gates"),
      mutate: true,
      env: { PATH: process.env["PATH"] },
    });
    if (outcome.kind !== "tested") throw new Error(JSON.stringify(outcome));
    expect(outcome.cases.flatMap(({ failures }) => failures)).toEqual([]);
    expect(outcome.cases).toHaveLength(5);
    const missed = (outcome.mutants ?? []).filter(({ caughtBy }) => caughtBy === null);
    expect(outcome.mutants?.length).toBeGreaterThan(10);
    expect(missed.filter(({ signal }) => signal.startsWith("alerts"))).toEqual([]);
  });

  test("finds the shipped gates as their tests say, and every change of them noticed", async () => {
    const shipped = join(import.meta.dirname, "../../gates");
    const run = await runHere(["test", shipped, "--at-least", "95", "-o", "json"]);
    expect(run, run.stdout).toMatchObject({ code: 0, stderr: "" });
    const { cases, caught } = JSON.parse(run.stdout) as { cases: readonly unknown[]; caught: number };
    expect(cases.length).toBeGreaterThan(10);
    expect(caught).toBeGreaterThanOrEqual(0.95);
  }, 240_000);
});
