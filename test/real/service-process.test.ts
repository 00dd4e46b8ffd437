import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "../../demo/peers/free-port.ts";
import type { Life } from "../../demo/peers/life.ts";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { splitTitle } from "../../src/domain/token.ts";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import { type RunningService, beginServe, startService } from "../support/running-service.ts";
import { rampGate, watchGate } from "../support/service-gates.ts";
import { makeServiceHome } from "../support/service-home.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";
import { type WriteProxy, startWriteProxy } from "../support/write-proxy.ts";

const ENVIRONMENT = "production";
/** The platform kills what has not ended 10 s after SIGTERM. */
const STOP_WITHIN_MS = 10_000;
const RAISED = "process-raised";
const HALTED = "process-halted";
const PINNED = "process-pinned";
const FLAGS = [RAISED, HALTED, PINNED];
const SLOW = ["{ to: 1%, hold: 10m }", "{ to: 100%, bake: 1s }"];

const signals = shopSignals([...FLAGS, "watching"]);
let prometheus: FakePrometheus;
let proxy: WriteProxy;
let service: RunningService;

beforeAll(async () => {
  prometheus = await startFakePrometheus();
  prometheus.onRequest(signals.reply);
  const unleash = inject("unleash8");
  proxy = await startWriteProxy(unleash.url);
  const setup = unleashAdmin(unleash, unleash.adminToken);
  for (const flag of FLAGS) {
    await setup.createFlag(flag);
    await setup.addRollout({ flag, environment: ENVIRONMENT, rollout: 0, title: "Gradual" });
    await setup.switchEnvironment({ flag, environment: ENVIRONMENT }, "on");
  }
  const preload = join(await mkdtemp(join(tmpdir(), "rampart-preload-")), "reject-on-signal.mjs");
  preloads.push(preload);
  await writeFile(preload, 'process.on("SIGUSR2", () => void Promise.reject(new Error("planted")));\n');
  service = await startService(
    {
      gates: {
        "raised.yaml": rampGate({ name: RAISED }),
        "halted.yaml": rampGate({ name: HALTED, steps: SLOW }),
        "pinned.yaml": rampGate({ name: PINNED, steps: SLOW }),
        "watching.yaml": watchGate({ name: "watching" }),
      },
      sources: { main: { url: prometheus.url, timeout: "3s" } },
      unleash: { main: { url: proxy.url, token: unleash.rampart.token, clientToken: unleash.backendToken } },
    },
    { nodeArguments: ["--import", preload] },
  );
});

const preloads: string[] = [];

afterAll(async () => {
  await service?.stop();
  await proxy?.close();
  await prometheus?.stop();
  for (const preload of preloads) await rm(join(preload, ".."), { recursive: true });
});

const now = (gate: string) => service.lead.client.gate(gate);
const rolloutOf = async (flag: string) => {
  const unleash = inject("unleash8");
  const [strategy] = await unleashAdmin(unleash, unleash.adminToken).strategies({
    flag,
    environment: ENVIRONMENT,
  });
  return { rollout: strategy?.parameters["rollout"], token: splitTitle(strategy?.title ?? null).token };
};
const raises = async (gate: string): Promise<readonly (number | undefined)[]> =>
  (await service.lead.client.decisions(gate)).flatMap(({ action }) =>
    action.kind === "raise" ? [action.to] : [],
  );

