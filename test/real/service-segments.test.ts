import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { InMemStorageProvider, Unleash } from "unleash-client";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import type { SharedUnleash } from "../support/real-peers-setup.ts";
import { type RunningService, startService } from "../support/running-service.ts";
import { rampGate } from "../support/service-gates.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";
import { type WriteProxy, startWriteProxy } from "../support/write-proxy.ts";

const ENVIRONMENT = "production";
const SERVERS = [
  { server: "eight", version: "8.2.0", unleash: (): SharedUnleash => inject("unleash8") },
  { server: "seven", version: "7.5.1", unleash: (): SharedUnleash => inject("unleash7") },
] as const;
const STAFF = ["anna", "bo", "carl"];
const OUTLETS = ["outlet-dk", "outlet-se"];
const CUSTOMERS = Array.from({ length: 300 }, (_, index) => `customer-${index}`);
const STEPS = [
  "{ segment: staff-orders, hold: 2s }",
  "{ segment: outlets, values: [outlet-dk, outlet-se], hold: 2s }",
  "{ to: 50%, hold: 2s }",
  "{ to: 100%, bake: 2s }",
];
const UP_TO_EVERYBODY = ["staff", "outlets", "a percent", "everybody"];
const REFIT = '"path":"/segments","value":[]';

const gates = SERVERS.flatMap(({ server }) => [`reaches-${server}`, `recalls-${server}`, `killed-${server}`]);
const signals = shopSignals(gates);
const ended: (() => unknown)[] = [];
const proxies = new Map<string, WriteProxy>();
let prometheus: FakePrometheus;
let service: RunningService;

beforeAll(async () => {
  prometheus = await startFakePrometheus();
  prometheus.onRequest(signals.reply);
  for (const { server, unleash } of SERVERS) {
    proxies.set(server, await startWriteProxy(unleash().url));
    const setup = unleashAdmin(unleash(), unleash().adminToken);
    await setup.createSegment("staff-orders", [{ contextName: "userId", operator: "IN", values: STAFF }]);
    for (const flag of gates.filter((gate) => gate.endsWith(server))) {
      await setup.createFlag(flag);
      await setup.addRollout({ flag, environment: ENVIRONMENT, rollout: 0, stickiness: "userId" });
      await setup.switchEnvironment({ flag, environment: ENVIRONMENT }, "on");
    }
  }
  service = await startService({
    gates: Object.fromEntries(
      gates.map((name) => [
        `${name}.yaml`,
        rampGate({ name, server: name.split("-")[1] ?? "", steps: STEPS }).replace(
          "  propagation: 1s",
          "  stickiness: userId\n  propagation: 1s",
        ),
      ]),
    ),
    sources: { main: { url: prometheus.url, timeout: "3s" } },
    unleash: Object.fromEntries(
      SERVERS.map(({ server, unleash }) => [
        server,
        {
          url: proxies.get(server)?.url ?? "",
          token: unleash().rampart.token,
          clientToken: unleash().backendToken,
        },
      ]),
    ),
  });
});

afterAll(async () => {
  for (const end of ended) end();
  await service?.stop();
  for (const proxy of proxies.values()) await proxy.close();
  await prometheus?.stop();
});

const now = (gate: string) => service.lead.client.gate(gate);

