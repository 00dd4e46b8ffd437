import { expect, test } from "vitest";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { aGate, aLimit, aSignal } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const ROLLED_BACK = ({ ramp }: GateRecord): boolean => ramp.state === "rolled-back";

async function exposed(world: World = createWorld()): Promise<World> {
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(5 * MINUTE);
  return world;
}

test("the pass that sees a breach writes 0 in that very pass", async () => {
  const world = await exposed();
  world.metrics.set("errors", 0.06);
  const record = await world.pass();
  expect(world.percent()).toBe(0);
  expect(record.ramp).toMatchObject({ state: "rolling-back", fromPercent: 5 });
  const decision = world.decisions().at(-1);
  expect(decision).toMatchObject({ verdict: "rollback", before: "proving", after: "rolling-back" });
  expect(decision?.action).toMatchObject({ kind: "lower", from: 5, to: 0 });
});

test("a breach inside settle acts at once", async () => {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.metrics.set("errors", 0.06);
  await world.pass();
  expect(world.percent()).toBe(0);
});

test("a limit that must last is not rolled back before it has, nor one pass later", async () => {
  const patient = aSignal({ rollback: aLimit("above 5% for 2m") });
  const world = await exposed(createWorld({ gates: [aGate({ signals: [patient] })] }));
  world.metrics.set("errors", 0.06);
  const since = world.clock.now();
  const before = world.heard.length;
  await world.until(({ ramp }) => ramp.state === "rolling-back");
  expect(world.clock.now() - since).toBeGreaterThanOrEqual(2 * MINUTE);
  expect(world.heard.length - before).toBeLessThanOrEqual(2 * (60 / 15) + 2);
});

test("rolled back means: set and served both showed 0 twice, at least 5 s apart", async () => {
  const world = await exposed();
  world.metrics.set("errors", 0.06);
  await world.pass();
  const written = world.clock.now();
  expect(await seenAt(world, 0)).toBe("rolling-back");
  expect(await seenAt(world, SECOND)).toBe("rolling-back");
  expect(await seenAt(world, 4 * SECOND)).toBe("rolling-back");
  expect(await seenAt(world, SECOND)).toBe("rolled-back");
  expect(world.clock.now() - written).toBe(6 * SECOND);
});

async function seenAt(world: World, later: number): Promise<string> {
  world.clock.advance(later);
  return (await world.pass()).ramp.state;
}

test("a look that cannot read the flag is no second look", async () => {
  const world = await exposed();
  world.metrics.set("errors", 0.06);
  await world.pass();
  expect(await seenAt(world, 2 * SECOND)).toBe("rolling-back");
  world.flags.faults.down = true;
  expect(await seenAt(world, 10 * SECOND)).toBe("rolling-back");
  world.flags.faults.down = false;
  const back = world.clock.now();
  await world.until(ROLLED_BACK);
  expect(world.clock.now() - back).toBeGreaterThanOrEqual(5 * SECOND);
  expect(world.clock.now() - back).toBeLessThanOrEqual(30 * SECOND);
  expect(world.flags.writes.filter(({ change }) => change.kind === "off")).toEqual([]);
});

test("the page that a rollback began is in the outbox of the same commit; the end is told without one", async () => {
  const world = await exposed();
  const before = world.tellings().length;
  world.store().failNext("after");
  world.metrics.set("errors", 0.06);
  await expect(world.pass()).rejects.toThrow("made to fail");
  expect(world.percent()).toBe(5);
  expect(
    world
      .tellings()
      .slice(before)
      .map(({ kind, page }) => [kind, page]),
  ).toEqual([["rolling-back", true]]);
  world.restart();
  await world.until(ROLLED_BACK);
  expect(
    world
      .tellings()
      .slice(before)
      .map(({ kind, page }) => [kind, page]),
  ).toEqual([
    ["rolling-back", true],
    ["rolled-back", false],
  ]);
  expect(world.percent()).toBe(0);
});

test("nothing is written when the decision cannot be stored, and the next pass decides again", async () => {
  const world = await exposed();
  const before = world.flags.writes.length;
  world.store().failNext("decision");
  world.metrics.set("errors", 0.06);
  await expect(world.pass()).rejects.toThrow("made to fail");
  expect(world.flags.writes.length).toBe(before);
  await world.pass();
  expect(world.percent()).toBe(0);
});

test("while SDKs still show the old percent the rollback is not over; after a minute that pages", async () => {
  const world = await exposed();
  world.flags.faults.propagationMs = 3 * MINUTE;
  world.metrics.set("errors", 0.06);
  await world.pass();
  const late = () => world.tellings().filter(({ kind }) => kind === "rollback-late");
  await world.run(55 * SECOND);
  expect(late()).toEqual([]);
  await world.run(20 * SECOND);
  expect(late().map(({ page }) => page)).toEqual([true]);
  expect((await world.record()).ramp.state).toBe("rolling-back");
  await world.until(ROLLED_BACK);
  expect(late()).toHaveLength(1);
});

test("an SDK that says nothing is no SDK that shows 0", async () => {
  const world = await exposed();
  world.flags.faults.servedUnknown = true;
  world.metrics.set("errors", 0.06);
  await world.pass();
  await world.run(10 * MINUTE);
  expect((await world.record()).ramp.state).toBe("rolling-back");
  world.flags.faults.servedUnknown = false;
  await world.until(ROLLED_BACK);
});

test("signals that are good again do not stop a rollback, and nothing raises after it", async () => {
  const world = await exposed();
  world.metrics.set("errors", 0.06);
  await world.pass();
  world.metrics.set("errors", 0);
  await world.until(ROLLED_BACK);
  await world.run(3 * 60 * MINUTE);
  expect(world.percent()).toBe(0);
  expect((await world.record()).ramp.state).toBe("rolled-back");
});

test("a rolled-back ramp starts again after its cooldown, from the first step", async () => {
  const world = await exposed();
  world.metrics.set("errors", 0.06);
  await world.until(ROLLED_BACK);
  world.metrics.set("errors", 0);
  expect(await world.tell({ action: "restart" })).toMatchObject({ kind: "refused", code: "cooldown" });
  await world.run(60 * MINUTE);
  expect(await world.tell({ action: "restart" })).toMatchObject({ kind: "done", state: "proving" });
  expect((await world.pass()).exposure.set).toBe(5);
});

test("a baking ramp rolls back too", async () => {
  const world = createWorld();
  await world.begin();
  await world.until(({ ramp }) => ramp.state === "baking");
  expect(world.percent()).toBe(100);
  world.metrics.set("errors", 0.06);
  await world.pass();
  expect(world.percent()).toBe(0);
});

test("a halt that nobody decides on becomes a rollback at its deadline, of alarmed time alone", async () => {
  const world = await exposed();
  world.metrics.set("errors", 0.03);
  await world.pass();
  expect((await world.record()).ramp.state).toBe("halted");
  await world.run(60 * MINUTE);
  world.metrics.set("errors", 0);
  await world.run(5 * 60 * MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  expect(world.percent()).toBe(5);
  world.metrics.set("errors", 0.03);
  await world.run(59 * MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  await world.until(ROLLED_BACK, "checkout", 3 * MINUTE);
  expect(world.percent()).toBe(0);
});
