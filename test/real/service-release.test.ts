import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import type { SharedUnleash } from "../support/real-peers-setup.ts";
import { type RunningService, startService } from "../support/running-service.ts";
import { rampGate } from "../support/service-gates.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";

const ENVIRONMENT = "production";
const SERVERS = [
  { server: "eight", version: "8.2.0", unleash: (): SharedUnleash => inject("unleash8") },
  { server: "seven", version: "7.5.1", unleash: (): SharedUnleash => inject("unleash7") },
] as const;
const TITLES = [
  { kind: "titled", own: "Gradual" },
  { kind: "untitled", own: undefined },
] as const;
/** Whoever had the flag before left this; to adopt it puts a token of ours in its place. */
const OF_ANOTHER_STORE = "[rampart 0/3 #zzz.1.1]";

const gateOf = (kind: string, server: string): string => `release-${kind}-${server}`;
const gates = SERVERS.flatMap(({ server }) =>
  TITLES.map(({ kind }) => ({ name: gateOf(kind, server), server })),
);

let prometheus: FakePrometheus;
let service: RunningService;

beforeAll(async () => {
  prometheus = await startFakePrometheus();
  prometheus.onRequest(shopSignals(gates.map(({ name }) => name)).reply);
  for (const { server, unleash } of SERVERS) {
    const setup = unleashAdmin(unleash(), unleash().adminToken);
    for (const { kind, own } of TITLES) {
      const place = { flag: gateOf(kind, server), environment: ENVIRONMENT };
      await setup.createFlag(place.flag);
      const title = own === undefined ? OF_ANOTHER_STORE : `${own} ${OF_ANOTHER_STORE}`;
      await setup.addRollout({ ...place, rollout: 0, title });
      await setup.switchEnvironment(place, "on");
    }
  }
  service = await startService({
    gates: Object.fromEntries(gates.map((gate) => [`${gate.name}.yaml`, rampGate(gate)])),
    sources: { main: { url: prometheus.url } },
    unleash: Object.fromEntries(
      SERVERS.map(({ server, unleash }) => {
        const { url, rampart, backendToken } = unleash();
        return [server, { url, token: rampart.token, clientToken: backendToken }];
      }),
    ),
  });
});

afterAll(async () => {
  await service?.stop();
  await prometheus?.stop();
});

describe.each(SERVERS)("Unleash $version", ({ server, unleash }) => {
  const strategy = async (flag: string) => {
    const admin = unleashAdmin(unleash(), unleash().colleague.token);
    const [only] = await admin.strategies({ flag, environment: ENVIRONMENT });
    return only;
  };

  test.each(TITLES)(
    "gives a $kind strategy its own title back and leaves the percent, and then the gate can be retired",
    async ({ kind, own }) => {
      const gate = gateOf(kind, server);
      await until(() => service.lead.client.act(gate, "adopt-flag", "ours now"));
      await until(async () => expect((await strategy(gate))?.title).not.toContain("#zzz"));
      expect((await strategy(gate))?.title).toMatch(/\[rampart 0\/3 #/);

      const released = await until(async () => {
        const run = await service.cli(["release", gate, "--reason", "leaves"]);
        expect(run.stderr).toBe("");
        return run;
      });
      expect(released.stdout).toContain("lets go of its flag, which stays at 0%");
      await until(async () => {
        const read = await strategy(gate);
        expect(read?.title).toBe(own ?? "");
        expect(read?.parameters).toMatchObject({ rollout: "0" });
      });
      const again = await service.cli(["release", gate, "--reason", "leaves"]);
      expect(again.stdout + again.stderr).toContain("there is nothing to release");

      const early = await service.cli(["retire", gate, "--reason", "gone"]);
      expect(early.stdout + early.stderr).toContain(`the file of ${gate} is still there`);
      await service.removeGate(`${gate}.yaml`);
      await until(async () => {
        const run = await service.cli(["retire", gate, "--reason", "gone"]);
        expect(run.stdout).toContain(`${gate} is retired`);
      });
      expect((await service.get(`/v1/gates/${gate}`, service.lead.token)).status).toBe(404);
    },
  );
});
