import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type UnleashAdmin, unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import type { SharedUnleash } from "../support/real-peers-setup.ts";
import { type RunningService, startService } from "../support/running-service.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";

const ENVIRONMENT = "production";
const SERVERS = [
  { server: "eight", version: "8.2.0", unleash: (): SharedUnleash => inject("unleash8") },
  { server: "seven", version: "7.5.1", unleash: (): SharedUnleash => inject("unleash7") },
] as const;

const gateOf = (server: string): string => `found-${server}`;

/** No word about a mode: it observes until somebody says act. The step at 40 % asks whom it would have asked. */
function foundGate(server: string): string {
  const name = gateOf(server);
  return [
    "schema: gate/v1",
    `name: ${name}`,
    "owner: team-checkout",
    "every: 1s",
    "service: checkout",
    "onDeploy: restart-step",
    `flag: { server: ${server}, unleash: ${name}, environment: production, propagation: 1s, also: [QA] }`,
    "steps:",
    "  - { to: 10%, hold: 1s }",
    "  - { to: 40%, hold: 10m, approve: release-managers }",
    "  - { to: 100%, bake: 1s }",
    "signals:",
    "  - name: errors",
    `    query: shop_errors{shop="${name}"}`,
    "    unit: count",
    "    settle: 2s",
    "    advance: at most 5",
    "    halt: above 10",
    "    rollback: above 20",
    "",
  ].join("\n");
}

const signals = shopSignals(SERVERS.map(({ server }) => gateOf(server)));
let prometheus: FakePrometheus;
let service: RunningService;
let ci: string;

beforeAll(async () => {
  prometheus = await startFakePrometheus();
  prometheus.onRequest(signals.reply);
  for (const { server, unleash } of SERVERS) {
    const setup = unleashAdmin(unleash(), unleash().adminToken);
    const place = { flag: gateOf(server), environment: ENVIRONMENT };
    await setup.createFlag(place.flag);
    await setup.addRollout({ ...place, rollout: 10, title: "Their own words" });
    await setup.addRollout({ ...place, rollout: 100, title: "QA" });
    await setup.switchEnvironment(place, "on");
  }
  service = await startService({
    gates: Object.fromEntries(SERVERS.map(({ server }) => [`${gateOf(server)}.yaml`, foundGate(server)])),
    sources: { main: { url: prometheus.url } },
    unleash: Object.fromEntries(
      SERVERS.map(({ server, unleash }) => {
        const { url, rampart, backendToken } = unleash();
        return [server, { url, token: rampart.token, clientToken: backendToken }];
      }),
    ),
  });
  ci = await service.issue({ kind: "machine", name: "ci", scopes: ["read", "changes"], expiresIn: 3_600 });
});

afterAll(async () => {
  await service?.stop();
  await prometheus?.stop();
});

describe.each(SERVERS)("a flag as it is found in Unleash $version", ({ server, unleash }) => {
  const name = gateOf(server);
  const place = { flag: name, environment: ENVIRONMENT };
  const byHand = (): UnleashAdmin => unleashAdmin(unleash(), unleash().colleague.token);
  const now = () => service.lead.client.gate(name);
  const said = async (command: string) => (await service.cli([command, name])).stdout;

  async function ours() {
    const all = await byHand().strategies(place);
    const found = all.find(({ title }) => title?.startsWith("Their own words") === true);
    if (found === undefined) throw new Error("the team's strategy is gone");
    return found;
  }

  test("is followed while it is only observed, whoever moves it, and what would be done is kept", async () => {
    await until(async () =>
      expect(await said("explain")).toMatch(/would advance since .*\(to 40%, once approved/),
    );
    const { id } = await ours();
    await byHand().patchStrategy(place, id, [{ op: "replace", path: "/parameters/rollout", value: "40" }]);
    await until(async () => expect(await now()).toMatchObject({ state: "idle", exposure: { set: 40 } }));
    const ledger = await service.cli(["changes", "--gate", name]);
    expect(ledger.stdout).toMatch(/10% → 40% .*colleague/);

    signals.set(name, 30);
    await until(async () => expect(await said("explain")).toMatch(/would roll back since .*errors/));
    expect(await said("status")).toContain("would roll back since");
    signals.set(name, 0);
    await until(async () =>
      expect(await said("explain")).toMatch(/would roll back[^]*would do nothing since/),
    );
    expect((await ours()).title).toBe("Their own words");
    expect((await now()).exposure).toMatchObject({ set: 40 });
  });

  test("is taken over where it stands, with the approvals of that step and the team's own title kept", async () => {
    await service.lead.client.act(name, "act", "we believe it");
    const start = { action: "start", at: 40, reason: "as it is found" };
    await expect(service.lead.client.post(`/v1/gates/${name}/actions`, start)).rejects.toThrow(
      /starting at step 2 needs approvals: 1 by release-managers/,
    );
    await until(() => service.second.client.approve(name, "a week at 40% without a word"));
    await service.lead.client.post(`/v1/gates/${name}/actions`, start);
    await until(async () => expect(await now()).toMatchObject({ state: "proving", step: { index: 2 } }));
    // It stands where it is wanted, so there is nothing to write yet.
    expect(await ours()).toMatchObject({ title: "Their own words", parameters: { rollout: "40" } });
  });

  test("begins its step anew when its own service goes out, and says which deploy that was", async () => {
    const told = await service.cli(["deployed", "checkout", "--version", "4f2a91c"], { token: ci });
    expect([told.code, told.stdout]).toEqual([0, expect.stringContaining(name)]);
    await until(async () => expect(await said("status")).toMatch(/checkout 4f2a91c deployed .* by ci/));
    expect(await said("explain")).toContain("checkout 4f2a91c");
    signals.set(name, 30);
    await until(async () => expect((await now()).state).toBe("rolled-back"));
    expect(await said("status")).toContain("suspect");
    const { title, parameters } = await ours();
    expect([title, parameters["rollout"]]).toEqual([
      expect.stringMatching(/^Their own words \[rampart 0\/3 #/),
      "0",
    ]);
    const others = (await byHand().strategies(place)).filter((strategy) => strategy.title === "QA");
    expect(others.map((strategy) => strategy.parameters["rollout"])).toEqual(["100"]);
    signals.set(name, 0);
  });
});
