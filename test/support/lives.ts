import * as fc from "fast-check";
import { MINUTE } from "../../src/domain/instant.ts";
import { dyingAt } from "./port-guard.ts";
import type { World } from "./world-of-fakes.ts";

/** A process that dies at its n-th chance, and what becomes of its writes until then. */
export type Life = {
  readonly chance: number;
  readonly faults: readonly ("lost" | "reply-lost" | "late" | "refused")[];
};

/** Up to eight lives one after the other, each of so many chances and faults at most. */
export function someLives(most: {
  readonly chances: number;
  readonly faults: number;
}): fc.Arbitrary<readonly Life[]> {
  const fault = fc.constantFrom("lost", "reply-lost", "late", "refused" as const);
  const chance = fc.integer({ min: 1, max: most.chances });
  const faults = fc.array(fault, { maxLength: most.faults });
  return fc.array(fc.record({ chance, faults }), { minLength: 1, maxLength: 8 });
}

/** Lives them, with a breach from the one of that index on, and starts a process that lives. */
export async function liveThrough(world: World, lives: readonly Life[], breachAfter: number): Promise<void> {
  for (const [index, { chance, faults }] of lives.entries()) {
    if (index === breachAfter) world.metrics.set("errors", 0.06);
    world.flags.faults.writes = [...faults];
    world.restart(dyingAt(chance).guard);
    await world.run(4 * MINUTE).catch(() => undefined);
    world.clock.advance(3_000);
    if (index % 3 === 2) world.flags.deliverLate();
  }
  world.flags.faults.writes = [];
  world.restart();
}
