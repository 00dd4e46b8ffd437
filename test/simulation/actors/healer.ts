import { KIM } from "../../support/world-of-fakes.ts";
import { BARE, FIELD, choosesWhom, isForeignReach } from "../audiences.ts";
import type { Draw } from "../draw.ts";
import { type GateView, type Instant, MINUTE, SECOND } from "../engine.ts";
import type { Ending } from "../oracle/evidence.ts";
import { type GatePlan, gateOf } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";
import type { Actor } from "./actor.ts";
import { approve, look, order, personNamed, promise } from "./orders.ts";
import { wayOn } from "./people.ts";

/** People who, once the faults are over, put everything right and see every ramp to its end. */
export type Healer = {
  readonly actors: readonly Actor[];
  readonly isOver: () => boolean;
  endings(): Promise<readonly Ending[]>;
};

const OPERATOR = personNamed("operator");
const APPROVERS = ["lead", "other-lead", "author", "operator"].map(personNamed);
const AT_REST: readonly string[] = ["idle", "rolled-back", "finished"];
/** Time for what is written to be read back, and for late things to show. */
const QUIET_FOR = 3 * MINUTE;

type Care = {
  readonly plan: GatePlan;
  readonly wanted: Ending["wanted"];
  /** Whether they let go of the flag in the end. */
  readonly releases: boolean;
  over: Instant | null;
};

/** `boot` brings the machine back where it is down. */
export function createHealer(sim: Simulation, boot: Actor): Healer {
  const draw = sim.draw("healer");
  const letting = sim.draw("letting go");
  const cares = sim.plans.map((plan): Care => ({
    plan,
    wanted: draw.chance(0.6) ? "finish" : "rest",
    releases: letting.chance(0.15),
    over: null,
  }));
  let next = sim.now();
  const tends: Actor = {
    next: () => next,
    async act() {
      next = sim.now() + 20 * SECOND;
      for (const care of cares) await tend(sim, draw, care);
    },
  };
  return {
    actors: [boot, tends],
    isOver: () => cares.every(({ over }) => over !== null && sim.now() - over >= QUIET_FOR),
    endings: () => Promise.all(cares.map((care) => endingOf(sim, care))),
  };
}

async function tend(sim: Simulation, draw: Draw, care: Care): Promise<void> {
  const view = await look(sim, care.plan.name);
  if (view === null) {
    putFileBack(sim, care.plan, null);
    return;
  }
  putFileBack(sim, care.plan, view);
  repairFlag(sim, care.plan, view);
  const isDone = isEnd(care, view);
  const isOver = isDone && !(care.releases && view.record.flag !== null);
  care.over = isOver ? (care.over ?? sim.now()) : null;
  if (isOver) return;
  await (isDone ? letGo(sim, view) : leadOn(sim, draw, care, view));
}

function isEnd({ wanted }: Care, { record }: GateView): boolean {
  const { state } = record.ramp;
  if (record.drift.length > 0 || record.intention !== null) return false;
  return wanted === "finish" ? state === "finished" : AT_REST.includes(state);
}

/** Repeats it for as long as a late raise may still arrive. */
async function letGo(sim: Simulation, { name, record: { ramp } }: GateView): Promise<void> {
  const isOpen = ramp.state === "rolled-back" && ramp.drain !== undefined;
  await order(sim, OPERATOR, name, isOpen ? "finish" : "release");
}

async function leadOn(sim: Simulation, draw: Draw, care: Care, view: GateView): Promise<void> {
  const { name, record, request } = view;
  if (record.ramp.state === "rolling-back") return;
  const isBack = AT_REST.includes(record.ramp.state) || record.ramp.state === "draining";
  if (care.wanted === "rest" && !isBack) {
    await order(sim, OPERATOR, name, "rollback");
    return;
  }
  if (record.drift.some(({ kind }) => kind === "strategy-gone")) {
    await order(sim, OPERATOR, name, isBack ? "adopt-flag" : "rollback");
    return;
  }
  if (record.because.some(({ code }) => code === "promise")) {
    for (const by of APPROVERS) await promise(sim, by, name);
    return;
  }
  if (request !== null && record.ramp.state === "proving") {
    for (const by of APPROVERS) await approve(sim, by, name, request.step, request.decision);
    return;
  }
  // A gate that only observes writes nothing, so it cannot make the flag its own.
  const isOurs = record.acting === null || !isForeign(sim, care.plan);
  const action = isOurs ? wayOn(view, draw) : "adopt-flag";
  if (action !== null) await order(sim, OPERATOR, name, action);
}

