import { describe, expect, test } from "vitest";
import type { Gate, Signal } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Limit } from "../../../src/domain/limit.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { aGate, aLimit, aSignal, aStep } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const back = (text: string): Limit => ({ ...aLimit(text), to: "previous" });
const STEPS = [5, 25, 50, 100].map((to) => aStep({ to, holdMs: 2 * MINUTE }));

/** A signal about capacity: throttled calls. It settles 75 s after a change. */
function throttled(fields: Partial<Signal> = {}): Signal {
  const measure = { kind: "plain", query: "throttled" } as const;
  return aSignal({ name: "throttled", measure, halt: null, rollback: back("above 20%"), ...fields });
}

function gateWith(fields: Partial<Gate> = {}, signal: Partial<Signal> = {}): Gate {
  return aGate({ steps: STEPS, signals: [aSignal(), throttled(signal)], ...fields });
}

/** A ramp that has just held at a percent, with nothing wrong so far. */
async function at(percent: number, gate = gateWith()): Promise<World> {
  const world = createWorld({ gates: [gate] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === percent);
  await world.run(90 * SECOND);
  return world;
}

const isHalted = ({ ramp }: GateRecord): boolean => ramp.state === "halted";
const isRolledBack = ({ ramp }: GateRecord): boolean => ramp.state === "rolled-back";

describe("a breach of a limit that goes to the step before", () => {
  test("writes that step in the pass that sees it, and pages", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    const { ramp } = await world.pass();
    expect(world.percent()).toBe(25);
    expect(ramp).toMatchObject({
      state: "rolling-back",
      fromPercent: 50,
      stepBack: { step: 2, to: 25, signals: ["throttled"] },
    });
    expect(world.decisions().at(-1)?.action).toMatchObject({ kind: "lower", from: 50, to: 25 });
    expect(world.tellings().at(-1)).toMatchObject({
      kind: "stepping-back",
      page: true,
      title: "checkout goes one step back, from 50% to 25%",
    });
  });

  test("is over once set and served showed it twice, 5 s apart: the ramp is halted at that step", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    await world.pass();
    world.metrics.set("throttled", 0);
    const states: string[] = [];
    for (const seconds of [0, 1, 4, 1]) {
      world.clock.advance(seconds * SECOND);
      states.push((await world.pass()).ramp.state);
    }
    expect(states).toEqual(["rolling-back", "rolling-back", "rolling-back", "halted"]);
    const { ramp, reassertUntil } = await world.record();
    expect(ramp).toMatchObject({ from: { state: "proving", step: 2 }, alarmMs: 0 });
    expect(reassertUntil).toBe(world.clock.now() + 10 * MINUTE);
    expect(world.tellings().at(-1)).toMatchObject({ kind: "halted", page: false });
  });

  test("is not over while SDKs still show the step above", async () => {
    const slow = STEPS.map((step) => ({ ...step, holdMs: 10 * MINUTE }));
    const world = await at(50, gateWith({ steps: slow }));
    await world.run(5 * MINUTE);
    world.flags.faults.propagationMs = 3 * MINUTE;
    world.metrics.set("throttled", 0.3);
    await world.run(2 * MINUTE);
    expect((await world.record()).ramp.state).toBe("rolling-back");
    const late = world.tellings().filter(({ kind }) => kind === "rollback-late");
    expect(late.map(({ text }) => text)).toEqual([expect.stringContaining("set to 25%, but SDKs")]);
    await world.until(isHalted);
  });

  test("is not over by what SDKs showed before the raise that it takes back", async () => {
    const world = createWorld({ gates: [gateWith()] });
    await world.begin();
    await world.until(({ exposure }) => exposure.set === 25);
    world.flags.faults.propagationMs = 40 * SECOND;
    const raised = (await world.until(({ exposure }) => exposure.set === 50)).exposure.raisedAt ?? 0;
    world.metrics.set("throttled", 0.3);
    await world.until(isHalted);
    expect(world.clock.now()).toBeGreaterThanOrEqual(raised + 45 * SECOND + 5 * SECOND);
  });

  test("waits there for a person, and goes on from there", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    await world.pass();
    world.metrics.set("throttled", 0);
    await world.until(isHalted);
    await world.run(HOUR);
    expect(world.percent()).toBe(25);
    await world.tell({ action: "resume" });
    await world.until(({ exposure }) => exposure.set === 50);
  });

  test("from the bake leads to the step before the last", async () => {
    const world = await at(100);
    world.metrics.set("throttled", 0.3);
    await world.pass();
    world.metrics.set("throttled", 0);
    const { ramp } = await world.until(isHalted);
    expect(world.percent()).toBe(50);
    expect(ramp).toMatchObject({ from: { state: "proving", step: 3 } });
  });

  test("from the first step is a whole rollback", async () => {
    const world = await at(5);
    world.metrics.set("throttled", 0.3);
    const { ramp } = await world.pass();
    expect(ramp).not.toHaveProperty("stepBack");
    await world.until(isRolledBack);
    expect(world.percent()).toBe(0);
  });

  test("below a person's ceiling leads to the step below that", async () => {
    const world = await at(50);
    world.person().set(30);
    await world.until(isHalted);
    await world.tell({ action: "resume" });
    world.metrics.set("throttled", 0.3);
    await world.pass();
    expect(world.percent()).toBe(25);
    expect((await world.record()).run?.ceiling).toBe(30);
  });
});

