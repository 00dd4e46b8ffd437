import { describe, expect, test } from "vitest";
import { type InboxItem, inbox } from "../../../src/domain/inbox.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { aGate, aMachine, aPerson, aStep } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const STEPS = [5, 100].map((to) => aStep({ to, holdMs: 10 * MINUTE }));
const DRAIN = 2 * HOUR;
const GATE = aGate({ steps: STEPS, drainMs: DRAIN, cooldownMs: 20 * MINUTE });

const isDraining = ({ ramp }: GateRecord): boolean => ramp.state === "draining";
const isRolledBack = ({ ramp }: GateRecord): boolean => ramp.state === "rolled-back";

/** A ramp that was at 5 % and whose rollback is verified. */
async function draining(): Promise<World> {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.metrics.set("errors", 0.06);
  await world.until(isDraining);
  world.metrics.set("errors", 0);
  return world;
}

function fail(message: string): never {
  throw new Error(message);
}

const kinds = (world: World): readonly string[] => world.tellings().map(({ kind }) => kind);

async function inboxOf(world: World, by = aPerson()): Promise<readonly InboxItem[]> {
  return inbox(await world.conductor().gates(), by, world.clock.now());
}

test("a drain ends no earlier for a process that stood still while another went on", async () => {
  const world = await draining();
  const before = (await world.record()).ramp;
  const stopped = world.sibling(async ({ method, when }) => {
    if (method !== "record" || when !== "before") return;
    await world.run(HOUR);
  });
  await stopped.conductor.pass("checkout");
  expect((await world.record()).ramp).toEqual(before);
});

describe("a rollback of a gate that drains", () => {
  test("drains once 0% is verified as set and as served, and not before", async () => {
    const world = createWorld({ gates: [GATE] });
    await world.begin();
    await world.until(({ exposure }) => exposure.set === 5);
    world.flags.faults.propagationMs = 30 * SECOND;
    world.metrics.set("errors", 0.06);
    await world.run(20 * SECOND);
    expect((await world.record()).ramp.state).toBe("rolling-back");
    const { ramp, exposure } = await world.until(isDraining);
    expect(exposure).toMatchObject({ set: 0, served: 0 });
    expect(ramp).toMatchObject({ fromPercent: 5, until: world.clock.now() + DRAIN });
    expect(world.tellings().at(-1)).toMatchObject({ kind: "draining", page: false });
    expect(world.tellings().at(-1)?.text).toContain("rampart finish checkout --reason ...");
  });

  test("is rolled back at the deadline; an open drain pages, once, and waits in the inbox", async () => {
    const world = await draining();
    const since = world.clock.now();
    await world.until(isRolledBack);
    expect(world.clock.now()).toBeGreaterThanOrEqual(since + DRAIN);
    expect(world.clock.now()).toBeLessThanOrEqual(since + DRAIN + MINUTE);
    const told = world.tellings().filter(({ kind }) => kind === "drain-overdue");
    expect(told.map(({ page }) => page)).toEqual([true]);
    expect((await world.record()).ramp).toMatchObject({ drain: "overdue" });
    await world.run(HOUR);
    expect(kinds(world).filter((kind) => kind === "drain-overdue")).toHaveLength(1);
    expect(await inboxOf(world)).toMatchObject([
      { kind: "drain-overdue", until: null, action: expect.stringContaining("finish") },
    ]);
  });

  test("ends when a person says that nobody is left, and the cooldown begins then", async () => {
    const world = await draining();
    await world.run(HOUR);
    const outcome = await world.tell({ action: "finish", reason: "all 312 orders are through" });
    expect(outcome).toMatchObject({ kind: "done", state: "rolled-back" });
    expect((await world.record()).ramp).not.toHaveProperty("drain");
    expect(world.tellings().at(-1)).toMatchObject({ kind: "rolled-back", page: false });
    expect(world.tellings().at(-1)?.text).toContain("drained, says operator: all 312 orders are through");
    expect(await world.tell({ action: "restart" })).toMatchObject({ kind: "refused", code: "cooldown" });
    await world.run(20 * MINUTE);
    expect(await world.tell({ action: "restart" })).toMatchObject({ kind: "done" });
  });

  test("refuses a restart and a start until it is rolled back", async () => {
    const world = await draining();
    await world.run(DRAIN - MINUTE);
    for (const action of ["restart", "start", "resume", "advance", "abort", "observe"] as const) {
      expect(await world.tell({ action })).toMatchObject({ kind: "refused", code: "illegal-move" });
    }
  });

  test("asks people in the inbox, and no machine, to say when it is done", async () => {
    const world = await draining();
    const by = aMachine({ scopes: ["read", "stop", "operate"] });
    expect(await inboxOf(world, by)).toEqual([]);
    expect(await inboxOf(world)).toMatchObject([
      { kind: "draining", action: 'rampart finish checkout --reason "..."' },
    ]);
  });

  test("stays at 0% whatever its signals say", async () => {
    const world = await draining();
    const writes = world.flags.writes.length;
    world.metrics.set("errors", 0.5);
    await world.run(HOUR);
    world.metrics.set("errors", 0);
    await world.run(10 * MINUTE);
    expect(world.percent()).toBe(0);
    expect(world.flags.writes).toHaveLength(writes);
    expect(isDraining(await world.record())).toBe(true);
  });

  test("goes on in a process that starts anew, whatever the file says meanwhile", async () => {
    const world = await draining();
    world.definitions.put({ ...GATE, mode: "observe", cooldownMs: 0 });
    world.restart();
    await world.run(DRAIN - MINUTE);
    expect(isDraining(await world.record())).toBe(true);
    await world.until(isRolledBack);
  });
});

