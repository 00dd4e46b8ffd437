import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Prometheus, startPrometheus } from "../../demo/peers/prometheus.ts";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { splitTitle } from "../../src/domain/token.ts";
import { type Exporter, startExporter } from "../support/exporter.ts";
import type { SharedUnleash } from "../support/real-peers-setup.ts";
import { type RunningService, startService } from "../support/running-service.ts";
import { rampGate } from "../support/service-gates.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";

const ENVIRONMENT = "production";
const TEAM_TITLE = "Gradual rollout of the team";
const SERVERS = [
  { server: "eight", version: "8.2.0", unleash: (): SharedUnleash => inject("unleash8") },
  { server: "seven", version: "7.5.1", unleash: (): SharedUnleash => inject("unleash7") },
] as const;

const shops = SERVERS.flatMap(({ server }) => [`climbs-${server}`, `breaches-${server}`]);
const signals = shopSignals(shops);
let folder: string;
let exporter: Exporter;
let prometheus: Prometheus;
let service: RunningService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "service-ramp-"));
  exporter = await startExporter(signals.page);
  prometheus = await startPrometheus({
    dataDir: join(folder, "prometheus"),
    scrapeTargets: [{ job: "shops", targets: [exporter.target] }],
  });
  for (const { server, unleash } of SERVERS) {
    for (const flag of [`climbs-${server}`, `breaches-${server}`]) await makeFlag(unleash(), flag);
  }
  service = await startService({
    gates: Object.fromEntries(
      SERVERS.flatMap(({ server }) => [
        [
          `climbs-${server}.yaml`,
          rampGate({
            name: `climbs-${server}`,
            server,
            steps: [
              "{ to: 1%, hold: 2s }",
              "{ to: 50%, hold: 2s, approve: release-managers }",
              "{ to: 100%, bake: 2s }",
            ],
          }),
        ],
        [`breaches-${server}.yaml`, rampGate({ name: `breaches-${server}`, server })],
      ]),
    ),
    sources: { main: { url: prometheus.url } },
    unleash: Object.fromEntries(
      SERVERS.map(({ server, unleash }) => [
        server,
        {
          url: unleash().url,
          token: unleash().rampart.token,
          clientToken: unleash().backendToken,
        },
      ]),
    ),
  });
});

