import { expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { aGate, aStep } from "../../support/builders.ts";
import { ownRaises, unprovenRaises } from "../../support/raise-oracle.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

async function begun(): Promise<World> {
  const world = createWorld();
  await world.begin();
  return world;
}

/** One pass whose write reaches the server, of which nothing is heard any more. */
async function goDownAfterSending(world: World): Promise<void> {
  const send = world.flags.flags.write.bind(world.flags.flags);
  world.flags.flags.write = async (...given) => {
    world.flags.flags.write = send;
    const outcome = await send(...given);
    world.flags.faults.down = true;
    return outcome;
  };
  expect((await world.pass()).intention?.kind).toBe("raise");
}

const titles = (world: World) => world.flags.writes.map(({ change }) => "title" in change && change.title);

test("a raise that got lost is decided anew under a new token, after one that makes it fail should it still come", async () => {
  const world = await begun();
  world.flags.faults.writes = ["late"];
  await world.pass();
  expect(world.percent()).toBe(0);
  expect(titles(world)).toEqual(["Gradual rollout [rampart 0/3 #mem.1.2]"]);
  await world.pass();
  expect(world.percent()).toBe(5);
  expect(titles(world).at(-1)).toBe("Gradual rollout [rampart 1/3 #mem.1.3]");

  world.flags.deliverLate();
  expect(world.flags.writes.at(-1)).toMatchObject({ applied: false, change: { to: 5 } });
  await world.run(10 * MINUTE);
  expect(await ownRaises(world)).toHaveLength(1);
});

test("a raise whose reply got lost is found done by its token and counts once", async () => {
  const world = await begun();
  world.flags.faults.writes = ["reply-lost"];
  const record = await world.pass();
  expect(record.ramp).toEqual({ state: "proving", step: 1 });
  expect(record.intention).toBeNull();
  expect(world.tellings().map(({ kind }) => kind)).toEqual(["started", "advanced"]);
  await world.run(10 * MINUTE);
  expect(await ownRaises(world)).toHaveLength(1);
});

test("a raise that is found done only after an outage counts from the time of Unleash's event, and nothing follows in that pass", async () => {
  const world = await begun();
  const raised = world.clock.now();
  await goDownAfterSending(world);
  await world.run(10 * MINUTE);
  expect((await world.record()).because.map(({ code }) => code)).toContain("flag-unreadable");
  world.flags.faults.down = false;
  const found = await world.pass();
  expect(found.ramp).toEqual({ state: "proving", step: 1 });
  expect(found.exposure.changedAt).toBe(raised);
  expect(world.percent()).toBe(5);
  expect(await ownRaises(world)).toHaveLength(1);
});

test("a raise found done later settles like any other before the next one, also where a step has no hold", async () => {
  const steps = [aStep({ to: 5, holdMs: 0 }), aStep({ to: 25, holdMs: 0 }), aStep({ to: 100, holdMs: 0 })];
  const world = createWorld({ gates: [aGate({ steps })] });
  await world.begin();
  await goDownAfterSending(world);
  world.clock.advance(15 * SECOND);
  world.flags.faults.down = false;
  const found = await world.pass();
  expect(found.ramp).toEqual({ state: "proving", step: 1 });
  expect(found.because.map(({ kind }) => kind)).toEqual(["settle"]);
  expect(world.decisions().at(-1)).toMatchObject({ verdict: "wait", signals: [{ code: "settling" }] });
  expect(world.percent()).toBe(5);
});

test("while Unleash is down nothing is raised, the reason is named, and the ramp goes on when it is back", async () => {
  const world = await begun();
  world.flags.faults.down = true;
  await world.run(HOUR);
  expect((await world.record()).because.map(({ code }) => code)).toContain("flag-unreadable");
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 0 });
  world.flags.faults.down = false;
  await world.until(({ exposure }) => exposure.set === 5, "checkout", MINUTE);
});

