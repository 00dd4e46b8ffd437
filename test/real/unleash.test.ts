import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, inject, test } from "vitest";
import { unleashAdmin, type Place } from "../../demo/peers/unleash-admin.ts";
import type { Flags } from "../../src/control/ports.ts";
import type { Secret } from "../../src/lib/credentials.ts";
import { createOutbound } from "../../src/lib/outbound.ts";
import { createFlags } from "../../src/unleash/flags.ts";
import { createServed, STOP_FLAG } from "../../src/unleash/served.ts";
import { createSightings, type Sightings } from "../../src/unleash/sightings.ts";
import type { FlagWorld } from "../contracts/flag-world.ts";
import { flagsContract } from "../contracts/flags.contract.ts";
import { unleashFacts } from "../contracts/unleash-facts.contract.ts";
import { flagTarget } from "../support/flag-target.ts";
import { startHoldingProxy } from "../support/holding-proxy.ts";
import { realClock } from "../support/real-clock.ts";
import type { SharedUnleash } from "../support/real-peers-setup.ts";

/** Long enough for a busy machine; only the test of a silent server waits for it. */
const TIMEOUT_MS = 1_500;
const REFRESH_MS = 200;
/** Not where other tests are: the stop switch holds for a whole environment. */
const ENVIRONMENT = "development";
const ELSEWHERE = "production";

const ended: (() => unknown)[] = [];

afterAll(async () => {
  for (const end of ended.toReversed()) await end();
});

const SERVERS = [
  { version: "8.2.0", server: (): SharedUnleash => inject("unleash8") },
  { version: "7.5.1", server: (): SharedUnleash => inject("unleash7") },
] as const;

for (const { version, server } of SERVERS) {
  let world: Promise<FlagWorld> | null = null;
  const theWorld = (): Promise<FlagWorld> => (world ??= realWorld(server()));
  flagsContract(`Unleash ${version}`, theWorld);
  unleashFacts(`Unleash ${version}`, theWorld);
}

test.each(SERVERS)(
  "Unleash $version: what a segment contains is part of the audience",
  async ({ server }) => {
    const { setup, flags } = direct(server());
    const segment = await setup.createSegment("regulars", [
      { contextName: "userId", operator: "IN", values: ["b", "a"] },
    ]);
    const place = { flag: "segmented", environment: ENVIRONMENT };
    await setup.createFlag(place.flag);
    await setup.addRollout({ ...place, rollout: 10, segments: [segment.id] });
    const target = flagTarget({ name: place.flag, environment: ENVIRONMENT });
    const segmentsSeen = async (): Promise<unknown> => {
      const seen = await flags.observe(target);
      return seen.kind === "seen" ? JSON.parse(seen.strategies[0]?.segments ?? "") : seen;
    };
    const containing = (...values: string[]): unknown => [
      { id: segment.id, constraints: [expect.objectContaining({ contextName: "userId", values })] },
    ];

    expect(await segmentsSeen()).toEqual(containing("a", "b"));
    await setup.call("PUT", `/api/admin/segments/${segment.id}`, {
      name: "regulars",
      constraints: [{ contextName: "userId", operator: "IN", values: ["a", "c"] }],
    });
    expect(await segmentsSeen()).toEqual(containing("a", "c"));
  },
);

test.each(SERVERS)(
  "Unleash $version: a token of no user is told by the number in its events",
  async ({ server }) => {
    const { setup } = direct(server());
    const { flags } = direct(server(), server().adminToken);
    await setup.createFlag("ownerless");
    const [created] = await setup.events("ownerless");
    expect(await flags.ownUserId("main")).toBe(created?.createdByUserId);
  },
);

test.each(SERVERS)(
  "Unleash $version: an SDK whose token was refused comes back with the next one",
  async ({ server }) => {
    const folder = await mkdtemp(join(tmpdir(), "rampart-token-"));
    ended.push(() => rm(folder, { recursive: true }));
    const token = { file: join(folder, "token") };
    await writeFile(token.file, `default:${ENVIRONMENT}.revoked`);
    const served = servedBy(server().url, token, createSightings());
    const absent = flagTarget({ name: "never-made", environment: ENVIRONMENT });

    await eventually(async () => {
      expect(await served.observe(absent)).toMatchObject({
        kind: "unknown",
        detail: expect.stringContaining("401"),
      });
    });
    await writeFile(token.file, `${await backendToken(server())}\n`);
    await eventually(async () => {
      expect(await served.observe(absent)).toMatchObject({ kind: "seen", enabled: false });
    });
  },
);

