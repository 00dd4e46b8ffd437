import { expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { Limit } from "../../src/domain/limit.ts";
import { aGate, aLimit, aSignal, aStep } from "../support/builders.ts";
import type { Guard } from "../support/port-guard.ts";
import { createWorld } from "../support/world-of-fakes.ts";

/*
 * The smallest scenario of each defect that the simulation has found. One that is not mended yet is a `test.fails` and has
 * its entry in known-defects.ts; mended, it stays here as a test.
 */

const STEPS = [aStep({ to: 5, holdMs: 0 }), aStep({ to: 25, holdMs: 0 }), aStep({ to: 100, holdMs: 0 })];
const GATE = aGate({ steps: STEPS });
const FOREIGN = "Gradual rollout [rampart 1/3 #zzz.4.2]";

test("a start lets readings settle from the change by hand that it finds", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.tell({ action: "act" });
  world.person().set(55);
  await world.run(10 * MINUTE);
  world.person().set(0);
  await world.tell({ action: "start" });
  world.clock.advance(15 * SECOND);
  await world.pass();
  expect(world.percent()).toBe(0);
});

test("what was noted while the clock was behind settles for its whole time once the clock is right", async () => {
  const world = createWorld({ gates: [GATE] });
  world.clock.advance(-HOUR);
  world.metrics.setClockSkew(-HOUR);
  await world.begin();
  await world.pass();
  world.person().set(3);
  await world.pass();
  await world.tell({ action: "adopt-flag" });
  await world.pass();
  world.clock.advance(HOUR);
  world.metrics.setClockSkew(0);
  await world.pass();
  expect(world.percent()).toBe(3);
});

test("a raise by hand under a token of another store is not reverted to growth under ours", async () => {
  const world = createWorld({
    gates: [aGate({ steps: STEPS, drift: { raised: "revert", changed: "halt" } })],
  });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.person().change({ rollout: "10", title: FOREIGN });
  await world.run(20 * MINUTE);
  expect(world.percent()).toBeLessThanOrEqual(10);
});

test("a write that was under way does not go over a token of another store", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.flags.faults.refuseWrites = true;
  await world.tell({ action: "pause" });
  world.person().change({ title: FOREIGN });
  world.flags.faults.refuseWrites = false;
  await world.run(MINUTE);
  const { flag } = GATE;
  expect(flag === null ? null : world.flags.state(flag).strategies[0]?.title).toBe(FOREIGN);
});

test("a strategy made in place of ours keeps a rollback open, also where the flag was moved", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.person().set(0);
  await world.run(MINUTE);
  world.person().addStrategy({ rollout: "10" });
  world.person().removeStrategy();
  world.person().move("elsewhere");
  await world.tell({ action: "rollback" });
  await world.run(20 * SECOND);
  expect((await world.record()).ramp.state).toBe("rolling-back");
  expect(world.percent()).toBe(10);
  // Where our strategy cannot be written the environment goes off, and that is the end of it.
  await world.run(MINUTE);
  expect((await world.record()).ramp.state).toBe("rolled-back");
  expect(world.percent()).toBe(0);
});

test("a percent that is no whole one keeps a rollback open", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(3 * MINUTE);
  world.flags.faults.propagationMs = 100 * SECOND;
  await world.tell({ action: "rollback" });
  await world.run(98 * SECOND);
  world.person().set("101");
  await world.pass();
  expect((await world.record()).ramp.state).toBe("rolling-back");
  expect(world.percent()).toBe(0);
});

test("a raise that Unleash did not answer is never sent again, though the flag cannot be read", async () => {
  const faults = { hides: false };
  const guard: Guard = ({ method, when }) => {
    if (method !== "write" || !faults.hides) return;
    world.flags.faults.down = when === "after";
  };
  const world = createWorld({ gates: [GATE], guard });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.flags.faults.writes = ["lost"];
  faults.hides = true;
  await world.until(({ intention }) => intention?.kind === "raise");
  world.metrics.set("errors", 0.015);
  world.clock.advance(15 * SECOND);
  await world.pass();
  expect(world.percent()).toBe(5);
});

test.each([10, 5])("a person's decrease to %s%% of a raise that arrived late is a ceiling", async (to) => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.flags.faults.writes = ["late", "lost"];
  await world.until(() => world.flags.faults.writes.length === 0);
  world.flags.deliverLate();
  expect(world.percent()).toBe(25);
  world.person().set(to);
  await world.run(20 * MINUTE);
  expect(world.percent()).toBe(to);
  expect((await world.record()).ramp.state).toBe("halted");
});

test("a person's end of a first raise that arrived late ends the ramp", async () => {
  const world = createWorld({ gates: [GATE] });
  world.flags.faults.writes = ["late", "lost"];
  await world.begin();
  await world.until(() => world.flags.faults.writes.length === 0);
  world.flags.deliverLate();
  expect(world.percent()).toBe(5);
  world.person().set(0);
  await world.run(20 * MINUTE);
  expect(world.percent()).toBe(0);
  expect((await world.record()).ramp.state).toBe("rolled-back");
});

test("a paused ramp that drift has halted stays paused when its flag is adopted", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.tell({ action: "pause" });
  world.person().set(10);
  await world.run(MINUTE);
  await world.tell({ action: "adopt-flag" });
  await world.run(20 * MINUTE);
  expect(world.percent()).toBe(10);
});

test("a percent that nobody can read counts as exposed, so that a signal takes it back", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.pass();
  world.person().set("101");
  world.metrics.set("errors", 0.5);
  await world.run(MINUTE);
  expect(world.percent()).toBe(0);
});

test("a drain is not done while somebody has raised the flag by hand", async () => {
  const world = createWorld({ gates: [{ ...GATE, drainMs: HOUR }] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "draining");
  world.person().set(50);
  await world.run(MINUTE);
  expect((await world.tell({ action: "finish" })).kind).toBe("refused");
  expect((await world.record()).ramp.state).toBe("draining");
});

test("a person's decrease in the moment of a step back is a ceiling when the ramp goes on", async () => {
  const back: Limit = { ...aLimit("above 5%"), to: "previous" };
  const world = createWorld({ gates: [{ ...GATE, signals: [aSignal({ rollback: back })] }] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 25);
  world.person().set(22);
  world.metrics.set("errors", 0.5);
  await world.until(({ ramp }) => ramp.state === "halted");
  world.metrics.set("errors", 0);
  await world.tell({ action: "resume" });
  await world.run(20 * MINUTE);
  expect(world.percent()).toBe(5);
});

test("a rollback is not over while SDKs show a strategy made in place of ours", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.person().addStrategy({ rollout: "100" });
  world.person().removeStrategy();
  await world.run(MINUTE);
  world.flags.faults.propagationMs = 100 * SECOND;
  await world.tell({ action: "rollback" });
  await world.run(80 * SECOND);
  expect(world.percent()).toBe(0);
  expect((await world.record()).ramp.state).toBe("rolling-back");
  await world.run(2 * MINUTE);
  expect((await world.record()).ramp.state).toBe("rolled-back");
});

test("a store restored while the flag cannot be read notices the newer token all the same", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  const backup = world.store().backup();
  await world.tell({ action: "pause" });
  world.restart(undefined, backup);
  world.flags.faults.down = true;
  await world.tell({ action: "pause" });
  world.flags.faults.down = false;
  await world.pass();
  expect((await world.record()).drift.map(({ kind }) => kind)).toContain("restored-store");
});
