import { execFile } from "node:child_process";
import { once } from "node:events";
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startPrometheus, type Prometheus } from "../../demo/peers/prometheus.ts";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import type { DoctorRequest } from "../../src/cli/standalone/doctor.ts";
import type { InitAnswers, InitOutcome, InitProposal } from "../../src/cli/standalone/init.ts";
import { parseFiles } from "../../src/gatefile/parse-files.ts";
import { doctor } from "../../src/standalone/doctor.ts";
import { init } from "../../src/standalone/init.ts";
import { createOutbound } from "../../src/lib/outbound.ts";
import { createFlagServers } from "../../src/unleash/flag-servers.ts";
import { realClock } from "../support/real-clock.ts";
import { startExporter, type Exporter } from "../support/exporter.ts";
import { until } from "../support/until.ts";

const RULES = `
groups:
  - name: checkout
    interval: 1s
    rules:
      - alert: CheckoutErrors
        expr: sum by (job) (rate(http_requests_total{job="checkout",code="500"}[1m])) / sum by (job) (rate(http_requests_total{job="checkout"}[1m])) > 0.5
        labels: { team: team-checkout, severity: critical }
      - alert: CheckoutGone
        expr: absent(up{job="checkout"})
        labels: { service: checkout, team: team-checkout }
      - alert: CheckoutCache
        expr: cache_hits_never_exported{job="checkout"} < 1
        labels: { team: team-checkout }
`;

const MINUTE_S = 60;
const FLAG = "checkout-fast-lane";

let folder: string;
let exporter: Exporter;
let bare: Exporter;
let prometheus: Prometheus;
let proxy: Awaited<ReturnType<typeof startRecordingProxy>>;
const unleash = inject("unleash8");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rampart-init-"));
  exporter = await startExporter((scrape) => page(1_000_000 + scrape * 20));
  bare = await startExporter(() => "bare_things 3\n");
  await backfill();
  await writeFile(join(folder, "rules.yml"), RULES);
  prometheus = await startPrometheus({
    dataDir: join(folder, "prometheus"),
    ruleFiles: [join(folder, "rules.yml")],
    scrapeTargets: [
      { job: "checkout", targets: [exporter.target] },
      { job: "bare", targets: [bare.target] },
    ],
  });
  proxy = await startRecordingProxy(unleash.url);
  const admin = unleashAdmin(unleash, unleash.adminToken);
  const place = { flag: FLAG, environment: "production" };
  await admin.createFlag(FLAG);
  await admin.addRollout({ ...place, rollout: 10, title: "Checkout lane", stickiness: "userId" });
  await admin.switchEnvironment(place, "on");
  for (const [name, token] of Object.entries({
    editor: unleash.rampart.token,
    viewer: unleash.viewer.token,
    client: unleash.backendToken,
  })) {
    await writeFile(join(folder, name), `${token}\n`, { mode: 0o600 });
  }
  await until(async () => {
    const answer = await fetch(
      `${prometheus.url}/api/v1/query?query=${encodeURIComponent('count_over_time(http_requests_total{job="checkout",code="200"}[10s]) >= 5')}`,
    );
    expect(JSON.stringify(await answer.json())).toContain("checkout");
  });
});

