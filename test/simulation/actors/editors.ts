import { KIM } from "../../support/world-of-fakes.ts";
import type { Person } from "../../support/fake-flags.ts";
import type { Draw } from "../draw.ts";
import { MINUTE } from "../engine.ts";
import { type GatePlan, gateOf } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";
import { type Actor, everyNowAndThen } from "./actor.ts";

type Hand = { readonly sim: Simulation; readonly plan: GatePlan; readonly draw: Draw };

const ONE_REGION =
  '[{"caseInsensitive":false,"contextName":"region","inverted":false,"operator":"IN","values":["eu"]}]';

/** Every kind of change a colleague makes in Unleash; false: there was nothing to do it to. */
const EDITS: Readonly<Record<string, (hand: Hand) => boolean>> = {
  lower: (hand) =>
    move(
      hand,
      (percent) => percent > 1,
      (percent) => hand.draw.int(1, percent - 1),
    ),
  "lower to 0": (hand) =>
    move(
      hand,
      (percent) => percent > 0,
      () => 0,
    ),
  raise: (hand) =>
    move(
      hand,
      (percent) => percent < 100,
      (percent) => hand.draw.int(percent + 1, 100),
    ),
  "lower in a race": race,
  off: (hand) =>
    on(
      hand,
      ({ enabled, archived }) => enabled && !archived,
      (kim) => kim.off(),
    ),
  on: (hand) =>
    on(
      hand,
      ({ enabled, archived }) => !enabled && !archived,
      (kim) => kim.on(),
    ),
  title: (hand) => on(hand, hasStrategy, (kim) => kim.change({ title: "Ours" })),
  "foreign token": (hand) =>
    on(hand, hasStrategy, (kim) => kim.change({ title: "Gradual rollout [rampart 1/3 #zzz.4.2]" })),
  group: (hand) => on(hand, hasStrategy, (kim) => kim.change({ groupId: `group-${hand.draw.int(1, 3)}` })),
  constraint: (hand) => on(hand, hasStrategy, (kim) => kim.change({ constraints: ONE_REGION })),
  "strange rollout": (hand) =>
    on(hand, hasStrategy, (kim) => kim.set(hand.draw.pick(["abc", "33.3", "101"]))),
  "disable strategy": (hand) =>
    on(
      hand,
      ({ strategies, archived }) => strategies.length > 0 && !archived,
      (kim) => kim.change({ disabled: true }),
    ),
  "add strategy": (hand) =>
    on(
      hand,
      ({ strategies }) => strategies.length === 1,
      (kim) => void kim.addStrategy({ rollout: "10" }),
    ),
  "remove added strategy": (hand) =>
    on(
      hand,
      ({ strategies, archived }) => strategies.length > 1 && !archived,
      (kim, { strategies }) => kim.removeStrategy(strategies.at(-1)?.id),
    ),
  "remove strategy": (hand) =>
    on(
      hand,
      ({ strategies, archived }) => strategies.length > 0 && !archived,
      (kim) => kim.removeStrategy(),
    ),
  archive: (hand) =>
    on(
      hand,
      () => true,
      (kim) => kim.archive(),
    ),
  revive: (hand) =>
    on(
      hand,
      () => true,
      (kim) => kim.revive(),
    ),
  "move project": (hand) =>
    on(
      hand,
      () => true,
      (kim) => kim.move("elsewhere"),
    ),
  "move back": (hand) =>
    on(
      hand,
      () => true,
      (kim) => kim.move("default"),
    ),
};

export const EDIT_KINDS = Object.keys(EDITS);
/** Percents change more often than anything else. */
const COMMON = [
  "lower",
  "lower",
  "lower",
  "lower to 0",
  "raise",
  "raise",
  "lower in a race",
  "lower in a race",
  "on",
  "foreign token",
  "add strategy",
  "remove added strategy",
];

/** A colleague who changes flags by hand, also in the middle of a pass. */
export function createEditors(sim: Simulation, busy: number): readonly Actor[] {
  const draw = sim.draw("editors");
  return sim.plans.map((plan) =>
    everyNowAndThen(draw, sim.now, (12 * MINUTE) / busy, () => {
      const kind = draw.chance(0.6) ? draw.any(COMMON) : draw.any(EDIT_KINDS);
      const edit = (): void => carryOut({ sim, plan, draw }, kind ?? "lower");
      if (draw.chance(0.4)) sim.host.interruptIn(draw.int(1, 60), edit);
      else edit();
    }),
  );
}

function carryOut(hand: Hand, kind: string): void {
  if (EDITS[kind]?.(hand) !== true) return;
  hand.sim.journal.count(`edit ${kind}`);
  hand.sim.journal.note(`kim: ${kind} of ${hand.plan.name}, now ${standing(hand)}`);
}

type State = ReturnType<Simulation["unleash"]["server"]["state"]>;

function stateOf({ sim, plan }: Hand): State {
  return sim.unleash.server.state(targetOf(plan));
}

function targetOf(plan: GatePlan) {
  const { flag } = gateOf(plan);
  if (flag === null) throw new Error(`${plan.name} drives no flag`);
  return flag;
}

function kimOn({ sim, plan }: Hand): Person {
  return sim.unleash.server.person(KIM, targetOf(plan));
}

function on(hand: Hand, is: (state: State) => boolean, edit: (kim: Person, state: State) => void): boolean {
  const state = stateOf(hand);
  if (!is(state)) return false;
  edit(kimOn(hand), state);
  return true;
}

function hasStrategy({ strategies }: State): boolean {
  return strategies.length > 0;
}

function move(hand: Hand, may: (percent: number) => boolean, to: (percent: number) => number): boolean {
  const percent = Number(stateOf(hand).strategies[0]?.rollout);
  if (Number.isNaN(percent) || !may(percent)) return false;
  kimOn(hand).set(to(percent));
  return true;
}

/** Between the moment a write of anybody's has read the strategy and the moment it writes the row back. */
function race(hand: Hand): boolean {
  const { faults } = hand.sim.unleash.server;
  if (faults.betweenReadAndWrite !== null) return false;
  faults.betweenReadAndWrite = () => {
    const kind = hand.draw.pick(["lower", "lower to 0"]);
    if (EDITS[kind]?.(hand) !== true) return;
    hand.sim.journal.count("race that ran over a hand");
    hand.sim.journal.note(`kim, between read and write: ${kind} of ${hand.plan.name}, now ${standing(hand)}`);
  };
  return true;
}

function standing(hand: Hand): string {
  const { enabled, strategies } = stateOf(hand);
  return `${enabled ? "on" : "off"} at ${strategies.map(({ rollout }) => rollout).join(" and ") || "nothing"}`;
}