test("a server that refuses the right to write leaves exposure alone, and the pending write is the named reason", async () => {
  const world = await begun();
  world.flags.faults.refuseWrites = true;
  await world.run(HOUR);
  expect(world.percent()).toBe(0);
  expect((await world.record()).because.map(({ code }) => code)).toContain("write-pending");
  const pages = world.tellings().filter(({ kind }) => kind === "cannot-write");
  expect(pages).toMatchObject([{ page: true, title: expect.stringContaining("may not change its flag") }]);
  world.flags.faults.refuseWrites = false;
  await world.until(({ exposure }) => exposure.set === 5, "checkout", 2 * MINUTE);
  expect(await unprovenRaises(world)).toEqual([]);
});

test("a raise whose test fails because a person changed the flag meanwhile writes nothing more, and the person is named", async () => {
  const world = await begun();
  await world.until(({ exposure }) => exposure.set === 5);
  const kim = world.person();
  const send = world.flags.flags.write.bind(world.flags.flags);
  world.flags.flags.write = (...given) => {
    kim.set(3);
    world.flags.flags.write = send;
    return send(...given);
  };
  await world.until(({ ramp }) => ramp.state === "halted");
  expect(world.percent()).toBe(3);
  const record = await world.record();
  expect(record.run?.ceiling).toBe(3);
  expect(record.because.map(({ message }) => message).join()).toContain("by kim");
  await world.run(2 * HOUR);
  expect(world.percent()).toBe(3);
  expect(await ownRaises(world)).toHaveLength(1);
});

test("a title that a person changed under a raise is told, though the read-back found it first", async () => {
  const world = await begun();
  const kim = world.person();
  const send = world.flags.flags.write.bind(world.flags.flags);
  world.flags.flags.write = (...given) => {
    kim.change({ title: "Hands off" });
    world.flags.flags.write = send;
    return send(...given);
  };
  await world.run(MINUTE);
  expect(world.tellings().filter(({ kind }) => kind === "changed-by-hand")).toHaveLength(1);
  expect(world.percent()).toBe(0);
  expect((await world.record()).because.map(({ code }) => code)).toContain("title");
});

test("a late raise that lands after the rollback is lowered again by the next pass", async () => {
  const world = await begun();
  world.flags.faults.writes = ["lost", "lost", "lost", "lost"];
  await world.until(({ exposure }) => exposure.set === 5);
  world.metrics.set("errors", 0.06);
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  // Unleash reads and writes a strategy in two steps, so a raise sent in the same instant can come last.
  const old = world.decisions().find(({ action }) => action.kind === "raise" && action.to === 5)?.action;
  const row = world.flags.state(world.gate.flag ?? { name: "", environment: "" }).strategies[0];
  const title = old !== undefined && "title" in old ? old.title : "";
  await world.flags.flags.write(world.gate.flag!, row?.id ?? "", 5, title, null);
  expect(world.percent()).toBe(5);
  await world.run(15 * SECOND);
  expect(world.percent()).toBe(0);
  expect((await world.record()).ramp.state).toBe("rolled-back");
  expect(world.decisions().at(-1)?.action).toMatchObject({ kind: "lower", to: 0 });
});

test("a reading that lags behind the write ends in no second raise", async () => {
  const world = await begun();
  await world.run(30 * SECOND);
  world.flags.faults.readsBehindMs = 20 * SECOND;
  await world.run(20 * MINUTE);
  expect(await unprovenRaises(world)).toEqual([]);
  world.flags.faults.readsBehindMs = 0;
  await world.run(MINUTE);
  const steps = (await ownRaises(world)).map(({ rolloutAfter }) => rolloutAfter);
  expect(new Set(steps).size).toBe(steps.length);
});

test.each([3, 0])(
  "what a person has lowered a late raise to (%i) is the ceiling also where nobody can say who did it",
  async (percent) => {
    const world = await begun();
    world.flags.faults.writes = ["late", "lost"];
    await world.pass();
    world.flags.deliverLate();
    expect(world.percent()).toBe(5);
    world.person().set(percent);
    world.flags.faults.eventsDown = true;
    await world.run(5 * MINUTE);
    world.flags.faults.eventsDown = false;
    await world.run(30 * MINUTE);
    expect(world.percent()).toBeLessThanOrEqual(percent);
    expect(await ownRaises(world)).toHaveLength(1);
  },
);
