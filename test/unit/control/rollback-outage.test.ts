import { expect, test } from "vitest";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

async function breaching(): Promise<World> {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(5 * MINUTE);
  world.metrics.set("errors", 0.06);
  return world;
}

/** Sets the rollout in vain from now on; switching the environment off still works. */
function refuseRollout(world: World): () => void {
  const send = world.flags.flags.write.bind(world.flags.flags);
  world.flags.flags.write = () => Promise.resolve({ kind: "unsure", detail: "Unleash answered 500" });
  return () => (world.flags.flags.write = send);
}

test("while Unleash is down a rollback is tried again at most every 10 s, and lands when it is back", async () => {
  const world = await breaching();
  world.flags.faults.down = true;
  await world.pass();
  await world.run(20 * MINUTE);
  const tries = world.heard.filter(({ before }) => before === "rolling-back").map(({ lastAt }) => lastAt);
  const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(10 * SECOND);
  expect(world.percent()).toBe(5);
  world.flags.faults.down = false;
  await world.run(10 * SECOND);
  expect(world.percent()).toBe(0);
  await world.until(({ ramp }) => ramp.state === "rolled-back", "checkout", MINUTE);
});

test("a rollback that cannot be written pages again every 5 minutes until it is", async () => {
  const world = await breaching();
  world.flags.faults.down = true;
  await world.pass();
  await world.run(16 * MINUTE);
  const pages = world.tellings().filter(({ kind, page }) => kind === "rollback-late" && page);
  expect(pages.length).toBeGreaterThanOrEqual(3);
  expect(pages.length).toBeLessThanOrEqual(4);
});

test("a rollout that is not read back as 0 within 30 s has the environment switched off, not before", async () => {
  const world = await breaching();
  refuseRollout(world);
  const since = world.clock.now();
  await world.pass();
  await world.run(29 * SECOND);
  expect(world.flags.state(world.gate.flag!).enabled).toBe(true);
  await world.run(11 * SECOND);
  expect(world.flags.state(world.gate.flag!).enabled).toBe(false);
  const off = world.flags.writes.find(({ change }) => change.kind === "off");
  expect((off?.at ?? 0) - since).toBeGreaterThanOrEqual(30 * SECOND);
  expect(world.decisions().some(({ action }) => action.kind === "switch-off")).toBe(true);
});

test("after the second rung the rollout is still written, and only then the rollback is over", async () => {
  const world = await breaching();
  const mend = refuseRollout(world);
  await world.run(10 * MINUTE);
  expect((await world.record()).ramp.state).toBe("rolling-back");
  mend();
  await world.until(({ ramp }) => ramp.state === "rolled-back", "checkout", MINUTE);
  expect(world.flags.state(world.gate.flag!).strategies[0]?.rollout).toBe("0");
  world.person().on();
  await world.run(5 * MINUTE);
  expect(world.percent()).toBe(0);
});

test("an environment that the second rung switched off is nobody's change by hand, and is never switched on again", async () => {
  const world = await breaching();
  const mend = refuseRollout(world);
  await world.run(MINUTE);
  mend();
  await world.run(30 * MINUTE);
  expect(world.tellings().filter(({ kind }) => kind === "changed-by-hand")).toEqual([]);
  expect(world.flags.state(world.gate.flag!).enabled).toBe(false);
});

test("a rollback that a process began in vain is finished by the next process", async () => {
  const world = await breaching();
  world.flags.faults.down = true;
  await world.run(MINUTE);
  world.restart();
  await world.run(MINUTE);
  world.flags.faults.down = false;
  await world.until(({ ramp }) => ramp.state === "rolled-back", "checkout", MINUTE);
  expect(world.percent()).toBe(0);
});

test("a rollback goes on with Prometheus dark and with its file gone", async () => {
  const world = await breaching();
  world.flags.faults.down = true;
  await world.pass();
  world.metrics.fail("unreachable");
  world.definitions.remove("checkout");
  world.flags.faults.down = false;
  await world.until(({ ramp }) => ramp.state === "rolled-back", "checkout", 2 * MINUTE);
  expect(world.percent()).toBe(0);
});
