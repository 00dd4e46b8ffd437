import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Postgres, startPostgres } from "../../demo/peers/postgres.ts";
import { type Prometheus, startPrometheus } from "../../demo/peers/prometheus.ts";
import { type UnleashAdmin, unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { createBackendToken, createPerson } from "../../demo/peers/unleash-people.ts";
import { type Unleash, startUnleash } from "../../demo/peers/unleash.ts";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { type RunningService, startService } from "../support/running-service.ts";
import { rampGate } from "../support/service-gates.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";

const ENVIRONMENT = "production";
const STOP_FLAG = "rampart.stop";
/** The backoff of a rollback that Unleash does not take is at most 10 s; then it has to be seen twice, 5 s apart. */
const LANDS_WITHIN_MS = 30_000;
const GATES = {
  stopped: ["{ to: 1%, hold: 2s }", "{ to: 100%, bake: 1s }"],
  blind: ["{ to: 1%, hold: 2s }", "{ to: 100%, bake: 1s, approve: release-managers }"],
  landing: ["{ to: 20%, hold: 10m }", "{ to: 100%, bake: 1s }"],
} as const;

const signals = shopSignals(Object.keys(GATES));
let folder: string;
let exporter: Exporter;
let postgres: Postgres;
let unleash: Unleash;
let prometheus: Prometheus;
let setup: UnleashAdmin;
let service: RunningService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "service-outage-"));
  await chmod(folder, 0o755);
  exporter = await startExporter(signals.page);
  [prometheus, postgres] = await Promise.all([
    startPrometheus({
      dataDir: join(folder, "prometheus"),
      scrapeTargets: [{ job: "shops", targets: [exporter.target] }],
    }),
    startPostgres(),
  ]);
  unleash = await startUnleash({ version: 8, postgres });
  setup = unleashAdmin(unleash, unleash.adminToken);
  for (const flag of Object.keys(GATES)) {
    await setup.createFlag(flag);
    await setup.addRollout({ flag, environment: ENVIRONMENT, rollout: 0, title: "Gradual" });
    await setup.switchEnvironment({ flag, environment: ENVIRONMENT }, "on");
  }
  service = await startService({
    gates: Object.fromEntries(
      Object.entries(GATES).map(([name, steps]) => [`${name}.yaml`, rampGate({ name, steps })]),
    ),
    sources: { main: { url: prometheus.url, timeout: "1s" } },
    unleash: {
      main: {
        url: unleash.url,
        token: (await createPerson(unleash, "rampart", "Editor")).token,
        clientToken: await createBackendToken(unleash, ENVIRONMENT),
      },
    },
  });
});

afterAll(async () => {
  await service?.stop();
  await Promise.all([prometheus?.stop(), unleash?.stop(), exporter?.stop()]);
  await postgres?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const now = (gate: keyof typeof GATES) => service.lead.client.gate(gate);
const codes = async (gate: keyof typeof GATES) =>
  (await now(gate)).because.map(({ kind, code }) => `${kind}/${code}`);
const passesUntil = async (gate: keyof typeof GATES, enough: number): Promise<void> => {
  const began = Date.now();
  const seen = new Set<string>();
  await until(async () => {
    const [newest] = await service.lead.client.decisions(gate);
    if (newest !== undefined && Date.parse(newest.lastAt) > began) seen.add(newest.lastAt);
    expect(seen.size).toBeGreaterThanOrEqual(enough);
  });
};

test("while the flag rampart.stop is on nothing rises, and once it is off the ramp goes on", async () => {
  const place = { flag: STOP_FLAG, environment: ENVIRONMENT };
  await setup.createFlag(STOP_FLAG);
  await setup.addRollout({ ...place, rollout: 100 });
  await setup.switchEnvironment(place, "on");
  await until(async () => expect(await codes("stopped")).toContain("switch/stop"));

  await service.lead.client.act("stopped", "start", "release 7");
  await until(async () => expect(await codes("stopped")).toEqual(["switch/stop"]));
  await passesUntil("stopped", 3);
  expect((await now("stopped")).exposure.set).toBe(0);
  const asked = await service.cli(["check", "stopped", "--for", "advance"]);
  expect(asked).toMatchObject({ code: 3, stdout: expect.stringContaining("rampart.stop is on") });

  await setup.switchEnvironment(place, "off");
  await until(async () => expect((await now("stopped")).state).toBe("finished"));
});

test("without Prometheus nothing rises, check says 6, and what is ready stays ready", async () => {
  await service.lead.client.act("blind", "start", "release 7");
  await until(async () => expect((await now("blind")).request).not.toBeNull());
  await prometheus.stop();
  await until(async () => expect(await codes("blind")).toContain("signal/dark"));
  // Everything but evidence is there.
  await expect(service.second.client.approve("blind", "looks fine")).rejects.toThrow("asks for no approval");
  const asked = await service.cli(["check", "blind", "--for", "advance"]);
  expect(asked).toMatchObject({ code: 6, stdout: expect.stringContaining("source main is dark") });
  expect((await service.probe("/readyz")).status).toBe(200);
  await passesUntil("blind", 2);
  expect((await now("blind")).exposure).toMatchObject({ set: 1, wanted: 1 });

  await prometheus.restart();
  await until(async () => expect((await now("blind")).request).not.toBeNull(), 40_000);
  await service.second.client.approve("blind", "seen again");
  await until(async () => expect((await now("blind")).exposure.set).toBe(100));
});

test("a rollback that Unleash is not there for lands once it is back", async () => {
  await service.lead.client.act("landing", "start", "release 7");
  await until(async () => expect((await now("landing")).exposure.served).toBe(20));
  await unleash.kill();
  signals.set("landing", 30);
  await until(async () => expect((await now("landing")).state).toBe("rolling-back"));
  await passesUntil("landing", 2);
  const during = await now("landing");
  expect(during).toMatchObject({ state: "rolling-back", exposure: { wanted: 0, set: 20 } });
  expect((await service.cli(["check", "landing", "--for", "advance"])).code).toBe(4);

  await unleash.restart();
  const back = performance.now();
  await until(async () => expect((await now("landing")).state).toBe("rolled-back"), LANDS_WITHIN_MS);
  const [strategy] = await setup.strategies({ flag: "landing", environment: ENVIRONMENT });
  expect(strategy?.parameters["rollout"]).toBe("0");
  expect((await now("landing")).exposure).toMatchObject({ set: 0, served: 0 });
  expect(performance.now() - back).toBeLessThan(LANDS_WITHIN_MS);
}, 120_000);
