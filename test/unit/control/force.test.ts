import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aDemand, aGate, aMachine, aPerson, aStep } from "../../support/builders.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

const BY = aPerson({ name: "operator", scopes: ["advance"] });
const FORCE = { action: "advance", reason: "the campaign begins", by: BY } as const;

async function rampAtFive(gate = aGate()) {
  const world = createWorld({ gates: [gate] });
  await world.begin();
  await world.until((record) => record.exposure.set === 5);
  return world;
}

test("a person takes the next step before its hold is over, and its decision says who and why", async () => {
  const world = await rampAtFive();
  expect(await world.tell(FORCE)).toMatchObject({ kind: "done", message: "checkout goes to 25% by force" });
  expect(world.percent()).toBe(25);
  expect(world.decisions().flatMap(({ because }) => because)).toContainEqual(
    expect.objectContaining({
      code: "forced",
      message: "advanced by force by operator: the campaign begins",
    }),
  );
  await world.run(MINUTE);
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 2 });
});

test("what is neither good nor bad is waived, too", async () => {
  const world = await rampAtFive();
  await world.run(5 * MINUTE);
  world.metrics.set("errors", 0.015);
  expect(await world.tell(FORCE)).toMatchObject({ kind: "done" });
  expect(world.percent()).toBe(25);
});

test.each<[string, (world: Awaited<ReturnType<typeof rampAtFive>>) => void, RegExp]>([
  ["a signal stands at halt", (world) => world.metrics.set("errors", 0.03), /halt above/],
  ["a signal is missing", (world) => world.metrics.newest("errors", null), /stale/],
  ["the source is dark", (world) => world.metrics.fail("unreachable"), /dark|unreachable/],
  ["the flag was changed by hand", (world) => world.person().set(40), /changed to 40%/],
])("it is refused while %s, and nothing rises", async (_, spoil, why) => {
  const world = await rampAtFive();
  await world.run(5 * MINUTE);
  spoil(world);
  const before = world.percent();
  expect(await world.tell(FORCE)).toMatchObject({ kind: "refused", message: expect.stringMatching(why) });
  expect(world.percent()).toBeLessThanOrEqual(before);
});

test("it does not replace the approvals of the next step", async () => {
  const steps = [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand()] }), aStep({ to: 100 })];
  const world = await rampAtFive(aGate({ steps }));
  await world.run(5 * MINUTE);
  expect(await world.tell(FORCE)).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("needs an approval"),
  });
  expect(world.percent()).toBe(5);
});

test("what is refused names all that no force waives, and nothing that it does", async () => {
  const steps = [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand()] }), aStep({ to: 100 })];
  const world = await rampAtFive(aGate({ steps }));
  world.flags.faults.stopSwitch = "on";
  expect((await world.pass()).because.map(({ kind }) => kind)).toContain("hold");
  expect(await world.tell(FORCE)).toMatchObject({
    kind: "refused",
    code: "not-ready",
    message: "25% needs an approval by release-leads; the flag rampart.stop is on: no increases anywhere",
  });
});

test("a step that was not read back yet is not taken for one by force", async () => {
  const world = await rampAtFive();
  await world.run(5 * MINUTE);
  world.flags.faults.writes = ["lost"];
  const send = world.flags.flags.write.bind(world.flags.flags);
  world.flags.flags.write = (...given) => {
    world.flags.faults.down = true;
    return send(...given);
  };
  expect(await world.tell(FORCE)).toMatchObject({ kind: "done" });
  expect((await world.record()).intention?.kind).toBe("raise");
  expect(await world.tell(FORCE)).toMatchObject({ kind: "refused", code: "not-ready" });
  expect(world.percent()).toBe(5);
});

test("it is refused to machines, in other states, and of a gate nobody knows", async () => {
  const world = await rampAtFive();
  expect(await world.tell({ ...FORCE, by: aMachine({ scopes: ["advance"] }) })).toMatchObject({
    code: "forbidden",
    message: "only people advance by force",
  });
  expect(await world.tell({ ...FORCE, gate: "nobody" })).toMatchObject({ code: "unknown-gate" });
  await world.tell({ action: "pause" });
  expect(await world.tell(FORCE)).toMatchObject({
    code: "illegal-move",
    message: "advance is not possible while checkout is paused",
  });
});

test("its reply is kept in the moment of the raise", async () => {
  const world = await rampAtFive();
  const kept: unknown[] = [];
  await world.tell(FORCE, (outcome) => {
    kept.push(outcome);
    return { key: "k", principal: "person:operator", request: "r", status: 202, body: "{}", at: 0 };
  });
  expect(kept.at(-1)).toMatchObject({ kind: "done" });
  expect(await world.conductor().reply("person:operator", "k")).toMatchObject({ status: 202 });
});

test("a pause until a time ends by itself, and the hold begins anew", async () => {
  const world = await rampAtFive();
  await world.run(10 * MINUTE);
  const until = world.clock.now() + HOUR;
  await world.tell({ action: "pause", until });
  await world.run(59 * MINUTE);
  expect((await world.record()).ramp).toMatchObject({ state: "paused", until });
  await world.run(3 * MINUTE);
  const { ramp, holdMs } = await world.record();
  expect(ramp).toEqual({ state: "proving", step: 1 });
  expect(holdMs).toBeLessThan(3 * MINUTE);
  expect(world.tellings().map(({ kind }) => kind)).toContain("resumed");
});

test("a pause that would be over before it began is refused", async () => {
  const world = await rampAtFive();
  const outcome = await world.tell({ action: "pause", until: world.clock.now() });
  expect(outcome).toMatchObject({ kind: "refused", message: "the pause would be over before it began" });
});

test("a pause that runs out over a signal at halt ends in the halt", async () => {
  const world = await rampAtFive();
  await world.run(5 * MINUTE);
  await world.tell({ action: "pause", until: world.clock.now() + MINUTE });
  world.metrics.set("errors", 0.03);
  await world.run(3 * MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
});
