import { expect, test } from "vitest";
import { MINUTE } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { aGate, aStep } from "../../support/builders.ts";
import { type Guard, dyingAt } from "../../support/port-guard.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const ROTATING = aGate({ rotateCohort: true, cooldownMs: MINUTE });
const NEW = /^new-pricing~run_\d+$/;

function strategy(world: World) {
  return world.flags.state({ name: "new-pricing", environment: "production" }).strategies[0];
}

const stoodAtOne = ({ ramp }: GateRecord): boolean => ramp.state === "proving" && ramp.step === 1;

/** Rolled back from its first step, and rested. */
async function rested(gate = ROTATING, world = createWorld({ gates: [gate] })): Promise<World> {
  await world.begin();
  await world.until(stoodAtOne);
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  await world.run(2 * MINUTE);
  return world;
}

test("a restart takes a new groupId at 0 %, on record before it is written, and then grows with it and without drift", async () => {
  const world = await rested();
  expect(strategy(world)?.groupId).toBe("new-pricing");
  await world.tell({ action: "restart" });
  expect((await world.record()).run?.cohort).toMatch(NEW);
  expect(strategy(world)?.groupId).toBe("new-pricing");

  const before = strategy(world);
  const rotated = await world.pass();
  expect(strategy(world)).toEqual({ ...before, title: strategy(world)?.title, groupId: rotated.run?.cohort });
  expect(rotated).toMatchObject({ drift: [], intention: null, flag: { groupId: rotated.run?.cohort } });
  expect(world.decisions().at(-1)?.action).toMatchObject({ kind: "rotate", from: 0, to: 0 });

  await world.until(stoodAtOne);
  expect(world.percent()).toBe(5);
  expect(strategy(world)?.groupId).toBe(rotated.run?.cohort);
  expect((await world.record()).drift).toEqual([]);
});

test("each restart takes another groupId, with the team's own in front", async () => {
  const world = await rested();
  await world.tell({ action: "restart" });
  await world.until(stoodAtOne);
  const first = strategy(world)?.groupId;
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  await world.run(2 * MINUTE);
  await world.tell({ action: "restart" });
  await world.until(stoodAtOne);
  const second = strategy(world)?.groupId;
  expect(second).toMatch(NEW);
  expect(second).not.toBe(first);
});

test("a first start, and a restart that asks for nothing, keep the groupId", async () => {
  const world = createWorld({ gates: [ROTATING] });
  await world.begin();
  await world.until(stoodAtOne);
  expect(strategy(world)?.groupId).toBe("new-pricing");

  const keeping = await rested(aGate({ cooldownMs: MINUTE }));
  await keeping.tell({ action: "restart" });
  await keeping.until(stoodAtOne);
  expect(strategy(keeping)?.groupId).toBe("new-pricing");
});

test("nothing is raised before the new groupId is read back, whatever becomes of its write", async () => {
  for (const fault of ["lost", "reply-lost", "late", "refused"] as const) {
    const world = await rested();
    await world.tell({ action: "restart" });
    world.flags.faults.writes = [fault];
    await world.pass();
    expect(world.percent()).toBe(0);
    await world.run(MINUTE);
    world.flags.deliverLate();
    const raised = await world.until(stoodAtOne);
    expect(strategy(world)?.groupId).toBe(raised.run?.cohort);
    expect(raised.drift).toEqual([]);
  }
});

test("somebody's raise before the write is no ground to write: it halts, and who adopts the flag keeps its groupId", async () => {
  const world = await rested();
  await world.tell({ action: "restart" });
  world.person().set(30);
  await world.run(MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  expect(strategy(world)).toMatchObject({ rollout: "30", groupId: "new-pricing" });
  await world.tell({ action: "adopt-flag" });
  await world.run(MINUTE);
  expect(strategy(world)?.groupId).toBe("new-pricing");
  expect((await world.record()).run?.cohort).toBeNull();
});

test("a raise by hand in the instant of the write leaves nobody exposed to it unseen", async () => {
  const world = await rested();
  await world.tell({ action: "restart" });
  world.flags.faults.betweenReadAndWrite = () => world.person().set(30);
  await world.pass();
  await world.run(MINUTE);
  expect(world.percent()).toBeLessThanOrEqual(5);
});

test("a groupId that somebody changes afterwards is drift like any other", async () => {
  const world = await rested();
  await world.tell({ action: "restart" });
  await world.until(stoodAtOne);
  world.person().change({ groupId: "new-pricing" });
  await world.run(MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  expect((await world.record()).drift).toMatchObject([{ kind: "audience" }]);
});

const nothingHappens: Guard = () => undefined;

test("killed at any call of any port while it rotates, the next process comes to the same groupId and grows", async () => {
  for (let chance = 1; ; chance += 1) {
    let guard = nothingHappens;
    const world = await rested(ROTATING, createWorld({ gates: [ROTATING], guard: (call) => guard(call) }));
    await world.tell({ action: "restart" });
    const death = dyingAt(chance);
    guard = death.guard;
    await world.pass().catch((error: unknown) => {
      if (death.died() === null) throw error;
    });
    if (death.died() === null) break;
    world.clock.advance(7_000);
    world.restart();
    world.flags.deliverLate();
    const raised = await world.until(stoodAtOne);
    expect(strategy(world)?.groupId).toBe(raised.run?.cohort);
    expect(raised.drift).toEqual([]);
  }
});

test("a shadow step comes after the new groupId", async () => {
  const gate = aGate({
    rotateCohort: true,
    cooldownMs: MINUTE,
    steps: [aStep({ to: 0 }), aStep({ to: 100 })],
  });
  const world = createWorld({ gates: [gate] });
  await world.begin();
  await world.until(stoodAtOne);
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  await world.run(2 * MINUTE);
  await world.tell({ action: "restart" });
  await world.until(stoodAtOne);
  expect(strategy(world)?.groupId).toMatch(NEW);
});