describe("files", () => {
  test("a bad gate file is told with its place, and the other gates go on", async () => {
    await service.writeGate("bad.yaml", "schema: gate/v1\nname: bad\nowner: checkout\nflagg: typo\n");
    await until(async () => {
      const told = (await service.stdout())
        .split("\n")
        .filter((line) => line.includes("a gate file has a problem"))
        .map((line) => (JSON.parse(line) as { problem: object }).problem);
      expect(told).toContainEqual(expect.objectContaining({ line: 4, column: 1, code: "R101" }));
    });
    // A gate that never was valid does not exist.
    expect((await service.get("/v1/gates/bad", service.lead.token)).status).toBe(404);
    const before = Date.now();
    await until(async () => {
      const [newest] = await service.lead.client.decisions("watching");
      expect(newest?.verdict).toBe("good");
      expect(Date.parse(newest?.lastAt ?? "")).toBeGreaterThan(before);
    });
    await service.removeGate("bad.yaml");
  });

  test("SIGHUP reads the files again and ends nothing", async () => {
    const readings = async () => (await service.stdout()).split("gate files were read again").length;
    const before = await readings();
    await service.writeGate("hup.yaml", "schema: gate/v1\nname: hup\nowner: checkout\nflagg: typo\n");
    process.kill(service.pid(), "SIGHUP");
    await until(async () => expect(await readings()).toBeGreaterThan(before));
    expect((await service.get("/v1/gates", service.lead.token)).status).toBe(200);
    await service.removeGate("hup.yaml");
  });

  test("a ramp keeps the definition it began with, and rises no more while the file says something else", async () => {
    await service.lead.client.act(PINNED, "start", "release 7");
    await until(async () => expect((await now(PINNED)).exposure.set).toBe(1));

    const eager = rampGate({ name: PINNED, steps: ["{ to: 1%, hold: 1s }", "{ to: 100%, bake: 1s }"] });
    await service.writeGate("pinned.yaml", eager);
    const codes = async () => (await now(PINNED)).because.map(({ kind, code }) => `${kind}/${code}`);
    await until(async () => expect(await codes()).toContain("definition/changed"));
    // The hold is still that of the definition it began with.
    expect(await codes()).toContain("hold/hold");

    await service.writeGate("pinned.yaml", rampGate({ name: PINNED }).replace("owner:", "ownre:"));
    await until(async () => expect(await codes()).toContain("definition/invalid"));
    const broken = await service.get(`/v1/gates/${PINNED}`, service.lead.token);
    expect(await broken.json()).toMatchObject({
      exitCode: 4,
      problems: expect.arrayContaining([expect.objectContaining({ line: 4, column: 1, code: "R101" })]),
    });
    await service.removeGate("pinned.yaml");
    await until(async () => expect(await codes()).toContain("definition/gone"));
    // Nobody's file is needed to go back.
    await service.lead.client.act(PINNED, "rollback", "its file is gone");
    await until(async () => expect((await now(PINNED)).state).toBe("rolled-back"));
    expect(await raises(PINNED)).toEqual([1]);
  });
});

describe("ends and restarts", () => {
  test("a second process on the same store is refused and the first goes on", async () => {
    const twin = await makeServiceHome(
      { gates: {}, sources: {} },
      { port: await freePort(), probes: await freePort() },
    );
    const config = JSON.parse(await readFile(twin.configPath, "utf8")) as object;
    await writeFile(twin.configPath, JSON.stringify({ ...config, store: { path: service.storePath } }));
    const second = await beginServe(twin, {});
    expect(await exitOf(second)).toBe(1);
    const said = await readFile(twin.stderrPath, "utf8");
    expect(said).toContain(service.storePath);
    expect(said).toMatch(/in use|another/i);
    expect((await service.probe("/healthz")).status).toBe(200);
    await twin.remove();
  });

  test("after kill -9 with a raise on its way: no raise without fresh evidence, the late one fails, a halt stays", async () => {
    for (const gate of [HALTED, RAISED]) await service.lead.client.act(gate, "start", "release 7");
    await until(async () => expect((await now(HALTED)).exposure.set).toBe(1));
    signals.set(HALTED, 15);
    await until(async () => expect((await now(HALTED)).state).toBe("halted"));
    signals.set(HALTED, 0);
    await until(async () => expect((await now(RAISED)).exposure.set).toBe(1));
    proxy.hold();
    // Nothing but the raise to 50 % is written now.
    await until(() => expect(proxy.held()).toBeGreaterThan(0));

    service.signal("SIGKILL");
    expect(await service.ended()).toBe(137);
    proxy.letPass();
    prometheus.onRequest(() => ({ kind: "hang" }));
    await service.startAgain({ until: "listening" });
    const ready = await service.probe("/readyz");
    expect({ status: ready.status, body: await ready.json() }).toEqual({
      status: 503,
      body: { ready: false, waitingFor: ["source main"] },
    });

    const epochBefore = 1;
    await until(async () => expect((await rolloutOf(RAISED)).token?.epoch).toBeGreaterThan(epochBefore));
    // The PATCH that the killed process had sent arrives only now.
    expect(await proxy.deliver()).toEqual(expect.not.arrayContaining([200]));
    expect((await rolloutOf(RAISED)).rollout).toBe("1");
    expect((await now(RAISED)).state).toBe("proving");
    expect((await now(HALTED)).state).toBe("halted");

    prometheus.onRequest(signals.reply);
    await until(async () => expect((await now(RAISED)).exposure.set).toBe(50));
    expect((await service.probe("/readyz")).status).toBe(200);
    expect((await now(HALTED)).state).toBe("halted");
    expect(await raises(HALTED)).toEqual([1]);
  });

  test("SIGTERM ends it in time and with 0 while questions and writes hang and somebody waits for an answer", async () => {
    prometheus.onRequest(() => ({ kind: "hang" }));
    proxy.hold();
    await service.lead.client.act(RAISED, "rollback", "to have a write on its way");
    await until(() => expect(proxy.held()).toBeGreaterThan(0));
    const waiting = fetch(`${service.url}/v1/gates/watching/status?for=deploy`, {
      headers: { authorization: `Bearer ${service.lead.token}`, prefer: "wait=60" },
    }).then(
      (response) => response.status,
      () => "cut",
    );
    const asked = performance.now();
    service.signal("SIGTERM");
    expect(await service.ended()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(STOP_WITHIN_MS);
    expect([200, "cut"]).toContain(await waiting);
    const said = await service.stdout();
    expect(said).toContain('"why":"SIGTERM"');
    // What still hung was left behind without a word that would wake somebody.
    expect(said).not.toContain('"level":"error"');
  });

  test("the rollback that was on its way is finished by the next process", async () => {
    prometheus.onRequest(signals.reply);
    proxy.letPass();
    await service.startAgain();
    await until(async () => expect((await now(RAISED)).state).toBe("rolled-back"));
    expect((await rolloutOf(RAISED)).rollout).toBe("0");
  });

  test("a second SIGTERM ends it at once", async () => {
    prometheus.onRequest(() => ({ kind: "hang" }));
    await until(() => expect(prometheus.inFlight()).toBeGreaterThan(0));
    service.signal("SIGTERM");
    await until(async () => expect(await service.stdout()).toMatch(/"msg":"stopping"}\n$/));
    const asked = performance.now();
    service.signal("SIGTERM");
    expect(await service.ended()).toBe(1);
    expect(performance.now() - asked).toBeLessThan(1_000);
  });

  test("a rejection that nobody handles ends the process with 1, and the next one finds everything as it was", async () => {
    prometheus.onRequest(signals.reply);
    await service.startAgain();
    service.signal("SIGUSR2");
    expect(await service.ended()).toBe(1);
    expect(await service.stderr()).toContain("planted");
    await service.startAgain();
    expect((await now(HALTED)).state).toBe("halted");
  });

  test("tokens are made on the store of a stopped server, and only of a stopped one", async () => {
    const { storePath, configPath } = service;
    const whose = "--kind person --name lead --scopes read,admin".split(" ");
    const create = ["token", "create", ...whose, "--store", storePath, "--config", configPath];
    const refused = await service.cli(create, { token: null });
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/in use|another/i);

    service.signal("SIGTERM");
    expect(await service.ended()).toBe(0);
    // With nothing under way nothing is waited for; the one time that stands there is the one above where all hung.
    expect((await service.stdout()).match(/stopped without waiting/g)).toHaveLength(1);
    const made = await service.cli(create, { token: null });
    expect(made.code).toBe(0);
    await service.startAgain();
    expect((await service.get("/v1/tokens", made.stdout.trim())).status).toBe(200);
    // With an administrator there, the first one's token has done its work.
    expect((await service.get("/v1/tokens", service.bootstrap)).status).toBe(401);
  });
});

