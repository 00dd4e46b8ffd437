import { expect, test } from "vitest";
import { inbox } from "../../../src/domain/inbox.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aFlagTarget, aGate, aPerson, aStep } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const STEPS = [aStep({ to: 5, holdMs: 10 * MINUTE }), aStep({ to: 25, holdMs: 10 * MINUTE })];
/** Takes the only gradual rollout there is. */
const CHECKOUT = aGate({ steps: STEPS });
/** Names it. */
const BASKET = aGate({ name: "basket", steps: STEPS, flag: aFlagTarget({ strategy: "Gradual rollout" }) });
const RIVAL = ["definition", "rival"];

async function running(): Promise<World> {
  const world = createWorld({ gates: [CHECKOUT] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  return world;
}

async function codes(world: World, gate: string) {
  return (await world.record(gate)).because.map(({ kind, code }) => [kind, code]);
}

test("a second gate on the strategy of one that runs: neither rises, each names the other, and signals stay armed", async () => {
  const world = await running();
  world.definitions.put(BASKET);
  await world.run(HOUR);
  expect(world.percent()).toBe(5);
  expect(await codes(world, "checkout")).toEqual([RIVAL]);
  expect(await codes(world, "basket")).toContainEqual(RIVAL);
  const status = await world.conductor().status("checkout", "advance");
  expect(status).toMatchObject({ open: false, exitCode: 3 });
  expect(status?.because.map(({ message }) => message)).toEqual([
    "basket drives the same strategy of the same flag",
  ]);
  const items = inbox(await world.conductor().gates(), aPerson(), world.clock.now());
  const told = items.filter(({ kind }) => kind === "definition-invalid");
  expect(told.map(({ gate, message }) => [gate, /^\w+ drives the same strategy/.exec(message)?.[0]])).toEqual(
    [
      ["basket", "checkout drives the same strategy"],
      ["checkout", "basket drives the same strategy"],
    ],
  );

  world.metrics.set("errors", 0.06);
  await world.pass();
  expect(world.percent()).toBe(0);
});

test("the ramp goes on once the second gate is gone", async () => {
  const world = await running();
  world.definitions.put(BASKET);
  await world.run(HOUR);
  world.definitions.remove("basket");
  await world.until(({ exposure }) => exposure.set === 25, "checkout", MINUTE);
});

test("a gate does not start on a strategy that another one drives, whether that one's file is there or gone", async () => {
  const world = await running();
  world.definitions.put(BASKET);
  const by = aPerson();
  const start = { gate: "basket", by, reason: "x", at: null, change: null, until: null } as const;
  await world.conductor().command({ ...start, action: "act" }, null);
  for (const happens of [() => undefined, () => world.definitions.remove("checkout")]) {
    happens();
    expect(await world.conductor().command({ ...start, action: "start" }, null)).toMatchObject({
      kind: "refused",
      code: "not-ready",
      message: expect.stringContaining("checkout drives the same strategy of the same flag"),
    });
  }
});

test("gates on other environments of the flag are nobody's rivals", async () => {
  const world = await running();
  world.definitions.put({ ...BASKET, flag: aFlagTarget({ environment: "staging" }) });
  await world.until(({ exposure }) => exposure.set === 25, "checkout", HOUR);
});
