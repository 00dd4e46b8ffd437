import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "../../demo/peers/free-port.ts";
import { startPrometheus, type Prometheus } from "../../demo/peers/prometheus.ts";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { backfill } from "../support/backfill.ts";
import { type CliRun, runHere } from "../support/command-line.ts";

const MINUTES = 60;
const HOURS = 3_600;

const RULES = `
groups:
  - name: shop
    rules:
      - { alert: Quiet, expr: 'queue_depth{queue="calm"} > 100', labels: { service: calm } }
      - { alert: Stuck, expr: 'queue_depth{queue="stuck"} > 10', labels: { service: stuck, severity: critical } }
      - { alert: Growing, expr: 'queue_depth{queue="stuck"} > 10', for: 6h, labels: { service: growing } }
      - { alert: Blind, expr: 'dead_depth > 10', labels: { service: blind } }
`;

let folder: string;
let server: Prometheus;

/** What a counter shows that adds 100 at each sample, times the share at that time. Asked in the order of time. */
function counter(share: (ago: number) => number): (ago: number) => number {
  let sum = 0;
  return (ago) => (sum += 100 * share(ago));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "try-and-check-"));
  const now = Date.now();
  const dataDir = join(folder, "data");
  await backfill(
    dataDir,
    now,
    [
      {
        name: "requests_total",
        type: "counter",
        series: [
          { series: 'requests_total{app="well"}', value: counter(() => 1) },
          { series: 'requests_total{app="ill"}', value: counter(() => 1) },
          {
            series: 'requests_total{app="gone"}',
            value: (ago) => (ago > 10 * MINUTES ? 1e6 - 6 * ago : null),
          },
        ],
      },
      {
        name: "errors_total",
        type: "counter",
        series: [
          {
            series: 'errors_total{app="well"}',
            value: counter((ago) => (ago > 2 * HOURS && ago < 2.2 * HOURS ? 0.1 : 0.001)),
          },
          { series: 'errors_total{app="ill"}', value: counter((ago) => (ago < 10 * MINUTES ? 0.3 : 0.001)) },
        ],
      },
      {
        name: "queue_depth",
        type: "gauge",
        series: [
          { series: 'queue_depth{queue="calm"}', value: () => 3 },
          { series: 'queue_depth{queue="stuck"}', value: (ago) => (ago < HOURS ? 50 : 3) },
        ],
      },
      {
        name: "dead_depth",
        type: "gauge",
        series: [{ series: "dead_depth", value: (ago) => (ago > 10 * MINUTES ? 3 : null) }],
      },
    ],
    { lastSeconds: 4 * HOURS, aheadSeconds: 10 * MINUTES, stepSeconds: 15 },
  );
  const rules = join(folder, "rules.yml");
  await writeFile(rules, RULES);
  server = await startPrometheus({ dataDir, ruleFiles: [rules] });
  await until("the rules are evaluated", async () => {
    const response = await fetch(`${server.url}/api/v1/alerts`);
    const { data } = (await response.json()) as { data: { alerts: readonly { state: string }[] } };
    return data.alerts.length === 2;
  });
});

afterAll(async () => {
  await server?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

function rampart(...args: readonly string[]): Promise<CliRun> {
  return runHere(args, { env: environment() });
}

function environment(): Readonly<Record<string, string>> {
  return { PROMETHEUS_URL: server.url, RAMPART_CONFIG: join(folder, "none.yaml") };
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await sleep(100);
  }
}

const ratio = (app: string) =>
  `sum(rate(errors_total{app="${app}"}[5m])) / sum(rate(requests_total{app="${app}"}[5m]))`;
const LIMITS = ["--advance", "at most 0.5%", "--rollback", "above 2% for 2m"];

describe("rampart try", () => {
  test("a healthy ratio is 0, and the breach of two hours ago was a rollback", async () => {
    const run = await rampart("try", ratio("well"), ...LIMITS, "--last", "4h", "-o", "json");
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const body = JSON.parse(run.stdout) as {
      value: number;
      past: { rollbacks: { times: number; longest: number }; share: { good: number } };
    };
    expect(body.value).toBeCloseTo(0.001, 4);
    expect(body.past.rollbacks.times).toBe(1);
    expect(body.past.rollbacks.longest).toBeGreaterThan(10 * MINUTES);
    expect(body.past.share.good).toBeGreaterThan(0.8);
  });

  test("a breach that has lasted for its time is 4", async () => {
    const run = await rampart("try", ratio("ill"), ...LIMITS, "--last", "1h");
    expect(run).toMatchObject({ code: 4 });
    expect(run.stdout).toContain("rolling back");
  });

  test("the gate it proposes is one that lint and check take", async () => {
    const run = await rampart("try", ratio("well"), "--last", "1h", "-o", "json");
    const { gate } = JSON.parse(run.stdout) as { gate: string };
    const file = join(folder, "proposed.yaml");
    await writeFile(file, gate);
    expect(await rampart("lint", file)).toMatchObject({ code: 0 });
    expect(await rampart("check", file)).toMatchObject({ code: 0 });
  });

  test.each([
    ["Quiet", 0],
    ["Growing", 3],
    ["Stuck", 4],
    ["Blind", 6],
    ['{service="stuck"}', 4],
  ])("the alert %s is %i", async (text, code) => {
    expect(await rampart("try", text, "--last", "1h")).toMatchObject({ code });
  });

  test("several series are told with the query that makes them one", async () => {
    const run = await rampart("try", "queue_depth", "--halt", "above 10", "--last", "1h");
    expect(run.code).toBe(6);
    expect(run.stdout).toContain("they differ in queue (calm, stuck)");
    expect(run.stdout).toContain("max(queue_depth)");
  });

  test("a name nobody knows is told with the nearest ones", async () => {
    expect(await rampart("try", "Stuk")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there is: Stuck"),
    });
  });

  test("as of an hour ago the queue was well", async () => {
    const at = new Date(Date.now() - 2 * HOURS * 1_000).toISOString();
    const query = 'queue_depth{queue="stuck"}';
    expect(await rampart("try", query, "--halt", "above 10", "--at", at, "--last", "1h")).toMatchObject({
      code: 0,
    });
    expect(await rampart("try", query, "--halt", "above 10", "--last", "1h")).toMatchObject({ code: 4 });
  });
});

