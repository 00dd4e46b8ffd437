import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aStep, aGate } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const STEPS = [5, 25, 50, 100].map((to) => aStep({ to, holdMs: 10 * MINUTE }));

/** At 5 %, good, with the first hold behind it: nothing but the store's age keeps it from growing. */
async function exposed(): Promise<World> {
  const world = createWorld({ gates: [aGate({ steps: STEPS })] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(9 * MINUTE);
  return world;
}

type Future = {
  readonly what: string;
  readonly happens: (world: World) => Promise<unknown>;
  readonly stands: number;
  readonly state: string;
};

const FUTURES: readonly Future[] = [
  {
    what: "the ramp grew",
    happens: (world) => world.until(({ exposure }) => exposure.set === 50),
    stands: 50,
    state: "halted",
  },
  {
    what: "the ramp finished",
    happens: (world) => world.until(({ ramp }) => ramp.state === "finished"),
    stands: 100,
    state: "halted",
  },
  {
    what: "somebody paused it",
    happens: (world) => world.tell({ action: "pause" }),
    stands: 5,
    state: "halted",
  },
  {
    what: "it was rolled back",
    async happens(world) {
      await world.tell({ action: "rollback" });
      await world.until(({ ramp }) => ramp.state === "rolled-back");
    },
    stands: 0,
    state: "rolled-back",
  },
];

test.each(FUTURES)(
  "a store put back to before $what raises nothing and lowers nothing by itself",
  async ({ happens, stands, state }) => {
    const world = await exposed();
    const backup = world.store().backup();
    await happens(world);
    world.putBack(backup);
    const before = world.flags.writes.length;
    await world.run(3 * HOUR);
    expect(world.percent()).toBe(stands);
    expect((await world.record()).ramp.state).toBe(state);
    const since = world.flags.writes.slice(before).map(({ change }) => "to" in change && change.to);
    expect(since.filter((to) => to !== stands)).toEqual([]);
  },
);

test("a ramp begun after the backup is nobody's, and stays where it is", async () => {
  const world = createWorld({ gates: [aGate({ steps: STEPS })] });
  await world.tell({ action: "act" });
  await world.pass();
  const backup = world.store().backup();
  await world.tell({ action: "start" });
  await world.until(({ exposure }) => exposure.set === 25);
  world.putBack(backup);
  await world.run(HOUR);
  expect(world.percent()).toBe(25);
  expect((await world.record()).drift.map(({ kind }) => kind)).toEqual(["unmanaged"]);
});

test("only a person who takes the flag as it is lets the ramp go on, and from there", async () => {
  const world = await exposed();
  const backup = world.store().backup();
  await world.until(({ exposure }) => exposure.set === 25);
  world.putBack(backup);
  await world.run(HOUR);
  expect(await world.tell({ action: "resume" })).toMatchObject({ kind: "refused", code: "flag" });
  expect(await world.tell({ action: "adopt-flag" })).toMatchObject({ kind: "done" });
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 2 });
  const { exposure } = await world.until((record) => record.exposure.set === 50, "checkout", HOUR);
  expect(exposure.wanted).toBe(50);
});
