import type { Draw } from "../draw.ts";
import { MINUTE } from "../engine.ts";
import type { Said } from "../oracle/evidence.ts";
import { type GatePlan } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";
import { type Actor, everyNowAndThen } from "./actor.ts";

const BAD: readonly [Said, ...Said[]] = [
  "between",
  "between",
  "halt",
  "halt",
  "rollback",
  "rollback",
  "missing",
];
const BAD_SIGNAL: typeof BAD = ["stale", ...BAD];

/** What the shop's health does: mostly nothing; now and then a signal or a guard turns bad for a while. */
export function createWeather(sim: Simulation, bad: number): readonly Actor[] {
  const draw = sim.draw("weather");
  return sim.plans.flatMap((plan) =>
    namesOf(plan).map((name) => spells(sim, draw, plan.name, name, (25 * MINUTE) / bad)),
  );
}

/** All is well from now on. */
export function clearUp(sim: Simulation): void {
  for (const plan of sim.plans) {
    for (const name of namesOf(plan)) {
      if (sim.prometheus.now(plan.name, name) !== "good") sim.prometheus.says(plan.name, name, "good");
    }
  }
}

function namesOf({ counts, guard }: GatePlan): readonly string[] {
  return ["errors", ...(counts ? ["orders"] : []), ...(guard ? ["guard"] : [])];
}

function spells(sim: Simulation, draw: Draw, gate: string, name: string, mean: number): Actor {
  let until = 0;
  const actor = everyNowAndThen(draw, sim.now, mean, () => {
    const says = draw.pick(name === "guard" ? BAD : BAD_SIGNAL);
    // Mostly a few passes long; some last until clocks run out.
    until = sim.now() + (draw.chance(0.15) ? draw.int(8, 15) : draw.unit() * 4) * MINUTE;
    set(says);
  });
  const set = (says: Said): void => {
    sim.prometheus.says(gate, name, says);
    sim.journal.note(`${gate}'s ${name} is ${says}`);
    sim.journal.count(`reading ${name === "guard" ? "guard" : "signal"} ${says}`);
  };
  return {
    next: () => (until > 0 ? Math.min(until, actor.next()) : actor.next()),
    act() {
      if (until === 0 || until > sim.now()) return actor.act();
      until = 0;
      set("good");
    },
  };
}