describe("while it drains", () => {
  test("a late raise of our own is taken back, also long after the rollback", async () => {
    const world = await draining();
    await world.run(HOUR);
    const target = world.gate.flag ?? fail("no flag");
    const [row] = world.flags.state(target).strategies;
    // Unleash writes whole strategies back, so two writes in one instant can mix the percent of one with the title of the other.
    await world.flags.flags.write(target, row?.id ?? "", 5, row?.title ?? "", null);
    expect(world.percent()).toBe(5);
    await world.run(MINUTE);
    expect(world.percent()).toBe(0);
    expect(isDraining(await world.record())).toBe(true);
    expect((await world.record()).drift).toEqual([]);
  });

  test("a raise by hand is left alone, paged, and not taken as it is; restore puts it back", async () => {
    const world = await draining();
    world.person().set(30);
    await world.run(MINUTE);
    expect(world.percent()).toBe(30);
    expect(world.tellings().at(-1)).toMatchObject({ kind: "changed-by-hand", page: true });
    const adopted = await world.tell({ action: "adopt-flag" });
    expect(adopted).toMatchObject({ kind: "refused", code: "flag" });
    expect(await world.tell({ action: "restore" })).toMatchObject({ kind: "done" });
    await world.run(MINUTE);
    expect(world.percent()).toBe(0);
    expect(isDraining(await world.record())).toBe(true);
  });

  test("a rollback that a person orders again is carried out, and the drain begins anew", async () => {
    const world = await draining();
    world.person().set(30);
    await world.run(HOUR);
    await world.tell({ action: "rollback" });
    expect(world.percent()).toBe(0);
    const { ramp } = await world.until(isDraining);
    expect(ramp).toMatchObject({ until: world.clock.now() + DRAIN });
  });

  test("a changed title is taken as it is", async () => {
    const world = await draining();
    world.person().change({ title: "Ask kim before you touch this" });
    await world.run(MINUTE);
    expect((await world.record()).drift).toMatchObject([{ kind: "title" }]);
    expect(await world.tell({ action: "adopt-flag" })).toMatchObject({ kind: "done" });
    await world.run(MINUTE);
    expect((await world.record()).drift).toEqual([]);
    expect(isDraining(await world.record())).toBe(true);
  });
});

describe("finish after a rollback", () => {
  test("is refused while SDKs show a strategy of somebody's in place of ours, or nothing", async () => {
    const world = await draining();
    world.flags.faults.servedUnknown = true;
    expect(await world.tell({ action: "finish" })).toMatchObject({ kind: "refused", code: "flag" });
    world.flags.faults.servedUnknown = false;
    world.person().addStrategy({ rollout: "70" });
    world.person().removeStrategy();
    await world.run(MINUTE);
    expect(await world.tell({ action: "finish" })).toMatchObject({ kind: "refused", code: "flag" });
    await world.tell({ action: "rollback" });
    await world.until(isDraining);
    expect(await world.tell({ action: "finish" })).toMatchObject({ kind: "done", state: "rolled-back" });
  });

  test.each([30, "abc"])("is refused while somebody's %s%% may expose new people", async (percent) => {
    const world = await draining();
    world.person().set(percent);
    await world.run(MINUTE);
    expect(await world.tell({ action: "finish" })).toMatchObject({ kind: "refused", code: "flag" });
    await world.tell({ action: "rollback" });
    await world.until(isDraining);
    expect(await world.tell({ action: "finish" })).toMatchObject({ kind: "done", state: "rolled-back" });
  });

  test("closes a drain that was still open at its deadline", async () => {
    const world = await draining();
    await world.until(isRolledBack);
    expect(await world.tell({ action: "finish" })).toMatchObject({ kind: "done", state: "rolled-back" });
    expect(await inboxOf(world)).toEqual([]);
    expect((await world.record()).ramp).not.toHaveProperty("drain");
  });

  test("is refused where nothing drains", async () => {
    const world = createWorld({ gates: [aGate({ steps: STEPS })] });
    await world.begin();
    await world.until(({ exposure }) => exposure.set === 5);
    await world.tell({ action: "rollback" });
    await world.until(isRolledBack);
    expect(await world.tell({ action: "finish" })).toMatchObject({ kind: "refused", code: "illegal-move" });
  });
});