afterAll(async () => {
  await service?.stop();
  await prometheus?.stop();
  await exporter?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

describe.concurrent.each(SERVERS)("Unleash $version", ({ server, unleash }) => {
  test("a ramp goes 1, 50, 100 % with an approval, and changes nothing else of the flag", async () => {
    const gate = `climbs-${server}`;
    const before = await flagApartFromTheRamp(unleash(), gate);
    const seen = followSet(gate);
    await service.lead.client.act(gate, "start", "release 7");

    await until(async () => {
      const { request, exposure } = await service.lead.client.gate(gate);
      expect({ asks: request?.needed, set: exposure.set }).toEqual({ asks: ["release-managers"], set: 1 });
    });
    // Who wrote the gate and started the ramp is not who approves it.
    await expect(service.lead.client.approve(gate, "looks good to me")).rejects.toThrow("not-eligible");
    await service.second.client.approve(gate, "all signals are good");

    const finished = await until(async () => {
      const now = await service.lead.client.gate(gate);
      expect(now.state).toBe("finished");
      return now;
    }, 40_000);
    expect(finished.exposure).toMatchObject({ wanted: 100, set: 100, served: 100 });
    expect(seen.stop()).toEqual([0, 1, 50, 100]);
    const strategy = await onlyStrategy(unleash(), gate);
    expect(strategy.parameters["rollout"]).toBe("100");
    expect(splitTitle(strategy.title ?? null)).toMatchObject({ text: TEAM_TITLE, token: { step: 3, of: 3 } });
    expect(await flagApartFromTheRamp(unleash(), gate)).toEqual(before);
  }, 90_000);

  test("a breach at 50 % brings set and served to 0", async () => {
    const gate = `breaches-${server}`;
    const before = await flagApartFromTheRamp(unleash(), gate);
    await service.lead.client.act(gate, "start", "release 7");
    await until(async () => expect((await service.lead.client.gate(gate)).exposure.served).toBe(50), 40_000);

    signals.set(gate, 25);
    const back = await until(async () => {
      const now = await service.lead.client.gate(gate);
      expect(now.state).toBe("rolled-back");
      return now;
    }, 40_000);

    expect(back.exposure).toMatchObject({ wanted: 0, set: 0, served: 0 });
    expect(back.because[0]?.message).toContain("above 20");
    const strategy = await onlyStrategy(unleash(), gate);
    expect(strategy.parameters["rollout"]).toBe("0");
    expect(splitTitle(strategy.title ?? null).text).toBe(TEAM_TITLE);
    expect(await flagApartFromTheRamp(unleash(), gate)).toEqual(before);
    const rollback = (await service.lead.client.decisions(gate)).find(
      ({ action }) => action.kind === "lower",
    );
    expect(rollback).toMatchObject({ before: "proving", after: "rolling-back", verdict: "rollback" });
    expect(await servedRollout(unleash(), gate)).toBe("0");
  }, 90_000);
});

async function makeFlag(unleash: SharedUnleash, flag: string): Promise<void> {
  const setup = unleashAdmin(unleash, unleash.adminToken);
  const place = { flag, environment: ENVIRONMENT };
  await setup.createFlag(flag, { description: "Orders take the new way" });
  await setup.addRollout({
    ...place,
    rollout: 0,
    title: TEAM_TITLE,
    stickiness: "userId",
    groupId: `${flag}-group`,
    constraints: [{ contextName: "appName", operator: "IN", values: ["shop", "admin"] }],
  });
  await setup.switchEnvironment(place, "on");
}

async function onlyStrategy(unleash: SharedUnleash, flag: string) {
  const strategies = await unleashAdmin(unleash, unleash.adminToken).strategies({
    flag,
    environment: ENVIRONMENT,
  });
  expect(strategies).toHaveLength(1);
  const [strategy] = strategies;
  if (strategy === undefined) throw new Error("unreachable");
  return strategy;
}

type WholeFlag = {
  readonly environments: readonly { readonly strategies: readonly Record<string, unknown>[] }[];
};

/** Everything Unleash tells of the flag, without the two fields that a ramp writes and who has ever touched it. */
async function flagApartFromTheRamp(unleash: SharedUnleash, flag: string): Promise<unknown> {
  const { collaborators: _, ...whole } = await unleashAdmin(unleash, unleash.adminToken).flag<
    WholeFlag & { collaborators?: unknown }
  >(flag);
  return {
    ...whole,
    environments: whole.environments.map((environment) => ({
      ...environment,
      strategies: environment.strategies.map((strategy) => ({
        ...strategy,
        title: splitTitle(String(strategy["title"])).text,
        parameters: { ...(strategy["parameters"] as object), rollout: "of the ramp" },
      })),
    })),
  };
}

async function servedRollout(unleash: SharedUnleash, flag: string): Promise<string | undefined> {
  const { features } = await unleashAdmin(unleash, unleash.backendToken).call<{
    features: readonly { name: string; strategies: readonly { parameters: { rollout: string } }[] }[];
  }>("GET", "/api/client/features");
  return features.find(({ name }) => name === flag)?.strategies[0]?.parameters.rollout;
}

/** Every percent that the API shows as set, in order, until stopped. */
function followSet(gate: string): { stop(): readonly number[] } {
  const seen: number[] = [];
  const over = new AbortController();
  const follow = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { set } = (await service.lead.client.gate(gate)).exposure;
      if (set !== null && seen.at(-1) !== set) seen.push(set);
      await sleep(250);
    }
  };
  follow().catch((error: unknown) => over.abort(error));
  return {
    stop() {
      over.abort();
      return seen;
    },
  };
}
