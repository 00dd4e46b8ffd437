import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aGate, aLimit, aSignal, aStep } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const STEPS = [aStep({ to: 5, holdMs: 10 * MINUTE }), aStep({ to: 25, holdMs: 10 * MINUTE })];
const GATE = aGate({ steps: STEPS });

async function exposed(): Promise<World> {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(5 * MINUTE);
  return world;
}

type Change = { readonly code: string; readonly happens: (world: World) => void };

const CHANGES: readonly Change[] = [
  {
    code: "changed",
    happens: ({ definitions }) => {
      const lax = aSignal({ halt: aLimit("above 90%"), rollback: aLimit("above 95%") });
      definitions.put({ ...GATE, steps: [aStep({ to: 5, holdMs: 0 }), aStep({ to: 100 })], signals: [lax] });
    },
  },
  { code: "invalid", happens: ({ definitions }) => definitions.spoil("checkout") },
  { code: "gone", happens: ({ definitions }) => definitions.remove("checkout") },
];

test.each(CHANGES)(
  "while the file is $code nothing rises, the reason is named, and the pinned limits still judge",
  async ({ code, happens }) => {
    const world = await exposed();
    happens(world);
    await world.run(HOUR);
    expect(world.percent()).toBe(5);
    expect((await world.record()).because.map((reason) => [reason.kind, reason.code])).toEqual([
      ["definition", code],
    ]);
    expect((await world.conductor().gate("checkout"))?.definition.status).toBe(code);
    world.metrics.set("errors", 0.06);
    await world.pass();
    expect(world.percent()).toBe(0);
  },
);

test.each(CHANGES)(
  "a file that is $code in a run survives a restart, and the run goes on when the pinned one is back",
  async ({ happens }) => {
    const world = await exposed();
    happens(world);
    await world.run(MINUTE);
    world.restart();
    await world.run(30 * MINUTE);
    expect(world.percent()).toBe(5);
    world.definitions.put(GATE);
    await world.until(({ exposure }) => exposure.set === 25, "checkout", 15 * MINUTE);
  },
);

test("a file that is bad says in the reason what is wrong with it and where", async () => {
  const world = await exposed();
  world.definitions.spoil("checkout");
  await world.pass();
  expect((await world.record()).because.map(({ message }) => message)).toContain(
    "the newest file has errors: gates/checkout.yaml:1:1 not a gate",
  );
});

test("a file that disappears while the flag is exposed pages once", async () => {
  const world = await exposed();
  world.definitions.remove("checkout");
  await world.run(HOUR);
  const told = world.tellings().filter(({ kind }) => kind === "definition");
  expect(told.map(({ page }) => page)).toEqual([true]);
});

test("a file that turns bad or changes during a run is told once, without a page", async () => {
  for (const happens of CHANGES.slice(0, 2).map((change) => change.happens)) {
    const world = await exposed();
    happens(world);
    await world.run(HOUR);
    const told = world.tellings().filter(({ kind }) => kind === "definition");
    expect(told.map(({ page }) => page)).toEqual([false]);
  }
});

test("a new run takes the newest definition", async () => {
  const world = await exposed();
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  const hash = world.definitions.put({ ...GATE, steps: [aStep({ to: 10 })] });
  await world.run(HOUR);
  await world.tell({ action: "restart" });
  expect((await world.record()).run?.definition).toBe(hash);
  await world.pass();
  expect(world.percent()).toBe(10);
});

test("a run does not start on a file that is bad", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.tell({ action: "act" });
  world.definitions.spoil("checkout");
  expect(await world.tell({ action: "start" })).toMatchObject({ kind: "refused", code: "not-ready" });
});

test("a bad file of a gate never seen before defines no gate", async () => {
  const world = createWorld({ gates: [GATE] });
  world.definitions.spoil("search");
  expect(await world.conductor().gate("search")).toBeNull();
  expect(await world.conductor().pass("search")).toBeNull();
  expect((await world.conductor().gates()).map(({ name }) => name)).toEqual(["checkout"]);
});

test("a late raise is still lowered after the rollback, though the file is gone", async () => {
  const world = await exposed();
  const target = GATE.flag ?? { name: "", environment: "" };
  const { title, id } = world.flags.state(target).strategies[0] ?? { title: "", id: "" };
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  world.definitions.remove("checkout");
  world.flags.person({ name: "rampart", userId: 2 }, target).change({ rollout: "5", title }, id);
  expect(world.percent()).toBe(5);
  await world.run(MINUTE);
  expect(world.percent()).toBe(0);
});

test("good gates decide the same to the letter, with and without bad files beside them", async () => {
  const [alone, among] = await Promise.all(
    [false, true].map(async (bad) => {
      const other = aGate({ name: "search", flag: null, steps: [] });
      const world = createWorld({ gates: bad ? [GATE, other] : [GATE] });
      if (bad) {
        world.definitions.spoil("search");
        world.definitions.spoil("basket");
      }
      await world.begin();
      for (let passes = 0; passes < 60; passes += 1) {
        world.metrics.set("errors", passes === 50 ? 0.06 : 0);
        await world.pass();
        world.clock.advance(15_000);
      }
      return { decisions: world.decisions(), writes: world.flags.writes, tellings: world.tellings() };
    }),
  );
  expect(among).toEqual(alone);
  expect(alone?.writes.map(({ change }) => "to" in change && change.to)).toEqual([5, 25, 0]);
});
