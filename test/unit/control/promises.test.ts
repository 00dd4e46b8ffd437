import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aDemand, aGate, aPerson, aPromiseDemand, aSignal, aStep } from "../../support/builders.ts";
import { AUTHOR } from "../../support/scripted-definitions.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const GATE = aGate({
  steps: [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand()] }), aStep({ to: 100 })],
  promises: [aPromiseDemand(), aPromiseDemand({ says: "night batch is off", step: 2 })],
});
const PLATFORM = aPerson({ name: "platform", groups: ["erp-platform"] });

async function started(gate = GATE): Promise<World> {
  const world = createWorld({ gates: [gate] });
  world.definitions.put(gate, AUTHOR);
  await world.begin();
  await world.run(5 * MINUTE);
  return world;
}

function promise(world: World, says = "the limit is raised") {
  return world.conductor().promise({ gate: "checkout", by: PLATFORM, says, reason: "ERP-812" }, null);
}

test("nothing grows before what a gate requires is promised, and then it does at once", async () => {
  const world = await started();
  expect(world.percent()).toBe(0);
  expect((await world.record()).because.map(({ kind, code }) => `${kind}/${code}`)).toEqual([
    "require/promise",
  ]);
  expect(await world.conductor().status("checkout", "advance")).toMatchObject({ open: false, exitCode: 5 });
  const asked = world.tellings().filter(({ kind }) => kind === "needs-approval");
  expect(asked.map(({ text }) => text)).toEqual([
    expect.stringContaining("erp-platform must promise: the limit is raised"),
  ]);

  expect(await promise(world)).toMatchObject({ kind: "done" });
  expect(world.woken.at(-1)).toBe("checkout");
  await world.pass();
  expect(world.percent()).toBe(5);
});

test("approvals of a step are asked for once its promises are given, and a bad signal ends the approvals alone", async () => {
  const world = await started();
  await promise(world);
  await world.run(40 * MINUTE);
  expect((await world.conductor().gate("checkout"))?.request).toBeNull();
  await promise(world, "night batch is off");
  await world.run(MINUTE);
  const request = (await world.conductor().gate("checkout"))?.request;
  expect(request).toMatchObject({ step: 2, needed: ["release-leads"] });

  world.metrics.set("errors", 0.03);
  await world.run(MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  expect((await world.record()).promises.map(({ says }) => says)).toEqual([
    "the limit is raised",
    "night batch is off",
  ]);
});

test("a promise outlasts a rollback: the next run of the same definition asks for it no more, another definition does", async () => {
  const world = await started();
  await promise(world);
  await world.until(({ ramp }) => ramp.state === "proving" && ramp.step === 1);
  world.metrics.set("errors", 0.06);
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  world.metrics.set("errors", 0);
  await world.run(2 * HOUR);
  await world.tell({ action: "restart" });
  await world.until(({ ramp }) => ramp.state === "proving" && ramp.step === 1);

  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  const changed = { ...GATE, signals: [aSignal({ floor: 2 })] };
  world.definitions.put(changed, AUTHOR);
  await world.run(2 * HOUR);
  await world.tell({ action: "restart" });
  await world.run(5 * MINUTE);
  expect(world.percent()).toBe(0);
  expect((await world.record()).because.map(({ code }) => code)).toEqual(["promise"]);
});

test("a gate that only watches says that it would advance once all is promised", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.run(5 * MINUTE);
  expect((await world.record()).woulds.at(-1)).toMatchObject({
    would: "advance",
    message: "to 5%, once approved: all conditions hold",
  });
});

test("a gate that only watches tells of the promise that the next step asks for, not of a later one", async () => {
  const gate = aGate({ promises: [aPromiseDemand({ step: 2 })] });
  const world = createWorld({ gates: [gate] });
  await world.run(5 * MINUTE);
  expect((await world.record()).woulds.at(-1)?.message).toBe("to 5%: all conditions hold");
  world.person().set(5);
  await world.run(HOUR);
  expect((await world.record()).woulds.at(-1)?.message).toBe("to 25%, once approved: all conditions hold");
});

test("a ramp that is taken over at a step needs what entering it needs of promises", async () => {
  const world = createWorld({ gates: [GATE] });
  world.definitions.put(GATE, AUTHOR);
  await world.tell({ action: "act" });
  world.person().set(5);
  await world.run(MINUTE);
  const by = aPerson({ name: "lead" });
  expect(await world.tell({ action: "start", at: 5, by })).toMatchObject({
    kind: "refused",
    code: "not-eligible",
    message: "erp-platform must promise: the limit is raised; rampart promise checkout",
  });
  await promise(world);
  await world.pass();
  expect(await world.tell({ action: "start", at: 5, by })).toMatchObject({ kind: "done" });
});

test("a promise for a gate that nobody knows is refused", async () => {
  const world = await started();
  const command = { gate: "nobody", by: PLATFORM, says: "x", reason: "y" };
  expect(await world.conductor().promise(command, null)).toMatchObject({ code: "unknown-gate" });
});
