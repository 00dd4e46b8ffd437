import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/domain/command.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { aMachine, aPerson } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

async function exposed(): Promise<World> {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(5 * MINUTE);
  return world;
}

function kept(outcome: CommandOutcome) {
  const body = JSON.stringify(outcome);
  return { key: "k1", principal: "operator", request: "digest", status: 202, body, at: 1 };
}

test("a start told twice with the same change has no further effect, in every state after it", async () => {
  const world = createWorld();
  await world.tell({ action: "act" });
  const start = () => world.tell({ action: "start", change: "sha-1", by: aMachine() });
  expect(await start()).toMatchObject({ kind: "done", state: "proving" });
  const run = (await world.record()).run?.id;
  expect(await start()).toMatchObject({ kind: "done", state: "proving" });
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  expect(await start()).toMatchObject({ kind: "done", state: "rolled-back" });
  expect((await world.record()).run?.id).toBe(run);
  expect(world.tellings().filter(({ kind }) => kind === "started")).toHaveLength(1);
});

test("the reply of a command is kept in the transaction of its effect: both are there, or neither", async () => {
  const world = createWorld();
  world.store().failNext("reply");
  await expect(world.tell({ action: "act" }, kept)).rejects.toThrow("made to fail");
  expect((await world.record()).acting).toBeNull();
  const outcome = await world.tell({ action: "act" }, kept);
  expect((await world.record()).acting?.by).toBe("operator");
  const reply = await world.conductor().reply("operator", "k1");
  expect(JSON.parse(reply?.body ?? "")).toEqual(outcome);
  expect(outcome.kind === "done" && (await world.conductor().decision(outcome.decision))?.actor).toBe(
    "person:operator",
  );
});

test("why somebody ordered something stands in the row of the order; without a reason none is made up", async () => {
  const world = createWorld();
  const why = async (reason: string) => {
    const outcome = await world.tell({ action: "act", reason });
    const decision = outcome.kind === "done" ? await world.conductor().decision(outcome.decision) : null;
    return decision?.because.map(({ message }) => message);
  };
  expect(await why("limits held for a week")).toContain("limits held for a week");
  expect(await why("")).toHaveLength(1);
});

test("a refused command keeps no reply and leaves no row", async () => {
  const world = createWorld();
  expect(await world.tell({ action: "resume" }, kept)).toMatchObject({
    kind: "refused",
    code: "illegal-move",
  });
  expect(await world.conductor().reply("operator", "k1")).toBeNull();
  expect(world.decisions()).toEqual([]);
});

test("a refusal names the state and the legal moves", async () => {
  const world = createWorld();
  const refused = await world.tell({ action: "pause" });
  expect(refused).toMatchObject({ kind: "refused", code: "illegal-move", state: "idle" });
  expect(refused.kind === "refused" && refused.legal).toContain("start");
});

test("a command for a gate that nothing defines is refused", async () => {
  const world = createWorld();
  expect(await world.tell({ action: "act", gate: "nowhere" })).toMatchObject({
    code: "unknown-gate",
    state: null,
  });
});

test("a command whose record moved meanwhile is refused as a conflict, and nothing of it happens", async () => {
  const world = createWorld();
  await world.tell({ action: "act" });
  const other = world.sibling();
  const preflight = world.flags.flags.preflight.bind(world.flags.flags);
  world.flags.flags.preflight = async (target) => {
    await other.conductor.pass("checkout");
    return preflight(target);
  };
  expect(await world.tell({ action: "start" }, kept)).toMatchObject({ kind: "refused", code: "conflict" });
  expect((await world.record()).ramp.state).toBe("idle");
  expect(world.tellings()).toEqual([]);
  expect(await world.conductor().reply("operator", "k1")).toBeNull();
});

test("a rollback is never refused for a record that moved: it is decided again", async () => {
  const world = await exposed();
  let races = 4;
  const other = world.sibling(async ({ method, when }) => {
    if (method !== "record" || when !== "after" || races === 0) return;
    races -= 1;
    await world.pass();
  });
  const command = { gate: "checkout", reason: "now", by: aPerson(), at: null, change: null, until: null };
  expect(await other.conductor.command({ ...command, action: "rollback" }, null)).toMatchObject({
    kind: "done",
  });
  expect(races).toBe(0);
  expect(world.percent()).toBe(0);
});

test("a rollback is on record while a pass still waits for Unleash or Prometheus", async () => {
  for (const port of ["flags", "metrics"]) {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let hangs = false;
    const world = createWorld({
      guard: (call) => (hangs && call.port === port && call.when === "before" ? released : undefined),
    });
    await world.begin();
    await world.until(({ exposure }) => exposure.set === 5);
    hangs = true;
    const passing = world.pass();
    const told = world.tell({ action: "rollback" });
    await settled();
    expect((await world.record()).ramp.state).toBe("rolling-back");
    expect(world.tellings().at(-1)).toMatchObject({ kind: "rolling-back", page: true });
    hangs = false;
    release();
    expect(await told).toMatchObject({ kind: "done", state: "rolling-back" });
    await passing;
    expect(world.percent()).toBe(0);
    await world.until(({ ramp }) => ramp.state === "rolled-back");
  }
});