afterAll(async () => {
  await proxy?.close();
  await prometheus?.stop();
  await Promise.all([exporter?.stop(), bare?.stop()]);
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const UNTOLD: InitAnswers = {
  source: null,
  service: null,
  owner: null,
  name: null,
  unleash: null,
  unleashTokenFile: null,
  unleashClientTokenFile: null,
  environment: null,
  flag: null,
  strategy: null,
  out: null,
};

describe("init", () => {
  test("proposes what was asked of the real thing, and the server's own loader takes it", async () => {
    const home = await makeHome();
    const proposal = proposed(await propose(home, { service: "checkout", flag: FLAG }));
    const gate = proposal.files.at(-1);
    expect(gate?.path).toBe(join(home, "gates", `${FLAG}.yaml`));
    const { gates, problems } = parseFiles([{ path: "gate.yaml", text: gate?.text ?? "" }], {
      environment: "production",
      server: "main",
      source: "main",
      scrapeIntervalMs: 60_000,
    });
    expect(problems.filter(({ severity }) => severity !== "hint")).toEqual([]);
    expect(gates.get(FLAG)?.gate).toMatchObject({
      owner: "team-checkout",
      service: "checkout",
      mode: null,
      flag: { name: FLAG, strategy: null, stickiness: "userId", also: [] },
      signals: [
        { name: "errors", measure: { kind: "counts" }, samples: null },
        { name: "within-250ms", better: "higher", unit: "ratio" },
        { name: "waiting", unit: "count" },
      ],
    });
    expect(gates.get(FLAG)?.gate.steps.map(({ to }) => to)).toEqual([10, 25, 50, 100]);
    expect(gates.get(FLAG)?.gate.alerts.map(({ match }) => match)).toEqual([
      '{service="checkout"}',
      // Of the rules with this job one reads what nobody exports, so a guard by job would be blind.
      '{alertname="CheckoutErrors", job="checkout"}',
    ]);
    expect(gate?.text).toContain("over the last day it was 2% in the middle");
    expect(gate?.text).toContain(`rampart start ${FLAG} --at 10`);
    expect(proposal.remarks.join("\n")).toContain("CheckoutCache");
  });

  test("writes nothing before it is told to, then files that are never written over", async () => {
    const home = await makeHome();
    const { files, folders } = proposed(await propose(home, { service: "checkout" }));
    await expect(access(join(home, "gates", "checkout.yaml"))).rejects.toThrow();
    expect((await init({ kind: "write", files, folders, force: false })).kind).toBe("written");
    expect(await readFile(join(home, "gates", "checkout.yaml"), "utf8")).toBe(files.at(-1)?.text);
    expect((await init({ kind: "write", files, folders, force: false })).kind).toBe("refused");
    const again = await propose(home, { service: "checkout" });
    expect(again).toMatchObject({ kind: "refused", message: expect.stringContaining("--force") });
  });

  test("proposes a gate that only watches where nothing but its target is there", async () => {
    const home = await makeHome();
    const { files } = proposed(await propose(home, { service: "bare", owner: "team-bare" }));
    expect(files.at(-1)?.text).toContain('avg(up{job="bare"})');
    expect(files.at(-1)?.text).not.toContain("flag:");
  });

  test("names the services there are when nothing names the one that was asked for", async () => {
    const home = await makeHome();
    expect(await propose(home, { service: "chekout" })).toMatchObject({
      kind: "nothing",
      message: expect.stringContaining("service_name"),
      nearest: expect.arrayContaining(["checkout"]),
    });
    expect(await propose(home, {})).toMatchObject({
      kind: "needs",
      what: "service",
      choices: ["bare", "checkout"],
    });
  });

  test("cannot see without Prometheus", async () => {
    const home = await makeHome();
    const outcome = await init({
      kind: "propose",
      places: { prometheus: "http://127.0.0.1:1", alertmanager: null, env: envOf(home) },
      answers: { ...UNTOLD, service: "checkout", owner: "team" },
      force: false,
    });
    expect(outcome).toMatchObject({ kind: "blind", message: expect.stringContaining("unreachable") });
  });
});

describe("doctor", () => {
  test("finds a fresh installation well, and asks with GET and queries alone", async () => {
    const home = await install("editor");
    proxy.seen.length = 0;
    const findings = await examined(home);
    expect(findings.filter(({ verdict }) => verdict === "fault" || verdict === "skipped")).toEqual([]);
    expect(proxy.seen.length).toBeGreaterThan(5);
    expect(proxy.seen.filter((line) => !line.startsWith("GET "))).toEqual([]);
    const wells = findings.filter(({ verdict }) => verdict === "ok").map(({ check }) => check);
    expect(wells).toEqual(
      expect.arrayContaining([
        "prometheus main",
        "unleash main",
        "unleash main: token",
        "unleash main: backend token of production",
        "unleash main: stop switch in production",
        `gate ${FLAG}: signal errors`,
        `gate ${FLAG}: flag ${FLAG}`,
      ]),
    );
  });

  test("a token that may only read is a fault, and none while gates only observe", async () => {
    const home = await install("viewer");
    expect((await examined(home)).filter(isOfFlag)[0]).toMatchObject({
      verdict: "fault",
      message: expect.stringContaining("UPDATE_FEATURE_STRATEGY"),
      mend: expect.stringContaining("permission"),
    });
    expect((await examined(home, { purpose: "observe" })).filter(isOfFlag)[0]).toMatchObject({
      verdict: "warning",
    });
  });

  test("says of each missing piece how to mend it", async () => {
    const home = await install("editor");
    await writeFile(join(folder, "revoked"), "user:revoked\n");
    await chmod(join(folder, "revoked"), 0o644);
    await writeFile(
      join(home, "rampart.yaml"),
      [
        "sources: { main: { url: 'http://127.0.0.1:1' } }",
        `unleash: { main: { url: '${proxy.url}', tokenFile: '${join(folder, "revoked")}' } }`,
        `gates: { path: '${join(home, "gates")}' }`,
        `store: { path: '${join(home, "nowhere", "rampart.db")}' }`,
      ].join("\n"),
    );
    const findings = await examined(home);
    const said = new Map(findings.map((finding) => [finding.check, finding]));
    expect(said.get("prometheus main")).toMatchObject({ verdict: "fault", isUnseen: true });
    expect(said.get("unleash main")).toMatchObject({ verdict: "fault", isUnseen: false });
    expect(said.get(`gate ${FLAG}: readings`)).toMatchObject({ verdict: "skipped" });
    expect(said.get(`gate ${FLAG}: flag ${FLAG}`)).toMatchObject({ verdict: "skipped" });
    expect(said.get(`store ${join(home, "nowhere", "rampart.db")}`)).toMatchObject({ verdict: "fault" });
    expect(said.get("secrets")).toMatchObject({
      verdict: "warning",
      message: expect.stringContaining("revoked"),
    });
    for (const { verdict, mend } of findings) expect(mend === null).toBe(verdict === "ok");
  });
});

test.each([
  ["8.2.0", () => inject("unleash8")],
  ["7.5.1", () => inject("unleash7")],
] as const)("Unleash %s tells of itself and of our tokens", async (version, server) => {
  const { url, rampart, adminToken, backendToken } = server();
  const outbound = (token: string) =>
    createOutbound({ baseUrl: url, auth: { kind: "token", token: { value: token } } });
  const servers = {
    main: outbound(rampart.token),
    seeded: outbound(adminToken),
    sdk: outbound(backendToken),
    revoked: outbound("default:development.revoked"),
  };
  const asked = createFlagServers({
    servers,
    clients: { main: { production: servers.sdk, development: servers.revoked } },
    clock: realClock,
  });
  expect(await asked.about("main")).toEqual({ kind: "told", version, clockSkewMs: 0 });
  expect(await asked.about("sdk")).toMatchObject({ kind: "refused" });
  expect(await asked.token("main")).toEqual({ kind: "told", owner: "user", ends: [expect.any(Number)] });
  expect(await asked.token("seeded")).toEqual({ kind: "told", owner: "environment", ends: null });
  expect(await asked.served("main", "production")).toMatchObject({ kind: "told", environment: "production" });
  expect(await asked.served("main", "development")).toMatchObject({ kind: "refused" });
  await Promise.all(Object.values(servers).map((each) => each.close()));
});

function propose(home: string, told: Partial<InitAnswers>): Promise<InitOutcome> {
  const withUnleash =
    told.flag === undefined
      ? {}
      : {
          unleash: proxy.url,
          unleashTokenFile: join(folder, "editor"),
          unleashClientTokenFile: join(folder, "client"),
        };
  const out = join(home, "gates", `${told.flag ?? told.service ?? "gate"}.yaml`);
  return init({
    kind: "propose",
    places: { prometheus: prometheus.url, alertmanager: null, env: envOf(home) },
    answers: { ...UNTOLD, out, ...withUnleash, ...told },
    force: false,
  });
}

function proposed(outcome: InitOutcome): InitProposal {
  if (outcome.kind !== "proposed") throw new Error(JSON.stringify(outcome));
  return outcome.proposal;
}

/** As `init` leaves it, with everything below one folder. */
async function install(token: "editor" | "viewer"): Promise<string> {
  const home = await makeHome();
  const { files } = proposed(await propose(home, { service: "checkout", flag: FLAG }));
  const gate = files.at(-1);
  await mkdir(join(home, "gates"));
  await mkdir(join(home, "data"));
  await writeFile(join(home, "gates", "gate.yaml"), gate?.text ?? "");
  await writeFile(
    join(home, "rampart.yaml"),
    [
      `sources: { main: { url: '${prometheus.url}' } }`,
      `unleash: { main: { url: '${proxy.url}', tokenFile: '${join(folder, token)}', clientTokenFile: '${join(folder, "client")}' } }`,
      `gates: { path: '${join(home, "gates")}' }`,
      `store: { path: '${join(home, "data", "rampart.db")}' }`,
    ].join("\n"),
  );
  return home;
}

async function examined(home: string, fields: Partial<DoctorRequest> = {}) {
  const { findings } = await doctor({
    places: { prometheus: null, alertmanager: null, env: envOf(home) },
    unleash: null,
    unleashTokenFile: null,
    unleashClientTokenFile: null,
    environment: null,
    purpose: "act",
    ...fields,
  });
  return findings;
}

function isOfFlag({ check }: { readonly check: string }): boolean {
  return check === `gate ${FLAG}: flag ${FLAG}`;
}

async function makeHome(): Promise<string> {
  return await mkdtemp(join(folder, "home-"));
}

function envOf(home: string) {
  return { RAMPART_CONFIG: join(home, "rampart.yaml") };
}

/** Requests so far: one in fifty fails, and all but one in a hundred are quick. */
function page(requests: number): string {
  const [slow, bad] = [Math.floor(requests / 100), Math.floor(requests / 50)];
  return [
    `# TYPE http_requests_total counter`,
    `http_requests_total{code="200"} ${requests - bad}`,
    `http_requests_total{code="500"} ${bad}`,
    `# TYPE http_request_duration_seconds histogram`,
    `http_request_duration_seconds_bucket{le="0.1"} ${Math.floor(requests / 2)}`,
    `http_request_duration_seconds_bucket{le="0.25"} ${requests - slow}`,
    `http_request_duration_seconds_bucket{le="1"} ${requests}`,
    `http_request_duration_seconds_bucket{le="+Inf"} ${requests}`,
    `http_request_duration_seconds_count ${requests}`,
    `http_request_duration_seconds_sum ${requests / 10}`,
    `# TYPE mail_queue_length gauge`,
    `mail_queue_length 4`,
    `# TYPE promhttp_metric_handler_requests_total counter`,
    `promhttp_metric_handler_requests_total{code="200"} 7`,
    "",
  ].join("\n");
}

/** Three hours of the same, ending before the first scrape. */
async function backfill(): Promise<void> {
  const end = Math.floor(Date.now() / 1_000) - 5 * MINUTE_S;
  const labels = `job="checkout",instance="${exporter.target}"`;
  const lines: string[] = [];
  const shape = page(0)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  for (const [index, line] of shape.entries()) {
    const name = line.split(" ")[0] ?? "";
    const series = name.includes("{") ? name.replace("}", `,${labels}}`) : `${name}{${labels}}`;
    for (let step = 0; step <= 180; step += 1) {
      const values = page(1_200 * step)
        .split("\n")
        .filter((each) => each !== "" && !each.startsWith("#"));
      lines.push(`${series} ${values[index]?.split(" ")[1]} ${end - (180 - step) * MINUTE_S}`);
    }
  }
  const file = join(folder, "past.txt");
  await writeFile(file, `${lines.join("\n")}\n# EOF\n`);
  const into = join(folder, "prometheus", "tsdb");
  await mkdir(into, { recursive: true });
  await promisify(execFile)("promtool", ["tsdb", "create-blocks-from", "openmetrics", "-q", file, into]);
}

/** Passes everything on and remembers what was asked. */
async function startRecordingProxy(target: string) {
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    const { method = "GET", url = "/", headers } = incoming;
    const outgoing = send(new URL(url, target), {
      method,
      headers: { ...headers, host: new URL(target).host },
    });
    incoming.pipe(outgoing);
    outgoing.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
