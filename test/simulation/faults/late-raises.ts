import type { Actor } from "../actors/actor.ts";
import { order, personNamed } from "../actors/orders.ts";
import type { Draw } from "../draw.ts";
import { type Instant, SECOND } from "../engine.ts";
import type { Simulation } from "../simulation.ts";
import { deliverLate } from "./late-writes.ts";

/** The next write hangs, those after it get lost; somebody stops the ramp meanwhile, and then the first one arrives. */
export function createLateRaises(
  sim: Simulation,
  draw: Draw,
): { readonly plan: () => void; readonly watch: Actor } {
  const { faults, writes } = sim.unleash.server;
  const person = personNamed("lead");
  let planned = 0;
  let deliverAt: Instant = Number.POSITIVE_INFINITY;

  async function hangs(): Promise<void> {
    planned = 0;
    deliverAt = sim.now() + draw.int(2, 20) * SECOND;
    const latest = sim.unleash.requests.findLast(({ kind }) => kind === "percent");
    const plan = sim.plans.find(({ name }) => latest?.flag.endsWith(name) === true);
    if (plan === undefined || latest === undefined || latest.to === 0) return;
    sim.journal.count("fault late raise");
    await order(sim, person, plan.name, draw.pick(["pause", "rollback"]));
  }

  return {
    plan() {
      if (faults.writes.length > 0) return;
      faults.writes.push("late", "lost", "lost", "lost");
      planned = faults.writes.length;
      sim.journal.note(`the next write hangs, those after it get lost; ${writes.length} went before`);
    },
    watch: {
      next: () => sim.now(),
      async act() {
        if (planned > 0 && faults.writes.length < planned) await hangs();
        if (sim.now() < deliverAt) return;
        deliverAt = Number.POSITIVE_INFINITY;
        deliverLate(sim);
      },
    },
  };
}