async function gateFile(name: string, ...lines: readonly string[]): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, ["schema: gate/v1", `name: ${name}`, "owner: team-shop", ...lines, ""].join("\n"));
  return file;
}

const watching = (app: string) => [
  "signals:",
  `  - query: ${ratio(app)}`,
  "    advance: at most 0.5%",
  "    rollback: above 2% for 2m",
];

describe("rampart check FILE", () => {
  test.each([
    ["well", 0],
    ["ill", 4],
    ["gone", 6],
  ])("a gate on the application that is %s ends with %i", async (app, code) => {
    const run = await rampart("check", await gateFile(app, ...watching(app)), "-o", "json");
    expect(run).toMatchObject({ code, stderr: "" });
    expect(JSON.parse(run.stdout)).toMatchObject({ gate: app, for: "deploy", exitCode: code });
  });

  test.each([
    ["calm", 0],
    ["growing", 3],
    ["stuck", 4],
    ["blind", 6],
    ["nobody", 6],
  ])("a gate of the alerts of %s alone ends with %i", async (service, code) => {
    const file = await gateFile(`alerts-${service}`, "alerts:", `  - '{service="${service}"}'`);
    expect(await rampart("check", file)).toMatchObject({ code });
  });

  test("a gate whose source has another name than the URL's is read from the URL", async () => {
    expect(
      await rampart("check", await gateFile("named", "source: main", ...watching("well"))),
    ).toMatchObject({
      code: 0,
    });
  });

  test("a file with a mistake is told as the linter tells it", async () => {
    const file = await gateFile("bad", ...watching("well"), "    hlat: above 1%");
    const run = await rampart("check", file);
    expect(run.code).toBe(2);
    expect(run.stdout).toContain("error[R101]");
  });

  test("a file that is not there, and no Prometheus to ask, are told", async () => {
    expect(await rampart("check", "nowhere.yaml")).toMatchObject({
      code: 2,
      stderr: "nowhere.yaml cannot be read\n",
    });
    const file = await gateFile("alone", ...watching("well"));
    const run = await runHere(["check", file], {
      env: { RAMPART_CONFIG: join(folder, "none.yaml") },
    });
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("give --prometheus <url>") });
  });

  test("a Prometheus that is not there cannot be seen", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    for (const args of [
      ["check", await gateFile("dark", ...watching("well"))],
      ["try", ratio("well"), ...LIMITS],
    ]) {
      expect(await rampart(...args, "--prometheus", url)).toMatchObject({ code: 6 });
    }
  });

  test("waiting in vain is 7, and says what it waited for", async () => {
    const file = await gateFile("waiting", "every: 1s", "alerts:", `  - '{service="growing"}'`);
    const run = await rampart("check", file, "--wait", "2s");
    expect(run).toMatchObject({ code: 7, stderr: expect.stringContaining("waited 2s in vain") });
    expect(run.stderr).toContain("Growing is pending");
  });

  test("a flag raised just now lets its signals settle, and is told where it stands", async () => {
    const unleash = inject("unleash8");
    const setup = unleashAdmin(unleash, unleash.colleague.token);
    await setup.createFlag("checked-without-a-server");
    await setup.addRollout({ flag: "checked-without-a-server", environment: "production", rollout: 25 });
    await setup.switchEnvironment({ flag: "checked-without-a-server", environment: "production" }, "on");
    const file = await gateFile(
      "flagged",
      "flag: { unleash: checked-without-a-server, environment: production }",
      ...watching("well"),
      "    settle: 1h",
    );
    expect(await rampart("check", file)).toMatchObject({ code: 0 });

    const env = { ...environment(), RAMPART_UNLEASH_TOKEN: unleash.rampart.token };
    const args = ["check", file, "--unleash", unleash.url, "-o", "json"];
    const run = await runHere(args, { env });
    expect(run).toMatchObject({ code: 3, stderr: "" });
    expect(JSON.parse(run.stdout)).toMatchObject({
      for: "advance",
      exposure: { set: 25 },
      step: { index: 2, of: 4, next: 50 },
      because: [{ kind: "settle" }],
      remarks: [],
    });
  });

  test("a flag that cannot be read is not open, and a token that may not raise it is a remark", async () => {
    const unleash = inject("unleash8");
    const file = await gateFile("unflagged", "flag: never-made", ...watching("well"));
    const viewer = { ...environment(), RAMPART_UNLEASH_TOKEN: unleash.viewer.token };
    const run = await runHere(["check", file, "--unleash", unleash.url, "-o", "json"], {
      env: viewer,
    });
    const { remarks } = JSON.parse(run.stdout) as { remarks: readonly string[] };
    expect(remarks.join("\n")).toContain("there is no flag never-made");

    const nowhere = `http://127.0.0.1:${await freePort()}`;
    expect(await runHere(["check", file, "--unleash", nowhere], { env: viewer })).toMatchObject({
      code: 6,
    });
  });
});