describe("the same signal", () => {
  test("takes the next step only once the one before has settled, and then at once", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    const { exposure } = await world.pass();
    const lowered = exposure.changedAt ?? 0;
    await world.until(isHalted);
    while (world.clock.now() < lowered + 75 * SECOND - 15 * SECOND) {
      expect(world.percent()).toBe(25);
      await world.run(15 * SECOND);
    }
    await world.until(({ exposure: { set } }) => set === 5);
    expect(world.clock.now()).toBeGreaterThanOrEqual(lowered + 75 * SECOND);
    expect(world.clock.now()).toBeLessThanOrEqual(lowered + 75 * SECOND + 30 * SECOND);
    await world.until(isRolledBack);
    expect(world.percent()).toBe(0);
  });

  test("halts meanwhile, so that the halt deadline runs", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    await world.until(isHalted);
    await world.run(15 * SECOND);
    const judged = world
      .decisions()
      .at(-1)
      ?.signals.find(({ signal }) => signal === "throttled");
    expect(judged).toMatchObject({
      verdict: "halt",
      code: "breached",
      message: "30%, one step back above 20%; the step back before has not settled",
    });
    expect((await world.record()).lastPass?.alarmed).toBe(true);
  });

  test("acts at once again when somebody raises exposure after the step", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    await world.until(isHalted);
    world.person().set(100);
    await world.pass();
    await world.pass();
    expect(world.percent()).toBe(5);
  });
});

describe("a whole rollback wins over a step back", () => {
  test("when another signal asks for one in the same pass", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    world.metrics.set("errors", 0.06);
    const { ramp } = await world.pass();
    expect(world.percent()).toBe(0);
    expect(ramp).not.toHaveProperty("stepBack");
    const told = "causes" in ramp ? ramp.causes.map(({ message }) => message) : [];
    expect(told).toEqual(["errors: 6%, rollback above 5%", "throttled: 30%, one step back above 20%"]);
  });

  test("when another signal asks for one while the step is being verified", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    await world.pass();
    world.metrics.set("errors", 0.06);
    world.clock.advance(SECOND);
    await world.pass();
    expect(world.percent()).toBe(0);
    await world.until(isRolledBack);
  });

  test("when a person orders one meanwhile", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    await world.pass();
    expect(await world.tell({ action: "rollback" })).toMatchObject({ kind: "done", state: "rolling-back" });
    expect(world.percent()).toBe(0);
    const { ramp } = await world.until(isRolledBack);
    expect(ramp).toMatchObject({ causes: [{ code: "rollback" }] });
  });

  test("when a person sets 0% or switches the environment off meanwhile", async () => {
    for (const edit of ["set", "off"] as const) {
      const world = await at(50);
      world.metrics.set("throttled", 0.3);
      await world.pass();
      if (edit === "set") world.person().set(0);
      else world.person().off();
      await world.until(isRolledBack);
      expect(world.percent()).toBe(0);
    }
  });

  test("when the signal is missing for too long: nothing is known about capacity then", async () => {
    const missing = { haltMs: 2 * MINUTE, rollbackMs: 4 * MINUTE };
    const world = await at(50, gateWith({}, { missing }));
    world.metrics.set("throttled", { kind: "empty" });
    await world.until(isRolledBack);
    expect(world.percent()).toBe(0);
  });

  test("when nobody decides on the halt before its deadline", async () => {
    const halt = aLimit("above 10%");
    const world = await at(50, gateWith({ haltDeadlineMs: 30 * MINUTE }, { halt }));
    world.metrics.set("throttled", 0.3);
    await world.pass();
    world.metrics.set("throttled", 0.15);
    await world.until(isHalted);
    const { ramp } = await world.until(isRolledBack);
    expect(ramp).toMatchObject({ causes: [{ code: "halt-deadline" }] });
    expect(world.percent()).toBe(0);
  });
});

