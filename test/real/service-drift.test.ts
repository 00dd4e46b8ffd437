import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type UnleashAdmin, unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { RampartClient } from "../../demo/rampart.ts";
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

/** Stands at 20 % until long after the test. */
const STANDING = ["{ to: 20%, hold: 10m }", "{ to: 100%, bake: 2s }"];
const ASKING = ["{ to: 1%, hold: 2s }", "{ to: 100%, bake: 2s, approve: release-managers }"];
const KINDS = {
  group: STANDING,
  added: STANDING,
  off: STANDING,
  archived: STANDING,
  lowered: STANDING,
  zeroed: STANDING,
  raised: STANDING,
  title: ASKING,
  constraints: STANDING,
  stickiness: STANDING,
  variants: STANDING,
  segments: STANDING,
  segment: STANDING,
  removed: STANDING,
  revert: STANDING,
  changed: STANDING,
  after: STANDING,
  idle: STANDING,
} as const;
type Kind = keyof typeof KINDS;

/** What the file says about drift, where it says anything. */
const POLICIES: Partial<Readonly<Record<Kind, string>>> = {
  revert: "drift: { raised: revert }",
  changed: "drift: { changed: rollback }",
};

const gateOf = (kind: Kind, server: string): string => `drift-${kind}-${server}`;
const gates = SERVERS.flatMap(({ server }) =>
  Object.entries(KINDS).map(([kind, steps]) => {
    const policy = POLICIES[kind as Kind];
    return { name: gateOf(kind as Kind, server), server, steps, more: policy === undefined ? [] : [policy] };
  }),
);
const idle = SERVERS.map(({ server }) => gateOf("idle", server));

function inCountries(...values: readonly string[]) {
  return { contextName: "country", operator: "IN", values, inverted: false, caseInsensitive: false };
}

let prometheus: FakePrometheus;
let service: RunningService;
const strategies = new Map<string, string>();
const segments = new Map<string, number>();
/** One for each gate: so many tests that ask again and again are more than one token may. */
const readers = new Map<string, RampartClient>();