const lintOnline = (file: string, ...more: readonly string[]) =>
  rampart("lint", file, "--online", "-o", "json", ...more);
const problemsOf = ({ stdout }: CliRun) =>
  (JSON.parse(stdout) as { problems: readonly { code: string; message: string }[] }).problems.map(
    ({ code, message }) => `${code} ${message}`,
  );

describe("rampart plan", () => {
  test("counts what there is, and says when it proves something and how often it halted", async () => {
    const file = await gateFile(
      "planned",
      "flag: planned",
      "steps:",
      "  - { to: 5%, hold: 30m, prove: 3% }",
      "  - { to: 100%, bake: 1d }",
      "signals:",
      "  - name: outcomes",
      "    counts: { bad: errors_total, total: requests_total }",
      `    cohorts: { candidate: 'app="well"', control: 'app="ill"' }`,
      "    advance: at most 1pp over control",
      "  - { name: stuck, query: sum(queue_depth), advance: at most 5, halt: above 40 }",
    );
    const run = await rampart("plan", file, "-o", "json");
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const { plans } = JSON.parse(run.stdout) as {
      plans: readonly { traffic: { perHour: number }; steps: readonly { perHour: number }[] }[];
    };
    expect(plans).toMatchObject([
      {
        gate: "planned",
        changes: null,
        traffic: { signal: "outcomes" },
        steps: [{ proves: { noneBad: 103, oneBad: 268 }, hold: 1_800 }, { bake: 86_400 }],
        // Four hours are no day.
        halts: { times: null },
      },
    ]);
    // Two applications with 100 each 15 s.
    expect(Math.round((plans[0]?.traffic.perHour ?? 0) / 1_000)).toBe(48);
    expect(Math.round((plans[0]?.steps[0]?.perHour ?? 0) / 100)).toBe(24);
  });
});

describe("rampart lint --online", () => {
  test("series that are there leave nothing to say", async () => {
    const run = await lintOnline(await gateFile("online-well", ...watching("well")));
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(problemsOf(run)).toEqual([]);
  });

  test("a value no series has, several series and a metric that is not there are told", async () => {
    const file = await gateFile(
      "online-wrong",
      "signals:",
      '  - query: sum(queue_depth{queue="clam"})',
      "    halt: above 10",
      "  - { name: each, query: queue_depth, halt: above 10 }",
      "  - { name: gone, query: sum(queue_deptj), halt: above 10 }",
    );
    const run = await lintOnline(file);
    expect(run.code).toBe(2);
    expect(problemsOf(run)).toEqual([
      "R311 `queue` of `queue_depth` is never `clam`",
      "R306 2 series match; one is needed",
      "R311 there is no series `queue_deptj`",
    ]);
  });

  test("a Prometheus that is not there is not well", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const run = await lintOnline(await gateFile("online-dark", ...watching("well")), "--prometheus", url);
    expect(run).toMatchObject({ code: 6, stderr: expect.stringContaining("cannot see: default: ") });
  });

  test("a flag nobody made and a field nobody knows are errors", async () => {
    const unleash = inject("unleash8");
    const config = join(folder, "online.yaml");
    const sources = { main: { url: server.url } };
    await writeFile(config, JSON.stringify({ sources, unleash: { main: { url: unleash.url } } }));
    const flag = "flag: { unleash: never-made, environment: production, stickiness: orderNumber }";
    const file = await gateFile("online-flagless", flag, ...watching("well"));
    const env = { RAMPART_CONFIG: config, RAMPART_UNLEASH_MAIN_TOKEN: unleash.viewer.token };
    const run = await runHere(["lint", file, "--online", "-o", "json"], { env });
    expect(run).toMatchObject({ code: 2, stderr: "" });
    expect(
      problemsOf(run)
        .map((each) => each.slice(0, 4))
        .toSorted(),
    ).toEqual(["R112", "R129"]);
  });
});