describe("a step back that Unleash does not take", () => {
  test("is tried again, and for 30 s leaves the environment alone", async () => {
    const world = await at(50);
    world.flags.faults.writes = ["lost", "refused", "reply-lost"];
    world.metrics.set("throttled", 0.3);
    await world.pass();
    world.metrics.set("throttled", 0);
    await world.until(isHalted);
    expect(world.percent()).toBe(25);
    expect(world.flags.writes.filter(({ change }) => change.kind === "off")).toEqual([]);
  });

  test("becomes a whole rollback after that, and switches the environment off", async () => {
    const world = await at(50);
    world.flags.faults.down = true;
    world.metrics.set("throttled", 0.3);
    await world.run(45 * SECOND);
    const { ramp } = await world.record();
    expect(ramp).toMatchObject({ state: "rolling-back", rung: "environment-off" });
    expect(ramp).not.toHaveProperty("stepBack");
    const paged = world.tellings().filter(({ page }) => page);
    expect(paged.map(({ title }) => title)).toEqual([
      "checkout goes one step back, from 50% to 25%",
      "checkout is rolling back from 50% to 0%",
    ]);
    expect(paged[1]?.text).toContain("the step back to 25% could not be read back within 30s");
    world.flags.faults.down = false;
    await world.until(isRolledBack);
    expect(world.flags.state(world.gate.flag ?? raise("no flag")).enabled).toBe(false);
    world.person().on();
    expect(world.percent()).toBe(0);
  });
});

test("a step back is written over no token of another store; after 30 s it is a whole rollback, which is", async () => {
  const world = await at(50);
  world.person().change({ title: "Gradual rollout [rampart 3/4 #zzz.1.9]" });
  world.metrics.set("throttled", 0.3);
  await world.run(25 * SECOND);
  expect(world.percent()).toBe(50);
  await world.until(isRolledBack);
  expect(world.percent()).toBe(0);
});

function raise(message: string): never {
  throw new Error(message);
}

describe("a person's decrease during a step back", () => {
  test("below the step stands, and is the ceiling", async () => {
    const world = await at(50);
    world.metrics.set("throttled", 0.3);
    await world.pass();
    world.metrics.set("throttled", 0);
    world.person().set(10);
    const { ramp, run } = await world.until(isHalted);
    expect(world.percent()).toBe(10);
    expect(ramp).toMatchObject({ from: { state: "proving", step: 1 } });
    expect(run?.ceiling).toBe(10);
  });

  test("to above the step is the ceiling, and the step is taken all the same", async () => {
    const world = await at(50);
    world.flags.faults.writes = ["lost", "lost"];
    world.metrics.set("throttled", 0.3);
    await world.pass();
    world.metrics.set("throttled", 0);
    world.person().set(40);
    const { run } = await world.until(isHalted);
    expect(world.percent()).toBe(25);
    expect(run?.ceiling).toBe(40);
  });

  test.each([
    ["just before it was decided", (world: World) => world.person().set(40)],
    [
      "while its write was under way",
      (world: World) => (world.flags.faults.betweenReadAndWrite = () => world.person().set(40)),
    ],
  ])("%s is the ceiling, and the step is taken all the same", async (_, lower) => {
    const world = await at(50);
    lower(world);
    world.metrics.set("throttled", 0.3);
    await world.pass();
    expect(world.percent()).toBe(25);
    world.metrics.set("throttled", 0);
    const { run } = await world.until(isHalted);
    expect(world.percent()).toBe(25);
    expect(run?.ceiling).toBe(40);
    await world.tell({ action: "resume" });
    await world.run(HOUR);
    expect(world.percent()).toBe(25);
    expect(world.tellings().filter(({ kind }) => kind === "changed-by-hand")).toHaveLength(1);
  });

  test("that the write ran over is given back, and is the ceiling", async () => {
    const world = await at(50);
    world.flags.faults.betweenReadAndWrite = () => world.person().set(10);
    world.metrics.set("throttled", 0.3);
    await world.pass();
    world.metrics.set("throttled", 0);
    const { run } = await world.until(isHalted);
    expect(world.percent()).toBe(10);
    expect(run?.ceiling).toBe(10);
  });
});

test("a raise by hand while a step back is being verified is taken back, as in every rollback", async () => {
  const world = await at(50);
  world.metrics.set("throttled", 0.3);
  await world.pass();
  world.metrics.set("throttled", 0);
  world.person().set(80);
  await world.until(isHalted);
  expect(world.percent()).toBe(25);
});
