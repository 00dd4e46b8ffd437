import { expect, test } from "vitest";
import { MINUTE } from "../../../src/domain/instant.ts";
import { aGate, aStep } from "../../support/builders.ts";
import type { Guard } from "../../support/port-guard.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

const GATE = aGate({ steps: [aStep({ to: 5, holdMs: 0 }), aStep({ to: 100, holdMs: 0 })] });

/** A process that is stopped for ten minutes at one call, once the first step was taken; then a signal is bad. */
function standstill(at: { readonly method: string; readonly when: "before" | "after" }) {
  const stop = { armed: false };
  const guard: Guard = ({ method, when }) => {
    if (!stop.armed || method !== at.method || when !== at.when) return;
    stop.armed = false;
    world.clock.advance(10 * MINUTE);
    world.metrics.set("errors", 0.015);
  };
  const world = createWorld({ gates: [GATE], guard });
  return { world, stop };
}

test.each([
  { what: "its readings", at: { method: "ownUserId", when: "after" } },
  { what: "its decision", at: { method: "commit", when: "after" } },
] as const)("a pass that stood still after $what raises nothing by them", async ({ at }) => {
  const { world, stop } = standstill(at);
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(80_000);
  stop.armed = world.percent() === 5;
  await world.pass();
  expect(stop.armed).toBe(false);
  const raises = world.decisions().filter(({ action }) => action.kind === "raise");
  expect(raises).toHaveLength(at.method === "commit" ? 2 : 1);
  await world.run(MINUTE);
  expect(world.percent()).toBe(5);
  world.metrics.set("errors", 0);
  await world.run(5 * MINUTE);
  expect(world.percent()).toBe(100);
});

test("a breach that was read before a standstill rolls back all the same, though nothing shows it any more", async () => {
  const { world, stop } = standstill({ method: "ownUserId", when: "after" });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(80_000);
  world.metrics.set("errors", 0.06);
  stop.armed = world.percent() === 5;
  await world.pass();
  expect(stop.armed).toBe(false);
  expect(world.percent()).toBe(0);
});
