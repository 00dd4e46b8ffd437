import { MINUTE } from "../../src/domain/instant.ts";
import { aDemand, aPerson, aStep } from "../support/builders.ts";
import type { World } from "../support/world-of-fakes.ts";
import { GATE, STEPS, approve, atFive, order, refusedOrder } from "./orders.ts";

const [FIRST = aStep(), SECOND = aStep(), LAST = aStep()] = STEPS;

/** Steps taken by force: over a hold, over a signal between its limits, never over one that is missing, nor over an approval. */
export async function force(): Promise<World> {
  const world = await atFive({ ...GATE, steps: [FIRST, SECOND, { ...LAST, approve: [aDemand()] }] });
  world.metrics.set("errors", { kind: "empty" });
  await world.run(MINUTE);
  await refusedOrder(world, { action: "advance" }, /no series/);
  world.metrics.set("errors", 0.015);
  await world.run(MINUTE);
  await order(world, { action: "advance", reason: "the campaign begins" });
  await world.run(2 * MINUTE);
  await refusedOrder(world, { action: "advance" }, /needs an approval/);
  world.metrics.set("errors", 0);
  await world.until(({ because }) => because.some(({ kind }) => kind === "approval"));
  await approve(world);
  await order(world, { action: "advance", reason: "approved, and the campaign runs" });
  await world.run(2 * MINUTE);
  return world;
}

/** A tighter file is adopted on one person's word; a looser one is refused until somebody asked by the next step approves. */
export async function adopt(): Promise<World> {
  const steps = [FIRST, SECOND, { ...LAST, approve: [aDemand()] }];
  const world = await atFive({ ...GATE, steps });
  const tighter = {
    ...GATE,
    steps: [FIRST, { ...SECOND, holdMs: 6 * MINUTE }, { ...LAST, approve: [aDemand()] }],
  };
  world.definitions.put(tighter);
  await world.run(MINUTE);
  await order(world, "adopt-definition");
  await world.until(({ exposure }) => exposure.set === 25);
  world.definitions.put({ ...tighter, bakeMs: 5 * MINUTE });
  await world.run(2 * MINUTE);
  const by = aPerson({ name: "other-lead" });
  await refusedOrder(world, { action: "adopt-definition", by }, /looser \(bake\) and needs approvals/);
  await approve(world);
  // What turns in between leaves that approval as it is: it was given for the file.
  world.metrics.set("errors", 0.015);
  await world.run(MINUTE);
  world.metrics.set("errors", 0);
  await order(world, { action: "adopt-definition", by });
  await world.until(({ because }) => because.some(({ kind }) => kind === "approval"));
  await approve(world);
  await world.until(({ ramp }) => ramp.state === "finished");
  return world;
}

/** A pause that ends by itself, and one that runs out over a signal at halt. */
export async function pauseUntil(): Promise<World> {
  const world = await atFive();
  await order(world, { action: "pause", until: world.clock.now() + 5 * MINUTE });
  await world.until(({ ramp }) => ramp.state === "proving");
  await world.run(2 * MINUTE);
  await order(world, { action: "pause", until: world.clock.now() + 3 * MINUTE });
  await world.run(MINUTE);
  world.metrics.set("errors", 0.03);
  await world.until(({ ramp }) => ramp.state === "halted");
  world.metrics.set("errors", 0);
  await order(world, "resume");
  await world.until(({ exposure }) => exposure.set === 25);
  return world;
}
