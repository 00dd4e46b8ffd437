import type { Draw } from "../draw.ts";
import { MINUTE, type Millis } from "../engine.ts";
import type { Said } from "../oracle/evidence.ts";
import { type GatePlan, gateOf } from "../scenario.ts";
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
/** Where the real client asks, nothing is known in many more ways. */
const SILENT: typeof BAD = ["missing", "missing", "missing"];

/** What the shop's health does: mostly nothing; now and then a signal or a guard turns bad for a while. */
export function createWeather(sim: Simulation, bad: number): readonly Actor[] {
  const draw = sim.draw("weather");
  const load = sim.draw("load");
  return [
    ...sim.plans.flatMap((plan) =>
      namesOf(plan).map((name) => {
        const usual = name === "guard" ? BAD : BAD_SIGNAL;
        const choose = (): Said => draw.pick(sim.isWhole ? [...usual, ...SILENT] : usual);
        return spells(sim, draw, { gate: plan.name, name, mean: (25 * MINUTE) / bad, choose });
      }),
    ),
    ...sim.plans.filter(({ stepsBack }) => stepsBack).map((plan) => loads(sim, load, plan)),
  ];
}

/** A flag that has gone beyond its first step is more than what bears it can bear. */
function loads(sim: Simulation, draw: Draw, plan: GatePlan): Actor {
  const { flag } = gateOf(plan);
  const first = plan.steps[0]?.to ?? 0;
  const choose = (): Said | null => {
    if (flag === null || sim.prometheus.now(plan.name, "orders") !== "good") return null;
    const { enabled, strategies } = sim.unleash.server.state(flag);
    return enabled && Number(strategies[0]?.rollout) > first ? "rollback" : null;
  };
  return spells(sim, draw, { gate: plan.name, name: "orders", mean: 3 * MINUTE, choose });
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

type Spells = {
  readonly gate: string;
  readonly name: string;
  readonly mean: Millis;
  /** Null: all stays as it is. */
  readonly choose: () => Said | null;
};

function spells(sim: Simulation, draw: Draw, { gate, name, mean, choose }: Spells): Actor {
  let until = 0;
  const actor = everyNowAndThen(draw, sim.now, mean, () => {
    const says = choose();
    if (says === null) return;
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
