import type { Draw } from "../draw.ts";
import { type Instant, MINUTE } from "../engine.ts";
import type { Simulation } from "../simulation.ts";
import type { Actor } from "./actor.ts";

/** A time in which nobody looks after any ramp; of most seeds there is none. */
export type Night = {
  readonly from: Instant;
  readonly to: Instant;
  /** Whether hardly anything else happens, so that what goes wrong can be followed to its end. */
  readonly isQuiet: boolean;
};

export function drawNight(sim: Simulation): Night | null {
  const draw = sim.draw("night");
  if (!draw.chance(0.3)) return null;
  const from = sim.now() + draw.int(6, 12) * MINUTE;
  return { from, to: from + draw.int(18, 24) * MINUTE, isQuiet: draw.chance(0.6) };
}

export function isNight(night: Night | null, now: Instant): boolean {
  return night !== null && now >= night.from && now < night.to;
}

/** Something goes wrong soon after everybody has left, and stays so until they are back. */
export function createNightlyTrouble(sim: Simulation, night: Night | null): readonly Actor[] {
  if (night === null) return [];
  const draw = sim.draw("trouble");
  return sim.plans.map(({ name }) => troubleOf(sim, draw, name, night));
}

function troubleOf(sim: Simulation, draw: Draw, gate: string, night: Night): Actor {
  const says = draw.pick(["halt", "halt", "missing", "stale"] as const);
  let next: Instant = night.from + draw.int(0, 3) * MINUTE;
  const set = (to: typeof says | "good"): void => {
    sim.prometheus.says(gate, "errors", to);
    sim.journal.note(`${gate}'s errors is ${to} ${to === "good" ? "in the morning" : "all night"}`);
  };
  return {
    next: () => next,
    act() {
      const begins = next < night.to;
      next = begins ? night.to : Number.POSITIVE_INFINITY;
      set(begins ? says : "good");
    },
  };
}
