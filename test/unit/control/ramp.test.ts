import { expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { aGate, aStep } from "../../support/builders.ts";
import { unprovenRaises } from "../../support/raise-oracle.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

const HOLD = 10 * MINUTE;
const GATE = aGate({
  steps: [aStep({ to: 5, holdMs: HOLD }), aStep({ to: 25, holdMs: HOLD }), aStep({ to: 100, holdMs: HOLD })],
  bakeMs: HOUR,
});

test("a ramp goes from idle through every step to finished, each entered once and held for its hold", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.pass();
  expect((await world.record()).ramp).toEqual({ state: "idle" });
  await world.begin();
  await world.until(({ ramp }) => ramp.state === "finished");

  expect(world.percent()).toBe(100);
  const raises = world.decisions().filter(({ action }) => action.kind === "raise");
  expect(raises.map(({ action }) => "to" in action && [action.from, action.to])).toEqual([
    [0, 5],
    [5, 25],
    [25, 100],
  ]);
  expect(world.flags.writes.map(({ applied }) => applied)).toEqual([true, true, true]);
  expect(await unprovenRaises(world)).toEqual([]);
  for (const step of [1, 2]) {
    const passes = world.heard.filter(({ step: at, before }) => at === step && before === "proving");
    expect(passes.length).toBeGreaterThanOrEqual(HOLD / GATE.everyMs);
  }
  const baked = world.heard.filter(({ before }) => before === "baking");
  expect(baked.length).toBeGreaterThanOrEqual(HOUR / GATE.everyMs);
});

test("people hear of the start, of every step and of the end, once each and without a page", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ ramp }) => ramp.state === "finished");
  expect(world.tellings().map(({ kind, page }) => [kind, page])).toEqual([
    ["started", false],
    ["advanced", false],
    ["advanced", false],
    ["advanced", false],
    ["finished", false],
  ]);
});

test("a raise is not due before the hold is over, and happens at the first pass after it", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  const raised = await world.until(({ ramp }) => ramp.state === "proving" && ramp.step === 1);
  const since = raised.exposure.changedAt ?? 0;
  await world.run(HOLD - GATE.everyMs);
  expect(world.percent()).toBe(5);
  expect((await world.record()).because.map(({ code }) => code)).toEqual(["hold"]);
  await world.until(({ exposure }) => exposure.set === 25);
  expect(world.clock.now() - since).toBeLessThanOrEqual(HOLD + 2 * GATE.everyMs);
});

test("no signal is good before the change has settled", async () => {
  const world = createWorld({ gates: [aGate({ steps: [aStep({ holdMs: 0 }), aStep({ to: 25 })] })] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  const changed = world.clock.now();
  await world.run(15 * SECOND);
  expect((await world.record()).because.map(({ kind }) => kind)).toEqual(["settle"]);
  await world.until(({ exposure }) => exposure.set === 25);
  expect(world.clock.now() - changed).toBeGreaterThanOrEqual(75 * SECOND);
});

test("each of these closes the raise, is named, and opens it again when it is over", async () => {
  const world = createWorld();
  await world.begin();
  const closed = async (): Promise<readonly string[]> => (await world.pass()).because.map(({ code }) => code);

  world.flags.faults.stopSwitch = "on";
  expect(await closed()).toEqual(["stop"]);
  world.flags.faults.stopSwitch = "unknown";
  expect(await closed()).toEqual(["stop-unknown"]);
  world.flags.faults.stopSwitch = "off";
  world.health.lagMs = 1_000;
  expect(await closed()).toEqual(["lag"]);
  world.health.lagMs = 0;
  world.metrics.setClockSkew(-5_001);
  expect(await closed()).toEqual(["clock"]);
  world.metrics.setClockSkew(5_000);
  world.metrics.set("errors", 0.015);
  expect(await closed()).toEqual(["between"]);
  expect(world.percent()).toBe(0);
  world.metrics.set("errors", 0);
  // After a wrong clock nobody knows how old what was noted by it is.
  expect(await closed()).toEqual(["settling"]);
  await world.run(2 * MINUTE);
  expect(world.percent()).toBe(5);
});

test("a gate without a flag is judged and drives nothing", async () => {
  const world = createWorld({ gates: [aGate({ flag: null, steps: [] })] });
  expect((await world.pass()).exposure.set).toBeNull();
  world.metrics.set("errors", 0.06);
  await world.pass();
  expect(world.heard.map(({ verdict }) => verdict)).toEqual(["good", "rollback"]);
  expect(await world.tell({ action: "start" })).toMatchObject({ kind: "refused", code: "watch-only" });
});