beforeAll(async () => {
  prometheus = await startFakePrometheus();
  prometheus.onRequest(shopSignals(gates.map(({ name }) => name)).reply);
  for (const { server, unleash } of SERVERS) {
    const setup = unleashAdmin(unleash(), unleash().adminToken);
    await setup.ensureStickiness("userId");
    const segment = await setup.createSegment("drift-countries", [inCountries("DE")]);
    segments.set(server, segment.id);
    for (const { name } of gates.filter((gate) => gate.server === server)) {
      const place = { flag: name, environment: ENVIRONMENT };
      await setup.createFlag(name);
      const own = name === gateOf("segment", server) ? { segments: [segment.id] } : {};
      const { id } = await setup.addRollout({ ...place, ...own, rollout: 0, title: "Gradual" });
      await setup.switchEnvironment(place, "on");
      strategies.set(name, id);
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
  for (const { name } of gates) {
    const token = await service.issue({ kind: "machine", name, scopes: ["read"], expiresIn: 3_600 });
    readers.set(name, new RampartClient(service.url, token));
  }
  // One after the other, and again where it was refused: each start asks Unleash a handful of questions, and has two
  // seconds for each.
  for (const { name } of gates) {
    if (!idle.includes(name)) await until(() => service.lead.client.act(name, "start", "release 7"));
  }
});

afterAll(async () => {
  await service?.stop();
  await prometheus?.stop();
});

describe.concurrent.each(SERVERS)("Unleash $version", ({ server, unleash }) => {
  const byHand = (): UnleashAdmin => unleashAdmin(unleash(), unleash().colleague.token);
  const place = (kind: Kind) => ({ flag: gateOf(kind, server), environment: ENVIRONMENT });
  const strategy = (kind: Kind): string => strategies.get(gateOf(kind, server)) ?? "";
  const patch = (kind: Kind, path: string, value: unknown) =>
    byHand().patchStrategy(place(kind), strategy(kind), [{ op: "replace", path, value }]);
  const reader = (kind: Kind) => readers.get(gateOf(kind, server)) ?? service.lead.client;
  const now = (kind: Kind) => reader(kind).gate(gateOf(kind, server));
  const standsAt = (kind: Kind, percent: number) =>
    until(async () => expect((await now(kind)).exposure).toMatchObject({ set: percent, served: percent }));
  /** Waits for the state and gives the sentence of why. */
  const becomes = (kind: Kind, state: string): Promise<string> =>
    until(async () => {
      const gate = await now(kind);
      expect(gate.state).toBe(state);
      return gate.because.map(({ message }) => message).join("\n");
    });
  const rollout = async (kind: Kind): Promise<string | undefined> => {
    const all = await byHand().strategies(place(kind));
    return all.find(({ id }) => id === strategy(kind))?.parameters["rollout"];
  };

  test("a changed groupId halts the ramp where it stands and names who did it", async () => {
    await standsAt("group", 20);
    await patch("group", "/parameters/groupId", "somebody-elses");
    expect(await becomes("group", "halted")).toMatch(
      new RegExp(`groupId was changed from ${gateOf("group", server)} to somebody-elses by colleague`),
    );
    expect(await rollout("group")).toBe("20");
  });

  const audiences = [
    {
      kind: "constraints",
      path: "/constraints",
      value: [inCountries("DE")],
      says: "constraints was changed",
    },
    {
      kind: "stickiness",
      path: "/parameters/stickiness",
      value: "userId",
      says: "stickiness was changed from default to userId",
    },
    {
      kind: "variants",
      path: "/variants",
      value: [{ name: "red", weight: 1000, weightType: "variable", stickiness: "default" }],
      says: "variants was changed",
    },
  ] as const;
  test.each(audiences)(
    "changed $kind halt the ramp and name who did it",
    async ({ kind, path, value, says }) => {
      await standsAt(kind, 20);
      await patch(kind, path, value);
      const why = await becomes(kind, "halted");
      expect(why).toContain(says);
      expect(why).toContain("by colleague");
      expect(await rollout(kind)).toBe("20");
    },
  );

  test("a segment put on the strategy halts the ramp and names who did it", async () => {
    await standsAt("segments", 20);
    await byHand().patchStrategy(place("segments"), strategy("segments"), [
      { op: "replace", path: "/segments", value: [segments.get(server)] },
    ]);
    const why = await becomes("segments", "halted");
    expect(why).toContain("segments was changed");
    expect(why).toContain("by colleague");
    expect(await rollout("segments")).toBe("20");
  });

  test("a segment that is changed in itself halts the ramp", async () => {
    await standsAt("segment", 20);
    await byHand().call("PUT", `/api/admin/segments/${segments.get(server)}`, {
      name: "drift-countries",
      constraints: [inCountries("DE", "FR")],
    });
    // Who did it Unleash tells administrators alone: the event is of no flag and of no project.
    expect(await becomes("segment", "halted")).toContain("segments was changed");
    expect(await rollout("segment")).toBe("20");
  });

  test("a removed strategy halts the ramp and names who removed it", async () => {
    await standsAt("removed", 20);
    await byHand().removeStrategy(place("removed"), strategy("removed"));
    const why = await becomes("removed", "halted");
    expect(why).toMatch(/strategy \S+ was removed by colleague/);
  });

  test("with raised: revert a percent raised by hand goes back by itself, and the ramp stands where it stood", async () => {
    await standsAt("revert", 20);
    await patch("revert", "/parameters/rollout", "60");
    await until(async () => expect(await rollout("revert")).toBe("20"));
    await standsAt("revert", 20);
    expect((await now("revert")).state).toBe("proving");
  });

  test("with changed: rollback a changed audience rolls the ramp back", async () => {
    await standsAt("changed", 20);
    await patch("changed", "/parameters/groupId", "somebody-elses");
    expect(await becomes("changed", "rolled-back")).toContain("groupId was changed");
    expect(await rollout("changed")).toBe("0");
  });

  test.each(["after", "idle"] as const)(
    "a raise of a flag whose gate is at rest (%s) is not written over: the gate answers drift until a person decides",
    async (kind) => {
      const gate = gateOf(kind, server);
      if (kind === "after") {
        await standsAt(kind, 20);
        await service.lead.client.act(gate, "rollback", "not today");
        await becomes(kind, "rolled-back");
      }
      await patch(kind, "/parameters/rollout", "35");
      const code = kind === "after" ? "drift/raised" : "drift/unmanaged";
      const why = await until(async () => {
        const { because, exposure } = await now(kind);
        expect(because.map((reason) => `${reason.kind}/${reason.code}`)).toContain(code);
        expect(exposure.set).toBe(35);
        return because.map(({ message }) => message).join();
      });
      expect(why).toContain("by colleague");
      const [before] = await reader(kind).decisions(gate);
      await until(async () => {
        const [newest] = await reader(kind).decisions(gate);
        expect(Date.parse(newest?.lastAt ?? "")).toBeGreaterThan(Date.parse(before?.lastAt ?? "") + 3_000);
      });
      expect(await rollout(kind)).toBe("35");
      await service.lead.client.act(gate, "rollback", "nobody agreed to this");
      await until(async () => expect(await rollout(kind)).toBe("0"));
    },
  );

  test("a second strategy halts the ramp and names who added it", async () => {
    await standsAt("added", 20);
    await byHand().addRollout({ ...place("added"), rollout: 100, title: "Everybody" });
    expect(await becomes("added", "halted")).toContain(
      'strategy "Everybody" was added or enabled beside ours by colleague',
    );
  });

  test("switching the environment off rolls the ramp back, and it is not switched on again", async () => {
    await standsAt("off", 20);
    await byHand().switchEnvironment(place("off"), "off");
    expect(await becomes("off", "rolled-back")).toContain("the environment was switched off by colleague");
    expect((await now("off")).exposure).toMatchObject({ set: 0, served: 0 });
    expect(await rollout("off")).toBe("0");
    const flag = await byHand().flag<{ environments: readonly { name: string; enabled: boolean }[] }>(
      gateOf("off", server),
    );
    expect(flag.environments.find(({ name }) => name === ENVIRONMENT)).toMatchObject({ enabled: false });
  });

  test("an archived flag halts the ramp, and a rollback of it comes to its end", async () => {
    await standsAt("archived", 20);
    await byHand().archiveFlag(gateOf("archived", server));
    expect(await becomes("archived", "halted")).toContain("the flag was archived or deleted by colleague");
    await service.lead.client.act(gateOf("archived", server), "rollback", "it is gone anyway");
    expect(await becomes("archived", "rolled-back")).toContain("ordered by lead: it is gone anyway");
    // Whoever revives it must not bring the exposure of before back.
    await byHand().call("POST", `/api/admin/archive/revive/${gateOf("archived", server)}`);
    expect(await rollout("archived")).toBe("0");
  });

  test("a percent lowered by hand stays, and is the ceiling until somebody adopts it", async () => {
    await standsAt("lowered", 20);
    await patch("lowered", "/parameters/rollout", "7");
    expect(await becomes("lowered", "halted")).toContain("20% was changed to 7% by colleague");
    expect(await rollout("lowered")).toBe("7");
    const gate = await service.get(`/v1/gates/${gateOf("lowered", server)}`, service.lead.token);
    expect(await gate.json()).toMatchObject({ run: { ceiling: 7 }, exposure: { set: 7 } });
  });

  test("a percent lowered to 0 by hand rolls the ramp back", async () => {
    await standsAt("zeroed", 20);
    await patch("zeroed", "/parameters/rollout", "0");
    expect(await becomes("zeroed", "rolled-back")).toContain("20% was changed to 0% by colleague");
  });

  test("a percent raised by hand halts, and goes back on a person's word alone", async () => {
    await standsAt("raised", 20);
    await patch("raised", "/parameters/rollout", "60");
    expect(await becomes("raised", "halted")).toContain("20% was changed to 60% by colleague");
    expect(await rollout("raised")).toBe("60");
    await expect(service.lead.client.act(gateOf("raised", server), "resume", "go on")).rejects.toThrow(
      "changed by hand",
    );
    await service.lead.client.act(gateOf("raised", server), "restore", "nobody agreed to this");
    await standsAt("raised", 20);
    expect(await rollout("raised")).toBe("20");
  });

  test("a changed title alone lets nothing rise until it is put back", async () => {
    const gate = gateOf("title", server);
    await until(async () => expect((await now("title")).request?.needed).toEqual(["release-managers"]));
    const [{ title = "" } = {}] = await byHand().strategies(place("title"));
    await patch("title", "/title", "Half of our users");

    const why = await until(async () => {
      const { because, state, exposure } = await now("title");
      expect(because.map(({ kind, code }) => `${kind}/${code}`)).toContain("drift/title");
      expect({ state, set: exposure.set }).toEqual({ state: "proving", set: 1 });
      return because.find(({ code }) => code === "title")?.message;
    });
    expect(why).toBe('the title was changed to "Half of our users" by colleague');
    await expect(service.second.client.approve(gate, "fine")).rejects.toThrow("asks for no approval");

    await patch("title", "/title", title);
    await until(async () => expect((await now("title")).request).not.toBeNull());
    await service.second.client.approve(gate, "fine");
    await until(async () => expect((await now("title")).state).toBe("finished"));
  });
});
