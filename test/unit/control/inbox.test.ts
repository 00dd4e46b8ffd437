import { expect, test } from "vitest";
import { inbox } from "../../../src/domain/inbox.ts";
import { MINUTE } from "../../../src/domain/instant.ts";
import type { Principal } from "../../../src/domain/principal.ts";
import { aDemand, aGate, aLimit, aMachine, aPerson, aSignal, aStep } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const LEAD = aPerson({ name: "lead" });
const STEPS = [
  aStep({ to: 5, holdMs: 10 * MINUTE }),
  aStep({ to: 25, approve: [aDemand()] }),
  aStep({ to: 100 }),
];

/** At 5 %, settled and held, where the next step asks for an approval. */
async function asking(): Promise<World> {
  const world = createWorld({ gates: [aGate({ steps: STEPS })] });
  await world.begin();
  await world.until(({ because }) => because.some(({ kind }) => kind === "approval"));
  await world.run(15 * MINUTE);
  return world;
}

async function inboxIn(world: World, by: Principal = LEAD) {
  return inbox(await world.conductor().gates(), by, world.clock.now());
}

async function kindsIn(world: World, by: Principal = LEAD): Promise<readonly string[]> {
  return (await inboxIn(world, by)).map(({ kind }) => kind);
}

test("a request waits in the inbox of who may answer it, and is gone once it is answered", async () => {
  const world = await asking();
  expect(await kindsIn(world, aPerson({ name: "operator" }))).toEqual([]);
  expect(await kindsIn(world, aPerson({ name: "author" }))).toEqual([]);
  expect(await kindsIn(world, aMachine())).toEqual([]);
  const [item] = await inboxIn(world);
  expect(item).toMatchObject({
    kind: "approval",
    since: (await world.record()).exposure.setAt,
    request: { step: 2, to: 25, others: [] },
  });
  const approved = await world.conductor().approve(
    {
      gate: "checkout",
      by: LEAD,
      step: item?.request?.step ?? 0,
      decision: item?.decision ?? "",
      verdict: "approve",
      reason: "seen",
    },
    null,
  );
  expect(approved).toMatchObject({ kind: "done" });
  expect(await kindsIn(world)).toEqual([]);
});

test("the deadline the inbox names for a halt is the time of its rollback", async () => {
  const world = await asking();
  world.metrics.set("errors", 0.03);
  await world.until(({ ramp }) => ramp.state === "halted");
  // The deadline begins with the second pass that finds the signal at halt.
  await world.run(MINUTE);
  const until = (await inboxIn(world)).find(({ kind }) => kind === "halted")?.until ?? 0;
  await world.run(until - world.clock.now() - MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  await world.until(({ ramp }) => ramp.state !== "halted");
  const { ramp } = await world.record();
  expect(ramp.state).toBe("rolling-back");
  expect(world.clock.now() - until).toBeLessThanOrEqual(2 * world.gate.everyMs);
});

test("a dark source waits in everybody's inbox once people are paged, since it went dark", async () => {
  const world = await asking();
  await world.pass();
  const since = world.clock.now() + world.gate.everyMs;
  world.metrics.fail("unreachable");
  await world.run(4 * MINUTE);
  expect(await kindsIn(world, aMachine())).toEqual([]);
  await world.run(2 * MINUTE);
  const [item] = await inboxIn(world, aMachine());
  expect(item).toMatchObject({
    kind: "blind",
    message: expect.stringContaining("source main has answered nothing"),
  });
  expect(Math.abs((item?.since ?? 0) - since)).toBeLessThanOrEqual(2 * world.gate.everyMs);
  expect(item?.until).toBe((item?.since ?? 0) + 30 * MINUTE);
  world.metrics.recover();
  await world.run(MINUTE);
  expect(await kindsIn(world, aMachine())).toEqual([]);
});

test("a flag raised by hand and a looser file wait for those who may adopt them", async () => {
  const world = await asking();
  world.person().set(50);
  await world.pass();
  expect(await kindsIn(world)).toEqual(["drift"]);
  const other = await asking();
  const looser = aSignal({ rollback: aLimit("above 20%") });
  other.definitions.put(aGate({ steps: STEPS, signals: [looser] }));
  await other.run(MINUTE);
  expect(await inboxIn(other)).toMatchObject([
    { kind: "approval", request: { adopts: expect.any(String) } },
    { kind: "definition-changed" },
  ]);
});
