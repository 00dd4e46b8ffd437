import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Gate } from "../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { GateRecord } from "../../src/domain/record.ts";
import { standingOf } from "../../src/domain/transition.ts";
import { aGate, aStep } from "../support/builders.ts";
import { liveThrough, someLives } from "../support/lives.ts";
import { type Guard, dyingAt } from "../support/port-guard.ts";
import { ownRaises, unprovenRaises } from "../support/raise-oracle.ts";
import { type World, createWorld } from "../support/world-of-fakes.ts";

const HOLD = 2 * MINUTE;
const GATE: Gate = aGate({
  steps: [
    aStep({ to: 100, audience: { kind: "segment", name: "staff" }, holdMs: HOLD }),
    aStep({ to: 100, audience: { kind: "values", label: "shops", values: ["se"] }, holdMs: HOLD }),
    aStep({ to: 1, holdMs: HOLD }),
    aStep({ to: 100, holdMs: HOLD }),
  ],
  bakeMs: 5 * MINUTE,
  cooldownMs: HOUR,
});

/** Whom each step may reach, in the order in which exposure may come to them. */
const ALLOWED = ["100% of staff", "100% of values", "1% of all", "100% of all"];

function aWorld(guard?: Guard): World {
  const world = createWorld({ gates: [GATE], ...(guard === undefined ? {} : { guard }) });
  world.flags.faults.segments = [["staff", 7]];
  return world;
}

/** Whom the strategy exposed at each change of the server that left it exposed, without repeats. */
function exposures(world: World): readonly string[] {
  const seen = world.flags.changes.flatMap(({ after }) => {
    const [row] = after.strategies;
    if (row === undefined || row.rollout === "0") return [];
    const whom = row.segments !== "[]" ? "staff" : row.constraints !== "[]" ? "values" : "all";
    return [`${row.rollout}% of ${whom}`];
  });
  return seen.filter((each, index) => each !== seen[index - 1]);
}

/** An audience never changes while anybody is exposed, before or after. */
function changesAbove0(world: World): readonly unknown[] {
  return world.flags.changes.filter(({ before, after }) => {
    const [from, to] = [before.strategies[0], after.strategies[0]];
    const isSame = from?.segments === to?.segments && from?.constraints === to?.constraints;
    return !isSame && (from?.rollout !== "0" || to?.rollout !== "0");
  });
}

async function expectSound(world: World): Promise<void> {
  expect(changesAbove0(world)).toEqual([]);
  expect(await unprovenRaises(world)).toEqual([]);
}

function isOver({ ramp, exposure }: GateRecord): boolean {
  return ["finished", "rolled-back"].includes(ramp.state) || (ramp.state === "halted" && exposure.set === 0);
}

function nothingHappens(): void {}

function mortal(): { readonly guard: Guard; dieAt(chance: number): () => boolean } {
  let current: Guard = nothingHappens;
  return {
    guard: (call) => current(call),
    dieAt(chance) {
      const death = dyingAt(chance);
      current = death.guard;
      return () => death.died() !== null;
    },
  };
}

async function toEndOfStep(world: World, step: number): Promise<void> {
  await world.begin();
  if (step === 0) return;
  await world.until(({ ramp, holdMs }) => standingOf(ramp)?.step === step && holdMs >= HOLD - GATE.everyMs);
  world.clock.advance(GATE.everyMs);
}

test.each([0, 1, 2])(
  "killed at any call of any port while step %i gives way to the next, the next process gets to everybody in order",
  async (step) => {
    let chance = 0;
    for (;;) {
      chance += 1;
      const life = mortal();
      const world = aWorld(life.guard);
      await toEndOfStep(world, step);
      const hasDied = life.dieAt(chance);
      await world.pass().catch((error: unknown) => {
        if (!hasDied()) throw error;
      });
      if (!hasDied()) break;
      world.clock.advance(7_000);
      world.restart();
      const raises = (await ownRaises(world)).length;
      await world.pass();
      // What another process began is no reason to raise: only readings that have settled since are.
      expect([chance, (await ownRaises(world)).length]).toEqual([chance, raises]);
      await world.until(({ ramp }) => ramp.state === "finished", GATE.name, 3 * HOUR);
      await expectSound(world);
      expect([chance, exposures(world)]).toEqual([chance, ALLOWED]);
    }
    expect(chance).toBeGreaterThan(20);
  },
);

test("killed at any call of any port while a segment is taken back, it is taken back, and then let go of", async () => {
  let chance = 0;
  for (;;) {
    chance += 1;
    const life = mortal();
    const world = aWorld(life.guard);
    await toEndOfStep(world, 1);
    world.metrics.set("errors", 0.06);
    const hasDied = life.dieAt(chance);
    await world.run(MINUTE).catch((error: unknown) => {
      if (!hasDied()) throw error;
    });
    if (!hasDied()) break;
    world.restart();
    await world.until(({ ramp }) => ramp.state === "rolled-back", GATE.name, HOUR);
    await world.run(MINUTE);
    await expectSound(world);
    expect([chance, exposures(world), world.percent()]).toEqual([chance, ["100% of staff"], 0]);
    expect((await world.record()).flag).toMatchObject({ segments: "[]", constraints: "[]" });
  }
  expect(chance).toBeGreaterThan(20);
});

test("under random faults, deaths and late writes nobody is exposed but whom the steps name, in their order", async () => {
  const lives = someLives({ chances: 200, faults: 5 });
  await fc.assert(
    fc.asyncProperty(lives, fc.integer({ min: 0, max: 8 }), async (deaths, breachAfter) => {
      const world = aWorld();
      await world.begin();
      await liveThrough(world, deaths, breachAfter);
      await world.until(isOver);
      world.flags.deliverLate();
      await world.run(MINUTE);
      await expectSound(world);
      // What a late write brought back for a moment was exposed before.
      const order = exposures(world).map((each) => ALLOWED.indexOf(each));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      const titles = (await ownRaises(world)).map(({ titleAfter }) => titleAfter);
      expect(new Set(titles).size).toBe(titles.length);
    }),
    { numRuns: 100 },
  );
});