/** A token of another store stays in the way of a start until somebody says that the flag is ours. */
function isForeign(sim: Simulation, plan: GatePlan): boolean {
  const { flag } = gateOf(plan);
  if (flag === null) return false;
  return sim.unleash.server.state(flag).strategies.some(({ title }) => title?.includes("#zzz.") === true);
}

/** The file that the run is pinned to, or the first one, so that nothing changed stands in the way. */
function putFileBack(sim: Simulation, plan: GatePlan, view: GateView | null): void {
  const pinned = view?.record.run?.definition ?? "";
  const isOver = view === null || AT_REST.includes(view.record.ramp.state);
  const wanted = isOver ? plan : (sim.published.get(pinned) ?? plan);
  const loaded = sim.definitions.current().get(plan.name);
  const hash = loaded?.kind === "valid" ? loaded.definition.hash : null;
  if (hash === null || sim.published.get(hash) !== wanted) sim.publish(wanted);
}

/** Makes the flag one that a ramp can go on with: there, in its project, one strategy, a whole percent. */
function repairFlag(sim: Simulation, plan: GatePlan, { record }: GateView): void {
  const { flag: target } = gateOf(plan);
  if (target === null) return;
  const { server } = sim.unleash;
  const kim = server.person(KIM, target);
  const state = server.state(target);
  const { archived = false, project = "default" } =
    server.changes.findLast(({ flag }) => flag === target.name)?.after ?? {};
  if (archived) kim.revive();
  if (project !== "default") kim.move("default");
  for (const extra of state.strategies.slice(1)) kim.removeStrategy(extra.id);
  const [only] = state.strategies;
  if (only === undefined) kim.addStrategy({ title: "Gradual rollout", groupId: plan.name, rollout: "0" });
  else if (only.disabled || !/^\d+$/.test(only.rollout ?? "") || Number(only.rollout) > 100) {
    kim.change({ disabled: false, rollout: "0" });
  }
  if (choosesWhom(plan)) letStepsChoose(sim, plan, record);
  // A percent that nobody's ramp accounts for is taken back by hand.
  if (["idle", "draining", "rolled-back"].includes(record.ramp.state)) {
    if (Number(server.state(target).strategies[0]?.rollout) > 0) kim.set(0);
  }
  // Somebody switches the environment on again once the ramp is back, and exposes nobody by it.
  const rests = AT_REST.includes(record.ramp.state);
  if (!server.state(target).enabled && rests) {
    if (Number(server.state(target).strategies[0]?.rollout) > 0) kim.set(0);
    kim.on();
  }
}

/** What somebody else has put in is in the way of steps that choose whom they are for, and so is what nobody remembers. */
function letStepsChoose(sim: Simulation, plan: GatePlan, { ramp, flag, run }: GateView["record"]): void {
  const { flag: target } = gateOf(plan);
  const shown = target === null ? undefined : sim.unleash.server.state(target).strategies[0];
  if (target === null || shown === undefined) return;
  const kim = sim.unleash.server.person(KIM, target);
  const rests = AT_REST.includes(ramp.state);
  const isForgotten = rests && (flag?.audience === undefined || run === null);
  if (isForeignReach(plan, shown) || isForgotten) kim.change(BARE);
  if (rests && shown.stickiness !== FIELD) kim.change({ stickiness: FIELD });
}

async function endingOf(sim: Simulation, { plan, wanted }: Care): Promise<Ending> {
  const view = await look(sim, plan.name);
  const { flag } = gateOf(plan);
  const served = flag === null ? null : await sim.unleash.server.served.observe(flag);
  const percent =
    served?.kind === "seen" && served.enabled
      ? Math.max(0, ...served.strategies.map((own) => Number(own.rollout)))
      : 0;
  return {
    gate: plan.name,
    flag: flag?.name ?? "",
    state: view?.record.ramp.state ?? "unknown",
    wanted,
    because: view?.record.because.map(({ message }) => message) ?? [],
    served: percent,
  };
}