describe("to the SDKs of Unleash", () => {
  test.concurrent.each(SERVERS)(
    "$version a ramp shows the segment, then the values, then a percent, and nobody else before",
    async ({ server, unleash }) => {
      const gate = `reaches-${server}`;
      const shown = await followSdk(unleash(), gate);
      await service.lead.client.act(gate, "start", "release 7");
      await until(async () => expect((await now(gate)).exposure.audience).toBe("segment staff-orders"));
      await until(async () => expect((await now(gate)).state).toBe("finished"), 60_000);
      await until(() => expect(shown().at(-1)).toBe("everybody"));
      expect(shown()[0]).toBe("nobody");
      expect(exposures(shown())).toEqual(UP_TO_EVERYBODY);
    },
    90_000,
  );

  test.concurrent.each(SERVERS)(
    "$version a rollback shows nobody, and nobody else on the way; then the segment is out of the strategy",
    async ({ server, unleash }) => {
      const gate = `recalls-${server}`;
      const shown = await followSdk(unleash(), gate);
      await service.lead.client.act(gate, "start", "release 7");
      await until(() => expect(shown().at(-1)).toBe("staff"), 40_000);
      signals.set(gate, 25);
      await until(async () => expect((await now(gate)).state).toBe("rolled-back"), 40_000);
      await until(async () => {
        const [strategy] = await strategies(unleash(), gate);
        expect(strategy).toMatchObject({ parameters: { rollout: "0" }, segments: [], constraints: [] });
      });
      expect(shown()).toEqual(["nobody", "staff", "nobody"]);
    },
    90_000,
  );
});

test("a process that is killed between two writes of its crossings leaves nobody exposed, and the next one gets there", async () => {
  const crossings = await Promise.all(
    SERVERS.map(async ({ server, unleash }) => {
      const gate = `killed-${server}`;
      return { gate, proxy: proxies.get(server), shown: await followSdk(unleash(), gate) };
    }),
  );
  for (const { gate } of crossings) await service.lead.client.act(gate, "start", "release 7");
  for (const { proxy, shown } of crossings) {
    await until(() => expect(shown().at(-1)).toBe("staff"), 40_000);
    proxy?.hold(REFIT);
  }
  for (const { proxy } of crossings) await until(() => expect(proxy?.held()).toBeGreaterThan(0), 40_000);
  service.signal("SIGKILL");
  expect(await service.ended()).toBe(137);
  for (const { proxy, shown } of crossings) {
    await until(() => expect(shown().at(-1)).toBe("nobody"));
    proxy?.letPass();
  }
  await service.startAgain();
  for (const { gate } of crossings) await until(async () => expect((await now(gate)).exposure.set).toBe(0));
  for (const { proxy } of crossings) await proxy?.deliver();
  for (const { gate, shown } of crossings) {
    await until(async () => expect((await now(gate)).state).toBe("finished"), 60_000);
    await until(() => expect(shown().at(-1)).toBe("everybody"));
    expect(exposures(shown())).toEqual(UP_TO_EVERYBODY);
  }
}, 120_000);

function exposures(shown: readonly string[]): readonly string[] {
  return shown.filter((whom) => whom !== "nobody");
}

function strategies(unleash: SharedUnleash, flag: string) {
  return unleashAdmin(unleash, unleash.adminToken).strategies({ flag, environment: ENVIRONMENT });
}

/** Whom an SDK that polls ten times a second has shown the flag to, at every change of its payload, without repeats. */
async function followSdk(unleash: SharedUnleash, flag: string): Promise<() => readonly string[]> {
  const sdk = new Unleash({
    appName: "shop",
    environment: ENVIRONMENT,
    url: `${unleash.url}/api`,
    customHeaders: { authorization: unleash.backendToken },
    refreshInterval: 100,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
  });
  ended.push(() => sdk.destroy());
  await once(sdk, "synchronized");
  const seen: string[] = [];
  const look = (): void => {
    const whom = whomOf((userId) => sdk.isEnabled(flag, { userId }));
    if (whom !== seen.at(-1)) seen.push(whom);
  };
  look();
  sdk.on("changed", look);
  return () => seen;
}

function whomOf(isShown: (userId: string) => boolean): string {
  const [staff, outlets, customers] = [STAFF, OUTLETS, CUSTOMERS].map(
    (users) => users.filter(isShown).length,
  );
  if (customers === CUSTOMERS.length) return "everybody";
  if (customers !== 0) return "a percent";
  if (staff === 0 && outlets === 0) return "nobody";
  if (staff === STAFF.length && outlets === 0) return "staff";
  return outlets === OUTLETS.length && staff === 0 ? "outlets" : `${staff} of staff, ${outlets} of outlets`;
}
