import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aGate, aStep } from "../../support/builders.ts";
import { ownRaises } from "../../support/raise-oracle.ts";
import { KIM, type World, createWorld } from "../../support/world-of-fakes.ts";

const GATE = aGate({
  steps: [
    aStep({ to: 5, holdMs: 10 * MINUTE }),
    aStep({ to: 25, holdMs: 10 * MINUTE }),
    aStep({ to: 100, holdMs: 10 * MINUTE }),
  ],
});

/** At 5 %, one pass before the raise to 25. */
async function beforeRaise(): Promise<World> {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.until(({ holdMs }) => holdMs >= 10 * MINUTE - GATE.everyMs);
  world.clock.advance(GATE.everyMs);
  return world;
}

test("a decrease by a person between our reading and our writing is given back at once, and is the ceiling", async () => {
  const world = await beforeRaise();
  world.flags.faults.betweenReadAndWrite = () => world.person().set(2);
  const record = await world.pass();
  expect(await ownRaises(world)).toHaveLength(2);
  expect(world.percent()).toBe(2);
  expect(record.ramp).toMatchObject({ state: "halted" });
  expect(record.run?.ceiling).toBe(2);
  expect(world.tellings().at(-1)).toMatchObject({ kind: "halted" });
  expect(world.tellings().at(-1)?.text).toContain("kim");
  await world.run(2 * HOUR);
  expect(world.percent()).toBe(2);
});

test("a decrease to 0 that a raise ran over rolls the ramp back", async () => {
  const world = await beforeRaise();
  world.flags.faults.betweenReadAndWrite = () => world.person().set(0);
  const record = await world.pass();
  expect(world.percent()).toBe(0);
  expect(record.ramp.state).toBe("rolling-back");
  await world.until(({ ramp }) => ramp.state === "rolled-back");
});

test("a decrease that a raise ran over is given back even by the process after the one that wrote", async () => {
  const world = await beforeRaise();
  world.flags.faults.betweenReadAndWrite = () => world.person().set(2);
  const send = world.flags.flags.write.bind(world.flags.flags);
  world.flags.flags.write = async (...given) => {
    await send(...given);
    world.flags.flags.write = send;
    throw new Error("the process died");
  };
  await expect(world.pass()).rejects.toThrow("the process died");
  expect(world.percent()).toBe(25);
  world.restart();
  const record = await world.pass();
  expect(world.percent()).toBe(2);
  expect(record.ramp.state).toBe("halted");
  expect(record.run?.ceiling).toBe(2);
});

test("a decrease is given back though the log could not be read before the write", async () => {
  const world = await beforeRaise();
  world.flags.faults.eventsDown = true;
  world.flags.faults.betweenReadAndWrite = () => {
    world.person().set(2);
    world.flags.faults.eventsDown = false;
  };
  await world.pass();
  expect(world.percent()).toBe(2);
});

test("what a person changed long before a write and has been dealt with is not given back again", async () => {
  const world = await beforeRaise();
  const kim = world.person();
  kim.set(2);
  await world.pass();
  kim.set(5);
  await world.pass();
  expect(await world.tell({ action: "adopt-flag" })).toMatchObject({ kind: "done" });
  world.restart();
  await world.until(({ exposure }) => exposure.set === 25);
  await world.run(MINUTE);
  expect(world.percent()).toBe(25);
});

test("an edit of ours by another token is nobody's decrease", async () => {
  const world = await beforeRaise();
  const same = world.flags.person({ name: KIM.name, userId: 2 }, GATE.flag ?? { name: "", environment: "" });
  world.flags.faults.betweenReadAndWrite = () => same.set(2);
  const record = await world.pass();
  expect(record.ramp).toEqual({ state: "proving", step: 2 });
});
