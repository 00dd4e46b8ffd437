import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, type Millis } from "../../../src/domain/instant.ts";
import { aGate, aPerson, aSignal, aStep } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const LATENCY = aSignal({ name: "latency", measure: { kind: "plain", query: "latency" } });
const STEPS = [
  aStep({ to: 5, holdMs: 10 * MINUTE }),
  aStep({ to: 25, holdMs: 20 * HOUR }),
  aStep({ to: 100 }),
];
const GATE = aGate({ steps: STEPS, signals: [aSignal(), LATENCY] });

async function exposed(gate = GATE): Promise<World> {
  const world = createWorld({ gates: [gate] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 25);
  await world.run(5 * MINUTE);
  return world;
}

function order(world: World, forMs: Millis | null, source = "main") {
  const by = aPerson();
  return world.conductor().orderMaintenance({ source, forMs, by, reason: "upgrade" }, null);
}

const pages = (world: World) =>
  world
    .tellings()
    .filter(({ page }) => page)
    .map(({ kind }) => kind);
const heard = (world: World) =>
  world
    .tellings()
    .filter(({ kind }) => kind === "maintenance")
    .map(({ text }) => text);

describe("the clock of a dark source", () => {
  test("stands for as long as maintenance lasts, and goes on from there", async () => {
    const world = await exposed();
    world.metrics.fail("unreachable");
    await world.run(3 * MINUTE);
    await order(world, 2 * HOUR);
    await world.run(2 * HOUR - MINUTE);
    expect((await world.record()).ramp.state).toBe("proving");
    expect(pages(world)).toEqual([]);
    await world.run(4 * MINUTE);
    expect(pages(world)).toEqual(["cannot-see"]);
    await world.run(22 * MINUTE);
    expect((await world.record()).ramp.state).toBe("proving");
    await world.run(3 * MINUTE);
    expect((await world.record()).ramp.state).toBe("halted");
    expect(pages(world)).toEqual(["cannot-see"]);
  });

  test("goes on when a person ends maintenance early", async () => {
    const world = await exposed();
    world.metrics.fail("unreachable");
    await order(world, 2 * HOUR);
    await world.run(20 * MINUTE);
    await order(world, null);
    await world.run(31 * MINUTE);
    expect((await world.record()).ramp.state).toBe("halted");
  });

  test("stands over a restart, and over a time without a process", async () => {
    const world = await exposed();
    world.metrics.fail("unreachable");
    await world.run(20 * MINUTE);
    await order(world, 2 * HOUR);
    world.restart();
    world.clock.advance(2 * HOUR);
    await world.run(9 * MINUTE);
    expect((await world.record()).ramp.state).toBe("proving");
    await world.run(2 * MINUTE);
    expect((await world.record()).ramp.state).toBe("halted");
  });

  test("is begun anew by maintenance that was not needed: what goes dark after it has all its time", async () => {
    const world = await exposed();
    await order(world, 10 * MINUTE);
    await world.run(11 * MINUTE);
    world.metrics.fail("unreachable");
    await world.run(29 * MINUTE);
    expect((await world.record()).ramp.state).toBe("proving");
    await world.run(2 * MINUTE);
    expect((await world.record()).ramp.state).toBe("halted");
  });

  test("rolls back no earlier than its counted time where the gate says so", async () => {
    const data = { missing: "wait", darkPageMs: 5 * MINUTE, darkHaltMs: 30 * MINUTE } as const;
    const world = await exposed(aGate({ steps: STEPS, data: { ...data, darkRollbackMs: HOUR } }));
    world.metrics.fail("timeout");
    await order(world, 12 * HOUR);
    await world.run(12 * HOUR + 59 * MINUTE);
    expect(world.percent()).toBe(25);
    await world.run(2 * MINUTE);
    expect(world.percent()).toBe(0);
  });

  test("of another source runs on", async () => {
    const world = await exposed();
    world.metrics.fail("unreachable");
    await order(world, 2 * HOUR, "other");
    await world.run(31 * MINUTE);
    expect((await world.record()).ramp.state).toBe("halted");
    expect(heard(world)).toEqual([]);
  });
});

describe("while maintenance lasts", () => {
  test("a missing signal neither halts nor rolls back, and its clock goes on afterwards", async () => {
    const world = await exposed();
    world.metrics.set("latency", { kind: "empty" });
    await world.run(20 * MINUTE);
    await order(world, 3 * HOUR);
    await world.run(3 * HOUR + 9 * MINUTE);
    expect((await world.record()).ramp.state).toBe("proving");
    await world.run(2 * MINUTE);
    expect((await world.record()).ramp.state).toBe("halted");
  });

  test("a halt for what is missing stays and waits for a person: it does not become a rollback", async () => {
    const world = await exposed();
    world.metrics.set("latency", { kind: "empty" });
    await world.run(31 * MINUTE);
    expect((await world.record()).ramp.state).toBe("halted");
    await order(world, 12 * HOUR);
    await world.run(12 * HOUR - MINUTE);
    expect((await world.record()).ramp.state).toBe("halted");
    expect(world.percent()).toBe(25);
    await world.run(2 * HOUR);
    expect(world.percent()).toBe(0);
  });

  test("what cannot be seen closes raises as ever", async () => {
    const world = createWorld({ gates: [GATE] });
    await world.begin();
    await world.until(({ exposure }) => exposure.set === 5);
    await order(world, 12 * HOUR);
    world.metrics.set("latency", { kind: "empty" });
    await world.run(6 * HOUR);
    expect(world.percent()).toBe(5);
  });

  test("a breach that can be seen rolls back in its pass", async () => {
    const world = await exposed();
    await order(world, 2 * HOUR);
    world.metrics.set("errors", 0.06);
    await world.pass();
    expect(world.percent()).toBe(0);
  });

  test("what is good raises as ever", async () => {
    const world = createWorld({ gates: [GATE] });
    await world.begin();
    await order(world, 12 * HOUR);
    await world.until(({ exposure }) => exposure.set === 25, GATE.name, HOUR);
    expect(world.percent()).toBe(25);
  });

  test("every pass is made again as it was", async () => {
    const world = await exposed();
    world.metrics.fail("unreachable");
    await world.run(20 * MINUTE);
    await order(world, HOUR);
    await world.run(2 * HOUR);
    const rows = world.decisions().filter(({ actor }) => actor === "clock");
    expect(rows.some(({ because }) => because.some(({ message }) => message.includes("stands still")))).toBe(
      true,
    );
    for (const { id } of rows) {
      expect(await world.conductor().replay(id)).toMatchObject({ kind: "replayed", same: true });
    }
  });
});

describe("an order", () => {
  test("is told at once where a run reads the source, and told again when it is over by itself", async () => {
    const world = await exposed();
    expect(await order(world, 2 * HOUR)).toMatchObject({
      source: "main",
      maintenance: { until: world.clock.now() + 2 * HOUR, by: "person:operator" },
      gates: ["checkout"],
    });
    await world.run(MINUTE);
    expect(heard(world)).toEqual([expect.stringMatching(/stand still, maintenance by operator for another/)]);
    await world.run(2 * HOUR);
    expect(heard(world)).toHaveLength(2);
    expect(heard(world)[1]).toContain("is over");
    expect(await world.conductor().maintenance()).toEqual([]);
  });

  test("stands in the ledger, its end as well", async () => {
    const world = await exposed();
    await order(world, 2 * HOUR);
    await order(world, null);
    const ledger = await world.conductor().changes({ gate: null, service: null }, 2, null);
    expect(ledger).toMatchObject([
      { kind: "maintenance", event: "ended", source: "main", by: "person:operator", reason: "upgrade" },
      { kind: "maintenance", event: "begun", source: "main", until: world.clock.now() + 2 * HOUR },
    ]);
  });

  test("takes the place of the one before it", async () => {
    const world = await exposed();
    await order(world, 2 * HOUR);
    await world.run(MINUTE);
    await order(world, 10 * MINUTE);
    expect(await world.conductor().maintenance()).toMatchObject([{ until: world.clock.now() + 10 * MINUTE }]);
  });

  test("to end what is not under way ends nothing", async () => {
    const world = await exposed();
    expect(await order(world, null)).toBeNull();
    await order(world, MINUTE, "other");
    expect(await order(world, null)).toBeNull();
  });

  test("is seen at the gates that read the source, and in what they answer", async () => {
    const world = await exposed();
    await order(world, 2 * HOUR);
    await order(world, HOUR, "other");
    const view = await world.conductor().gate("checkout");
    expect(view?.maintenance).toMatchObject([{ source: "main" }]);
    expect(view?.status.remarks).toEqual([
      expect.stringMatching(/^source main is under maintenance by operator/),
    ]);
    expect((await world.conductor().status("checkout", "advance"))?.remarks).toEqual(view?.status.remarks);
    world.metrics.fail("unreachable");
    await world.run(90 * MINUTE);
    expect((await world.conductor().gate("checkout"))?.dark).toEqual(new Map([["main", world.clock.now()]]));
  });
});