test.each(SERVERS)(
  "Unleash $version: reading leaves no trace among the team's applications",
  async ({ server }) => {
    const { setup } = direct(server());
    const served = servedBy(server().url, { value: await backendToken(server()) }, createSightings());
    const target = flagTarget({ name: "never-made", environment: ENVIRONMENT });
    await eventually(async () => expect((await served.observe(target)).kind).toBe("seen"));
    expect(served.stopSwitch(target)).toBe("off");
    const { applications } = await setup.call<{ applications: readonly { appName: string }[] }>(
      "GET",
      "/api/admin/metrics/applications",
    );
    expect(applications.map(({ appName }) => appName)).not.toContain("rampart");
  },
);

async function realWorld(unleash: SharedUnleash): Promise<FlagWorld> {
  const proxy = await startHoldingProxy(unleash.url);
  ended.push(() => proxy.close());
  const { setup } = direct(unleash);
  const byHand = unleashAdmin(unleash, unleash.colleague.token);
  const segment = await setup.createSegment("pilots", [
    { contextName: "userId", operator: "IN", values: ["shop-2", "shop-1"] },
  ]);
  const sightings = createSightings();

  return {
    flags: flagsFor(proxy.url, unleash.rampart.token, sightings),
    viewerFlags: flagsFor(proxy.url, unleash.viewer.token, sightings),
    served: servedBy(proxy.url, { value: await backendToken(unleash) }, sightings),
    colleague: { id: unleash.colleague.id, name: unleash.colleague.username },
    elsewhere: ELSEWHERE,
    async addFlag(name, rollout) {
      const place = { flag: name, environment: ENVIRONMENT };
      await setup.createFlag(name);
      await setup.addRollout({
        ...place,
        rollout,
        stickiness: "userId",
        constraints: [{ contextName: "appName", operator: "IN", values: ["shop", "admin"] }],
        segments: [segment.id],
      });
      await setup.switchEnvironment(place, "on");
      return flagTarget({ name, environment: ENVIRONMENT });
    },
    byHand(target) {
      const place: Place = { flag: target.name, environment: target.environment };
      const patch = async (id: string, path: string, value: unknown): Promise<void> => {
        await byHand.patchStrategy(place, id, [{ op: "replace", path, value }]);
      };
      return {
        set: (id, rollout) => patch(id, "/parameters/rollout", rollout),
        regroup: (id, groupId) => patch(id, "/parameters/groupId", groupId),
        disable: (id) => patch(id, "/disabled", true),
        addStrategy: async (title) => (await byHand.addRollout({ ...place, title, rollout: 100 })).id,
        removeStrategy: async (id) => void (await byHand.removeStrategy(place, id)),
        off: async () => void (await byHand.switchEnvironment(place, "off")),
        on: async () => void (await byHand.switchEnvironment(place, "on")),
        archive: async () => void (await byHand.archiveFlag(place.flag)),
        revive: async () => void (await byHand.call("POST", `/api/admin/archive/revive/${place.flag}`)),
      };
    },
    async whole(target) {
      const { collaborators: _, ...rest } = await setup.flag<Record<string, unknown>>(target.name);
      return rest;
    },
    async stop(on) {
      const place = { flag: STOP_FLAG, environment: ENVIRONMENT };
      await byHand.flag(STOP_FLAG).catch(() => byHand.createFlag(STOP_FLAG));
      if ((await byHand.strategies(place)).length === 0) await byHand.addRollout({ ...place, rollout: 100 });
      await byHand.switchEnvironment(place, on ? "on" : "off");
    },
    suspend: () => proxy.hold(),
    resume: () => proxy.release(),
    pass: () => sleep(100),
  };
}

function direct(unleash: SharedUnleash, token = unleash.rampart.token) {
  return {
    setup: unleashAdmin(unleash, unleash.adminToken),
    flags: flagsFor(unleash.url, token, createSightings()),
  };
}

function flagsFor(url: string, token: string, sightings: Sightings): Flags {
  const auth = { kind: "token", token: { value: token } } as const;
  const main = createOutbound({ baseUrl: url, auth, timeoutMs: TIMEOUT_MS });
  ended.push(() => main.close());
  return createFlags({ servers: { main }, clock: realClock, sightings });
}

function servedBy(url: string, token: Secret, sightings: Sightings) {
  const main = { url, tokens: { [ENVIRONMENT]: token }, refreshMs: REFRESH_MS, timeoutMs: TIMEOUT_MS };
  const served = createServed({ servers: { main }, clock: realClock, sightings });
  ended.push(() => served.close());
  return served;
}

async function backendToken(unleash: SharedUnleash): Promise<string> {
  const { secret } = await unleashAdmin(unleash, unleash.adminToken).call<{ secret: string }>(
    "POST",
    "/api/admin/api-tokens",
    { tokenName: "sdk", type: "backend", environment: ENVIRONMENT, projects: ["*"] },
  );
  return secret;
}

async function eventually(holds: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    try {
      await holds();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(100);
  }
}
