import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aDemand, aGate, aPerson, aStep } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const SHADOWED = aGate({
  steps: [aStep({ to: 0, holdMs: 4 * HOUR }), aStep({ to: 5 }), aStep({ to: 25 }), aStep({ to: 100 })],
});

async function started(gate = SHADOWED): Promise<World> {
  const world = createWorld({ gates: [gate] });
  await world.begin();
  return world;
}

async function inShadow(): Promise<World> {
  const world = await started();
  await world.until(({ ramp }) => ramp.state === "proving" && ramp.step === 1);
  return world;
}

function strategy(world: World) {
  return world.flags.state({ name: "new-pricing", environment: "production" }).strategies[0];
}

test("a shadow step is entered when signals are good, writes a token and exposes nobody for as long as it holds", async () => {
  const world = await started();
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 0 });
  const before = strategy(world);
  const entered = await world.until(({ ramp }) => ramp.state === "proving" && ramp.step === 1);
  expect({ ...strategy(world), title: null }).toEqual({ ...before, title: null });
  expect(strategy(world)?.title).toMatch(/^Gradual rollout \[rampart 1\/4 #/);
  expect(entered).toMatchObject({ exposure: { wanted: 0, set: 0 }, holdMs: 0, drift: [] });
  expect(entered.because).toMatchObject([{ message: "the shadow step has just begun" }]);
  expect(world.tellings().map(({ title }) => title)).toContain(
    "checkout went from 0% to shadow, step 1 of 4",
  );

  await world.run(4 * HOUR - MINUTE);
  expect(world.percent()).toBe(0);
  expect((await world.record()).because.map(({ code }) => code)).toEqual(["hold"]);
  await world.run(2 * MINUTE);
  expect(world.percent()).toBe(5);
});

test("a shadow step waits for signals and for the approval that it asks for", async () => {
  const gate = aGate({ steps: [aStep({ to: 0, approve: [aDemand()] }), aStep({ to: 100 })] });
  const world = createWorld({ gates: [gate] });
  world.metrics.set("errors", 0.015);
  await world.begin();
  await world.run(HOUR);
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 0 });
  world.metrics.set("errors", 0);
  await world.run(HOUR);
  expect((await world.record()).because.map(({ message }) => message)).toEqual([
    "shadow needs an approval by release-leads",
  ]);
});

test("what would roll back halts where nobody is exposed, and the run can be ended there", async () => {
  const world = await inShadow();
  world.metrics.set("errors", 0.2);
  await world.run(MINUTE);
  expect((await world.record()).ramp).toMatchObject({ state: "halted", from: { step: 1 } });
  const [item] = (await world.conductor().gates()).map(({ record }) => record.exposure.set);
  expect(item).toBe(0);
  expect(await world.tell({ action: "abort" })).toMatchObject({ kind: "done", state: "idle" });
});

test("a run that has left its shadow step is rolled back and not aborted", async () => {
  const world = await inShadow();
  await world.until(({ ramp }) => ramp.state === "proving" && ramp.step === 2);
  expect(await world.tell({ action: "abort" })).toMatchObject({ kind: "refused", code: "illegal-move" });
});

test("a title changed by hand during the shadow step is adopted there, and before it nothing is skipped", async () => {
  const world = await inShadow();
  world.person().change({ title: "by hand" });
  await world.run(MINUTE);
  expect((await world.record()).drift).toMatchObject([{ kind: "title" }]);
  await world.tell({ action: "adopt-flag" });
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 1 });

  const early = await started();
  early.metrics.set("errors", 0.015);
  await early.run(MINUTE);
  early.person().change({ title: "by hand" });
  await early.run(MINUTE);
  await early.tell({ action: "adopt-flag" });
  expect((await early.record()).ramp).toEqual({ state: "proving", step: 0 });
});

test("a raise by hand during the shadow step halts, and a rollback ends in the shadow of nothing", async () => {
  const world = await inShadow();
  world.person().set(30);
  await world.run(MINUTE);
  expect((await world.record()).ramp).toMatchObject({ state: "halted", from: { step: 1 } });
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  expect(world.percent()).toBe(0);
  await world.run(2 * HOUR);
  await world.tell({ action: "restart" });
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 0 });
});

test("a flag that is only watched at 0 % stands in the shadow, and would go on once that has held", async () => {
  const world = createWorld({ gates: [SHADOWED] });
  await world.run(HOUR);
  expect((await world.record()).woulds.at(-1)).toMatchObject({ would: null });
  await world.run(4 * HOUR);
  expect((await world.record()).woulds.at(-1)).toMatchObject({
    would: "advance",
    message: "to 5%: all conditions hold",
  });
});

test("a ramp is not started at a shadow step by the percent the flag shows", async () => {
  const world = createWorld({ gates: [SHADOWED] });
  await world.tell({ action: "act" });
  await world.run(MINUTE);
  expect((await world.conductor().gate("checkout"))?.request).toBeNull();
  const by = aPerson({ name: "lead" });
  expect(await world.tell({ action: "start", at: 0, by })).toMatchObject({ kind: "done" });
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 0 });
});

test("an advance by force goes from the shadow step to the first percent, and names where it goes", async () => {
  const world = await inShadow();
  const by = aPerson({ name: "lead", scopes: ["advance"] });
  expect(await world.tell({ action: "advance", by })).toMatchObject({
    message: "checkout goes to 5% by force",
  });
  expect(world.percent()).toBe(5);
});