/** Lets everything run that waits for nothing but its turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test("a rollback works with Prometheus dark, from every state that is exposed", async () => {
  for (const first of ["pause", null] as const) {
    const world = await exposed();
    if (first !== null) await world.tell({ action: first });
    world.metrics.fail("unreachable");
    expect(await world.tell({ action: "rollback", by: aMachine() })).toMatchObject({ kind: "done" });
    expect(world.percent()).toBe(0);
    await world.until(({ ramp }) => ramp.state === "rolled-back", "checkout", MINUTE);
  }
});

test("a paused ramp keeps its percent, writes a new token, and still rolls back on a breach", async () => {
  const world = await exposed();
  const title = () => world.flags.state(world.gate.flag!).strategies[0]?.title;
  const before = title();
  expect(await world.tell({ action: "pause" })).toMatchObject({ kind: "done", state: "paused" });
  expect(title()).not.toBe(before);
  await world.run(2 * HOUR);
  expect(world.percent()).toBe(5);
  world.metrics.set("errors", 0.06);
  await world.pass();
  expect(world.percent()).toBe(0);
});

test("a pause that finds the flag changed by hand writes nothing over it", async () => {
  const world = await exposed();
  world.person().set(50);
  await world.tell({ action: "pause" });
  expect(world.percent()).toBe(50);
  await world.run(5 * MINUTE);
  expect(world.percent()).toBe(50);
  expect((await world.record()).ramp.state).toBe("halted");
});

test("a resumed pause holds its step anew", async () => {
  const world = await exposed();
  await world.run(20 * MINUTE);
  await world.tell({ action: "pause" });
  await world.tell({ action: "resume" });
  const resumed = world.clock.now();
  await world.until(({ exposure }) => exposure.set === 25);
  expect(world.clock.now() - resumed).toBeGreaterThanOrEqual(30 * MINUTE - world.gate.everyMs);
});

test("a resume acknowledges the halt: the breach that stays halts again only after 15 minutes, and still rolls back", async () => {
  const world = await exposed();
  world.metrics.set("errors", 0.03);
  await world.pass();
  expect((await world.record()).ramp.state).toBe("halted");
  await world.tell({ action: "resume" });
  await world.run(14 * MINUTE);
  expect((await world.record()).ramp.state).toBe("proving");
  await world.run(2 * MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  await world.tell({ action: "resume" });
  world.metrics.set("errors", 0.06);
  await world.pass();
  expect(world.percent()).toBe(0);
});

test("a halt has no way out but a person's, whatever the signals say and however often the process restarts", async () => {
  const world = await exposed();
  world.metrics.set("errors", 0.03);
  await world.pass();
  world.metrics.set("errors", 0);
  for (let restarts = 0; restarts < 5; restarts += 1) {
    world.restart();
    await world.run(HOUR);
  }
  expect((await world.record()).ramp.state).toBe("halted");
  expect(world.percent()).toBe(5);
});

test("abort ends a run that stands at 0, and no other", async () => {
  const world = createWorld();
  await world.begin();
  expect(await world.tell({ action: "abort" })).toMatchObject({ kind: "done", state: "idle" });
  await world.run(HOUR);
  expect(world.percent()).toBe(0);
  const other = await exposed();
  expect(await other.tell({ action: "abort" })).toMatchObject({ kind: "refused" });
});

test("finish ends a bake early only when the signals of this moment are good", async () => {
  const world = createWorld();
  await world.begin();
  await world.until(({ ramp }) => ramp.state === "baking");
  await world.run(10 * MINUTE);
  world.metrics.set("errors", 0.015);
  expect(await world.tell({ action: "finish" })).toMatchObject({ kind: "refused", code: "signals" });
  world.metrics.set("errors", 0);
  expect(await world.tell({ action: "finish" })).toMatchObject({ kind: "done", state: "finished" });
});

test("a start is refused with every reason of the flag and of the server", async () => {
  const world = createWorld();
  await world.tell({ action: "act" });
  world.person().set(7);
  world.flags.faults.preflight = [{ code: "no-right", message: "may not write" }];
  const outcome = await world.tell({ action: "start" });
  expect(outcome).toMatchObject({ kind: "refused", code: "preflight" });
  expect(outcome.kind === "refused" && outcome.message).toContain("percent-differs");
  expect(outcome.kind === "refused" && outcome.message).toContain("may not write");
});

test("a start at a declared step begins there, settles and holds from now", async () => {
  const world = createWorld();
  await world.tell({ action: "act" });
  world.person().set(25);
  expect(await world.tell({ action: "start", at: 25 })).toMatchObject({ kind: "done", state: "proving" });
  expect((await world.record()).ramp).toEqual({ state: "proving", step: 2 });
  await world.run(29 * MINUTE);
  expect(world.percent()).toBe(25);
  await world.until(({ exposure }) => exposure.set === 100, "checkout", 5 * MINUTE);
});

test("a command makes the gate due at once", async () => {
  const world = createWorld();
  await world.tell({ action: "act" });
  await world.tell({ action: "resume" });
  expect(world.woken).toEqual(["checkout"]);
});

test("the cooldown is as long as the file says although the wall clock is set back meanwhile", async () => {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  await world.run(world.gate.cooldownMs - 10 * MINUTE);
  world.clock.advance(-5 * HOUR);
  for (let passes = 0; passes < 42; passes += 1) {
    await world.pass();
    world.clock.advance(15 * SECOND);
  }
  expect(await world.tell({ action: "restart" })).toMatchObject({ kind: "done" });
});
