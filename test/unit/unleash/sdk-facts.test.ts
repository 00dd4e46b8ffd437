import { once } from "node:events";
import { InMemStorageProvider, Unleash } from "unleash-client";
import { afterEach, expect, test } from "vitest";
import { sendFlags, startSdkServer } from "../../support/sdk-server.ts";

const USERS = Array.from({ length: 10_000 }, (_, index) => `user-${index}`);
const ended: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

test("raising the percent keeps everyone, and lowering it keeps those who were there before", async () => {
  const reached = await reachedBy([rollout("1", "1"), rollout("10", "10"), rollout("50", "50")]);
  expect(reached("1").filter((user) => !reached("10").includes(user))).toEqual([]);
  expect(reached("10").filter((user) => !reached("50").includes(user))).toEqual([]);
  for (const percent of [1, 10, 50]) {
    const share = (100 * reached(String(percent)).length) / USERS.length;
    expect(share).toBeGreaterThan(percent * 0.75);
    expect(share).toBeLessThan(percent * 1.25);
  }
});

test("0 reaches nobody and 100 everybody", async () => {
  const reached = await reachedBy([rollout("none", "0"), rollout("all", "100")]);
  expect([reached("none").length, reached("all").length]).toEqual([0, USERS.length]);
});

test("only whole percents work: what follows the point moves nobody", async () => {
  const reached = await reachedBy([
    rollout("whole", "50"),
    rollout("finer", "50.5"),
    rollout("least", "0.9"),
  ]);
  expect(reached("finer")).toEqual(reached("whole"));
  expect(reached("least")).toEqual([]);
});

test("another groupId reaches other users, as many of the old ones as chance has it", async () => {
  const reached = await reachedBy([rollout("old", "25"), rollout("new", "25", { groupId: "other" })]);
  const now = new Set(reached("new"));
  const kept = reached("old").filter((user) => now.has(user)).length / reached("old").length;
  expect(kept).toBeGreaterThan(0.2);
  expect(kept).toBeLessThan(0.3);
});

test("flags with the same groupId reach the same users", async () => {
  const reached = await reachedBy([rollout("first", "25"), rollout("second", "25")]);
  expect(reached("first")).toEqual(reached("second"));
});

test("whoever has no value to stick to gets nothing, but by default gets another answer each time", async () => {
  const sdk = await sdkWith([rollout("strict", "100"), rollout("loose", "50", { stickiness: "default" })]);
  expect(sdk.isEnabled("strict", {})).toBe(false);
  expect(new Set(USERS.map(() => sdk.isEnabled("loose", {})))).toEqual(new Set([true, false]));
});

test("random stickiness gives one user another answer each time", async () => {
  const sdk = await sdkWith([rollout("dice", "50", { stickiness: "random" })]);
  const context = { userId: "user-1" };
  expect(new Set(USERS.map(() => sdk.isEnabled("dice", context)))).toEqual(new Set([true, false]));
});

test("strategies are joined by or: one beside the ramp at 100 % makes it meaningless", async () => {
  const [ramp] = rollout("joined", "10").strategies;
  const [beside] = rollout("joined", "100").strategies;
  const both = { ...rollout("joined", "0"), strategies: [ramp, beside] };
  const reached = await reachedBy([both]);
  expect(reached("joined").length).toBe(USERS.length);
});

test("the split into variants does not follow the ramp", async () => {
  const variants = ["a", "b"].map((name) => ({
    name,
    weight: 500,
    weightType: "variable",
    stickiness: "userId",
  }));
  const [strategy] = rollout("split", "20").strategies;
  const flag = { ...rollout("split", "20"), strategies: [{ ...strategy, variants }] };
  const sdk = await sdkWith([flag]);
  const names = USERS.filter((userId) => sdk.isEnabled("split", { userId })).map(
    (userId) => sdk.getVariant("split", { userId }).name,
  );
  const share = names.filter((name) => name === "a").length / names.length;
  expect(share).toBeGreaterThan(0.42);
  expect(share).toBeLessThan(0.58);
});

type Parameters = { readonly groupId?: string; readonly stickiness?: string };

function rollout(
  name: string,
  percent: string,
  { groupId = "team", stickiness = "userId" }: Parameters = {},
) {
  const parameters = { rollout: percent, groupId, stickiness };
  const strategies = [{ name: "flexibleRollout", parameters, constraints: [] }];
  return { name, type: "release", enabled: true, strategies, variants: [] };
}

/** Of each flag, the users for whom an SDK says yes. */
async function reachedBy(
  features: readonly { readonly name: string }[],
): Promise<(flag: string) => readonly string[]> {
  const sdk = await sdkWith(features);
  const reached = new Map<string, readonly string[]>();
  for (const flag of features.map(({ name }) => name)) {
    reached.set(
      flag,
      USERS.filter((userId) => sdk.isEnabled(flag, { userId })),
    );
  }
  return (flag) => reached.get(flag) ?? [];
}

async function sdkWith(features: readonly unknown[]): Promise<Unleash> {
  const server = await startSdkServer((_, response) => sendFlags(response, features));
  ended.push(() => server.close());
  const sdk = new Unleash({
    appName: "facts",
    url: `${server.url}/api`,
    refreshInterval: 3_600_000,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
  });
  ended.push(() => sdk.destroy());
  await once(sdk, "synchronized");
  return sdk;
}