test("a configuration with mistakes is refused with all of them, each with its place, and exit 2", async () => {
  const home = await makeServiceHome({ gates: {}, sources: {} }, { port: 0, probes: 0 });
  const text = [
    "environment: Production",
    "htpp: { listen: 127.0.0.1:0 }",
    "sources:",
    "  main: { url: ftp://prometheus, timeout: soon }",
    "people:",
    "  - { name: lead, gruops: [release-managers] }",
    "log: { level: loud }",
    "",
  ].join("\n");
  await writeFile(home.configPath, text);
  expect(await exitOf(await beginServe(home, {}))).toBe(2);
  const said = (await readFile(home.stderrPath, "utf8")).trim().split("\n");
  const places = said.map((line) =>
    /:(?<line>\d+):(?<column>\d+) (?<key>\S+)/.exec(line)?.slice(1).join(" "),
  );
  expect(places).toEqual([
    "1 14 environment",
    "2 1 htpp",
    "4 16 sources.main.url",
    "4 43 sources.main.timeout",
    "6 19 people.0.gruops",
    "7 15 log.level",
  ]);
  expect(said[1]).toContain("did you mean http?");
  await home.remove();
});

test("secrets that cannot be found are all named, and exit 2", async () => {
  const unleash = { url: "http://127.0.0.1:1", token: "a", clientToken: "b" };
  const home = await makeServiceHome(
    {
      gates: {},
      sources: { main: { url: "http://127.0.0.1:1", bearerToken: "c" } },
      unleash: { main: unleash },
    },
    { port: 0, probes: 0 },
  );
  await rm(join(home.home, "main.token"));
  await rm(join(home.home, "main.bearer"));
  expect(await exitOf(await beginServe(home, { RAMPART_BOOTSTRAP_TOKEN: "too-short" }))).toBe(2);
  const said = await readFile(home.stderrPath, "utf8");
  expect(said).toContain("sources.main.bearerToken: ");
  expect(said).toContain("unleash.main.token: ");
  expect(said).toContain("the bootstrap token must have at least 32 characters");
  expect(said).not.toContain("too-short");
  await home.remove();
});

async function exitOf(life: Life): Promise<number | null> {
  await life.ended;
  return life.exitCode();
}
