import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Prometheus, startPrometheus } from "../../demo/peers/prometheus.ts";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { writeFastRules } from "../../scripts/fast-rules.mjs";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import { type RunningService, startService } from "../support/running-service.ts";
import { rampGate } from "../support/service-gates.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";

const RULES = fileURLToPath(new URL("../../config/rules/rampart.rules.yml", import.meta.url));
const EXPOSED = "metrics-exposed";
const IDLE = "metrics-idle";

const signals = shopSignals([EXPOSED, IDLE]);
let folder: string;
let shops: FakePrometheus;
let service: RunningService;
let watcher: Prometheus;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "service-metrics-"));
  shops = await startFakePrometheus();
  shops.onRequest(signals.reply);
  const unleash = inject("unleash8");
  const setup = unleashAdmin(unleash, unleash.adminToken);
  for (const flag of [EXPOSED, IDLE]) {
    await setup.createFlag(flag);
    await setup.addRollout({ flag, environment: "production", rollout: 0, title: "Gradual" });
    await setup.switchEnvironment({ flag, environment: "production" }, "on");
  }
  const steps = ["{ to: 20%, hold: 10m }", "{ to: 100%, bake: 1s }"];
  service = await startService({
    gates: Object.fromEntries([EXPOSED, IDLE].map((name) => [`${name}.yaml`, rampGate({ name, steps })])),
    sources: { main: { url: shops.url } },
    unleash: {
      main: { url: unleash.url, token: unleash.rampart.token, clientToken: unleash.backendToken },
    },
  });
  watcher = await startPrometheus({
    dataDir: join(folder, "prometheus"),
    ruleFiles: await writeFastRules([RULES], join(folder, "rules"), "1s"),
    scrapeTargets: [{ job: "rampart", targets: [new URL(service.probesUrl).host] }],
  });
});

afterAll(async () => {
  await watcher?.stop();
  await service?.stop();
  await shops?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

test("/metrics shows where each gate stands, what its signals say, and that it is looked after", async () => {
  signals.set(EXPOSED, 3);
  await service.lead.client.act(EXPOSED, "start", "release 7");
  await until(async () => expect((await service.lead.client.gate(EXPOSED)).exposure.set).toBe(20));
  const expected = [
    `rampart_exposure_ratio{gate="${EXPOSED}",flag="${EXPOSED}",environment="production"} 0.2`,
    `rampart_exposure_ratio{gate="${IDLE}",flag="${IDLE}",environment="production"} 0`,
    `rampart_gate_state{gate="${EXPOSED}",state="proving"} 1`,
    `rampart_gate_state{gate="${EXPOSED}",state="idle"} 0`,
    `rampart_gate_state{gate="${IDLE}",state="idle"} 1`,
    `rampart_gate_every_seconds{gate="${EXPOSED}"} 1`,
    `rampart_signal_value{gate="${EXPOSED}",signal="errors"} 3`,
    `rampart_exposure_changes_total{gate="${EXPOSED}",direction="up",actor_kind="clock"} 1`,
    'rampart_build_info{version="0.1.0"} 1',
  ];
  // The metrics are of the last pass, which comes after the write was read back.
  const text = await until(async () => {
    const response = await service.probe("/metrics");
    expect(response.headers.get("content-type")).toContain("version=0.0.4");
    const page = await response.text();
    const lines = page.split("\n");
    for (const line of expected) expect(lines).toContain(line);
    return page;
  });
  const judgedAt = Number(sample(text, `rampart_last_evaluation_timestamp_seconds{gate="${EXPOSED}"}`));
  expect(Math.abs(Date.now() / 1_000 - judgedAt)).toBeLessThan(10);
  expect(text).toMatch(
    /^rampart_decisions_total\{gate="metrics-exposed",verdict="good",reason="\w+"\} \d+$/m,
  );
  expect(text).toMatch(
    /^rampart_prometheus_query_duration_seconds_count\{source="main",outcome="answered"\} \d+$/m,
  );
});

test("RampartSilent fires for the exposed ramp after kill -9, and ends with the next process", async () => {
  // It was seen by the watching Prometheus while all was well, and nothing fired.
  await until(async () =>
    expect(await query(`rampart_exposure_ratio{gate="${EXPOSED}"} == 0.2`)).toHaveLength(1),
  );
  expect(await query('ALERTS{alertname="RampartSilent"}')).toEqual([]);

  service.signal("SIGKILL");
  await service.ended();
  const firing = await until(async () => {
    const alerts = await query('ALERTS{alertname="RampartSilent", alertstate="firing"}');
    expect(alerts).toHaveLength(1);
    return alerts;
  });
  // At 0 % nobody is exposed, so nobody has to be woken.
  expect(firing[0]).toMatchObject({ metric: { gate: EXPOSED, severity: "critical" } });

  await service.startAgain();
  await until(async () => expect(await query('ALERTS{alertname="RampartSilent"}')).toEqual([]));
  expect((await service.lead.client.gate(EXPOSED)).exposure.set).toBe(20);
});

function sample(text: string, series: string): string | undefined {
  return text
    .split("\n")
    .find((line) => line.startsWith(series))
    ?.slice(series.length + 1);
}

async function query(
  expression: string,
): Promise<readonly { readonly metric: Readonly<Record<string, string>> }[]> {
  const response = await fetch(`${watcher.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { data } = (await response.json()) as {
    data: { result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
  };
  return data.result;
}
