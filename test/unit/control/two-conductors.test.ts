import { expect, test } from "vitest";
import { ownRaises, unprovenRaises } from "../../support/raise-oracle.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

async function begun(): Promise<World> {
  const world = createWorld();
  await world.begin();
  return world;
}

test("two processes that pass in the same moment raise at most once, and both end with the same record", async () => {
  const world = await begun();
  const other = world.sibling();
  const [mine, theirs] = await Promise.all([
    world.conductor().pass("checkout"),
    other.conductor.pass("checkout"),
  ]);
  expect(await ownRaises(world)).toHaveLength(1);
  expect(world.percent()).toBe(5);
  expect(mine?.decision.id).not.toBe(theirs?.decision.id);
  await world.pass();
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 1 });
});

test("a hundred rounds of two processes never raise without proof, nor one step twice", async () => {
  const world = await begun();
  const other = world.sibling();
  for (let round = 0; round < 130; round += 1) {
    await Promise.all([world.conductor().pass("checkout"), other.conductor.pass("checkout")]);
    world.clock.advance(15_000);
  }
  expect(await unprovenRaises(world)).toEqual([]);
  expect((await ownRaises(world)).map(({ rolloutAfter }) => rolloutAfter)).toEqual(["5", "25"]);
});

test("a pass that keeps losing the record gives up with an error and has written nothing", async () => {
  const world = await begun();
  const busy = world.sibling();
  let reads = 0;
  const loser = world.sibling(async ({ method, when }) => {
    if (method !== "record" || when !== "after") return;
    reads += 1;
    await busy.conductor.pass("checkout");
  });
  const before = world.flags.writes.length;
  await expect(loser.conductor.pass("checkout")).rejects.toThrow("changed under 3 passes");
  expect(reads).toBe(3);
  expect(await ownRaises(world)).toHaveLength(1);
  expect(world.flags.writes.length - before).toBe(1);
});

test("a process of an older epoch whose flag was taken over raises nothing any more", async () => {
  const world = await begun();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const stopped = world.sibling(({ method, when }) =>
    method === "write" && when === "before" ? released : undefined,
  );
  const late = stopped.conductor.pass("checkout");
  await new Promise((resolve) => setImmediate(resolve));
  world.restart();
  await world.pass();
  await world.tell({ action: "rollback" });
  release();
  await late;
  expect(world.percent()).toBe(0);
  expect(
    world.flags.writes.filter(({ applied, change }) => applied && "to" in change && change.to > 0),
  ).toEqual([]);
});
