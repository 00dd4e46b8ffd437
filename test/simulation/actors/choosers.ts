import { KIM } from "../../support/world-of-fakes.ts";
import { segmentsText } from "../../support/audience-texts.ts";
import { BARE, choosesWhom, reachIn } from "../audiences.ts";
import type { Draw } from "../draw.ts";
import { MINUTE } from "../engine.ts";
import type { Reach } from "../oracle/evidence.ts";
import { type GatePlan, gateOf } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";
import { type Actor, everyNowAndThen } from "./actor.ts";

/** Every way in which a colleague chooses by hand whom a strategy is for. */
const CHOICES: Readonly<Record<string, (plan: GatePlan, draw: Draw) => Partial<Reach>>> = {
  "takes out whom it is for": () => BARE,
  "puts in a segment": () => ({ segments: segmentsText({ kind: "segment", name: "others", id: 8 }) }),
  "puts in whom a step is for": (plan, draw) => {
    const named = plan.steps.flatMap(({ whom }) => reachIn(whom).reach ?? []);
    return draw.any(named) ?? BARE;
  },
};

export const CHOICE_KINDS = Object.keys(CHOICES);

/** A colleague who chooses by hand whom a flag is for, where its gate does so too, also in the middle of a pass. */
export function createChoosers(sim: Simulation, busy: number): readonly Actor[] {
  const draw = sim.draw("choosers");
  return sim.plans.filter(choosesWhom).map((plan) =>
    everyNowAndThen(draw, sim.now, (15 * MINUTE) / busy, () => {
      const kind = draw.any(CHOICE_KINDS) ?? "";
      const choose = (): void => carryOut(sim, plan, draw, kind);
      if (draw.chance(0.5)) sim.host.interruptIn(draw.int(1, 60), choose);
      else choose();
    }),
  );
}

function carryOut(sim: Simulation, plan: GatePlan, draw: Draw, kind: string): void {
  const { flag } = gateOf(plan);
  const chosen = CHOICES[kind]?.(plan, draw);
  if (flag === null || chosen === undefined) return;
  if (sim.unleash.server.state(flag).strategies.length === 0) return;
  sim.unleash.server.person(KIM, flag).change(chosen);
  sim.journal.count(`edit ${kind}`);
  sim.journal.note(`kim: ${kind} of ${plan.name}`);
}
