import { KIM } from "../../support/world-of-fakes.ts";
import type { Draw } from "../draw.ts";
import { ACTIONS, type ActionName, type GateView, MINUTE } from "../engine.ts";
import { gateOf } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";
import { type Actor, everyNowAndThen } from "./actor.ts";
import { type Night, isNight } from "./night.ts";
import { PIPELINE, approve, look, order, personNamed, promise } from "./orders.ts";

const OPERATOR = personNamed("operator");
const ADOPTERS = ["operator", "lead", "other-lead", "author"] as const;
const APPROVERS = ["lead", "other-lead", "author", "operator", "auditor"] as const;
/** What the door lets a pipeline's token order. */
const OF_PIPELINES = ["start", "pause", "rollback", "reject"] as const;

/** Operators who mostly want their ramps to go on, sometimes do what comes to mind, and repeat what nobody confirmed. */
export function createPeople(sim: Simulation, night: Night | null): readonly Actor[] {
  const draw = sim.draw("people");
  const earlier: string[] = [];
  const promises = sim.draw("promises");
  const byDay = async (act: () => Promise<void>): Promise<void> => {
    if (!isNight(night, sim.now())) await act();
  };
  return sim.plans.flatMap(({ name, ...plan }) => [
    ...(plan.promise === null ? [] : [promiser(sim, promises, name)]),
    everyNowAndThen(draw, sim.now, 1.5 * MINUTE, () => byDay(() => tend(sim, draw, name, earlier))),
    everyNowAndThen(draw, sim.now, 9 * MINUTE, () => byDay(() => meddle(sim, draw, name))),
  ]);
}

/** Whoever is asked, and whoever is not, gives their word at some time, also once more. */
function promiser(sim: Simulation, draw: Draw, gate: string): Actor {
  return everyNowAndThen(
    draw,
    sim.now,
    3 * MINUTE,
    async () => void (await promise(sim, personNamed(draw.pick(APPROVERS)), gate)),
  );
}

async function tend(sim: Simulation, draw: Draw, gate: string, earlier: string[]): Promise<void> {
  const view = await look(sim, gate);
  if (view === null) return;
  if (view.request !== null) earlier.push(view.request.decision);
  if (view.request !== null && draw.chance(0.8)) return answerRequest(sim, draw, view, earlier);
  if (view.definition.status === "changed" && draw.chance(0.3)) {
    await order(sim, personNamed(draw.pick(ADOPTERS)), gate, "adopt-definition");
    return;
  }
  if (view.record.ramp.state === "finished" && draw.chance(0.3)) beginAgain(sim, gate);
  const done = view.record.ramp.state === "baking" && draw.chance(0.1);
  const action = done ? "finish" : (changeOfMind(view, draw) ?? wayOn(view, draw));
  if (action !== null) await order(sim, OPERATOR, gate, action);
}

/** Somebody who starts without having said that the gate may act, or gives up what is paused before it began. */
function changeOfMind({ record }: GateView, draw: Draw): ActionName | null {
  const { ramp } = record;
  if (record.acting === null && draw.chance(0.3)) return "start";
  return ramp.state === "paused" && ramp.from.step === 0 && draw.chance(0.25) ? "abort" : null;
}

/** The next release takes the same flag, which somebody has put back to 0 % for it. */
function beginAgain(sim: Simulation, gate: string): void {
  const plan = sim.plans.find(({ name }) => name === gate);
  const target = plan === undefined ? null : gateOf(plan).flag;
  if (target === null || sim.unleash.server.state(target).strategies.length === 0) return;
  sim.unleash.server.person(KIM, target).set(0);
  sim.journal.note(`kim: sets ${gate} back to 0% for the next release`);
}

/** What leads on from here; null: nothing but time. */
export function wayOn({ record }: Pick<GateView, "record">, draw: Draw): ActionName | null {
  const { ramp, drift, run, acting } = record;
  if (acting === null) return "act";
  const raised = drift.some(({ kind }) => kind === "raised");
  switch (ramp.state) {
    case "idle":
    case "finished":
      if (drift.length > 0) return pickDriftWay(raised, draw);
      return draw.chance(0.15) ? "release" : "start";
    case "rolled-back":
      return drift.length > 0 ? pickDriftWay(raised, draw) : "restart";
    case "halted":
    case "paused":
      if (drift.length > 0) return pickDriftWay(raised, draw);
      return (run?.ceiling ?? null) === null ? "resume" : draw.pick(["adopt-flag", "resume"]);
    case "proving":
    case "baking":
      if (drift.length > 0) return pickDriftWay(raised, draw);
      return run?.ceiling == null ? null : "adopt-flag";
    case "draining":
      return raised ? draw.pick(["restore", "rollback"]) : draw.pick(["finish", "finish", "restart", null]);
    case "rolling-back":
      return null;
  }
}

function pickDriftWay(raised: boolean, draw: Draw): ActionName {
  if (!raised) return draw.pick(["adopt-flag", "adopt-flag", "adopt-flag", "rollback"]);
  return draw.pick(["adopt-flag", "restore", "restore", "rollback"]);
}

/** Approves at a good moment, or at a bad one: twice, for another step, on evidence of long ago, by somebody who may not. */
async function answerRequest(
  sim: Simulation,
  draw: Draw,
  { name, request }: GateView,
  earlier: readonly string[],
): Promise<void> {
  if (request === null) return;
  const by = personNamed(draw.pick(APPROVERS));
  const step = draw.chance(0.9) ? request.step : draw.int(1, 5);
  const decision = draw.chance(0.9) ? request.decision : (draw.any(earlier) ?? request.decision);
  if (draw.chance(0.04)) await order(sim, by, name, "reject");
  else await approve(sim, by, name, step, decision);
  if (draw.chance(0.1)) await approve(sim, by, name, step, decision);
}

/** Anything the door would let through, whether it makes sense or not. */
async function meddle(sim: Simulation, draw: Draw, gate: string): Promise<void> {
  if (draw.chance(0.15)) {
    await order(sim, PIPELINE, gate, draw.pick(OF_PIPELINES));
    return;
  }
  const by = personNamed(draw.pick(["operator", "lead", "other-lead"]));
  const stops = draw.pick([
    "pause",
    "pause",
    "pause",
    "rollback",
    "reject",
    "abort",
    "finish",
    "finish",
  ] as const);
  const action = draw.chance(0.6) ? stops : (draw.any(ACTIONS) ?? stops);
  const at = action === "start" && draw.chance(0.3) ? draw.pick([5, 10, 25, 50]) : null;
  await order(sim, by, gate, action, at);
}
