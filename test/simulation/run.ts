import { createChoosers } from "./actors/choosers.ts";
import { createEditors } from "./actors/editors.ts";
import type { Actor } from "./actors/actor.ts";
import { createHealer } from "./actors/healer.ts";
import { createNightlyTrouble, drawNight } from "./actors/night.ts";
import { createPeople } from "./actors/people.ts";
import { createPipeline } from "./actors/pipeline.ts";
import { createMoves } from "./actors/seats.ts";
import { createUpkeep } from "./actors/upkeep.ts";
import { clearUp, createWeather } from "./actors/weather.ts";
import type { Draw } from "./draw.ts";
import { type Instant, HOUR, MINUTE, type Millis, SECOND } from "./engine.ts";
import { createFaults } from "./faults/faults.ts";
import type { Process } from "./host.ts";
import type { Journal } from "./journal.ts";
import type { Ending, Evidence } from "./oracle/evidence.ts";
import { type Simulation, createSimulation } from "./simulation.ts";

/** One seed, played from its first pass to its end. */
export type SeedRun = {
  readonly evidence: Evidence;
  /** How often each move, fault, edit and order was seen. */
  readonly counts: ReadonlyMap<string, number>;
  /** The last so many lines of what happened up to an instant of the peers' clock. */
  readonly traceUntil: Journal["traceUntil"];
};

/** The finest the machine looks for due gates here. */
const LOOK_EVERY: Millis = 5 * SECOND;
const FAULTS_FOR: Millis = 35 * MINUTE;
/** Far more than any ramp here needs once nothing is in its way. */
const CALM_AT_MOST: Millis = 4 * HOUR;

/** Plays one seed: a phase of faults, then a calm one in which everything healthy must come to its end. */
export async function runSeed(seed: number): Promise<SeedRun> {
  const sim = createSimulation(seed);
  const draw = sim.draw("run");
  const night = drawNight(sim);
  const often = (of: readonly [number, ...number[]]): number =>
    draw.pick(of) * (night?.isQuiet === true ? 0.1 : 1);
  const busy = often([0.3, 1, 2]);
  const faults = createFaults(sim, busy);
  const moves = createMoves(sim);
  const actors = [
    ...createPeople(sim, night),
    ...createNightlyTrouble(sim, night),
    ...createPipeline(sim),
    createUpkeep(sim),
    ...createEditors(sim, often([0.2, 0.6, 1.5])),
    ...createChoosers(sim, busy),
    ...createWeather(sim, often([0.3, 1, 2])),
    ...faults.actors,
    ...moves.actors,
  ];
  sim.host.boot();
  await play(sim, draw, actors, sim.now() + FAULTS_FOR, () => false);
  faults.stop();
  moves.stop();
  clearUp(sim);
  sim.journal.note("all faults are over");
  const healer = createHealer(sim, faults.boot);
  await play(sim, draw, healer.actors, sim.now() + CALM_AT_MOST, healer.isOver);
  const endings = await healer.endings();
  await sim.host.store().look?.();
  return {
    evidence: evidenceOf(sim, endings),
    counts: sim.journal.counts,
    traceUntil: sim.journal.traceUntil,
  };
}

/** Lets time go by in looks; who is due in one of them acts beside the others. */
async function play(
  sim: Simulation,
  draw: Draw,
  actors: readonly Actor[],
  end: Instant,
  isOver: () => boolean,
): Promise<void> {
  while (sim.now() < end && !isOver()) {
    const until = sim.now() + LOOK_EVERY;
    const due = actors.filter((actor) => actor.next() <= sim.now());
    const ticks = sim.host.processes().map((process) => () => tick(sim, process));
    const beside = draw.shuffled([...ticks, ...due.map((actor) => () => actor.act())]);
    await Promise.all(beside.map(async (begin) => begin()));
    sim.clocks.advanceTo(until);
  }
}

/** One look of a process; it goes on after an error as the metronome's own loop does. */
async function tick(sim: Simulation, process: Process): Promise<void> {
  const { name, metronome } = process;
  await process
    .unlessItHangs(metronome.tick(sim.clocks.own.now()))
    .catch((error: unknown) => sim.journal.note(`${name}: ${String(error)}`));
}

function evidenceOf(sim: Simulation, endings: readonly Ending[]): Evidence {
  return {
    seed: sim.seed,
    endedAt: sim.now(),
    definitions: sim.facts,
    changes: sim.unleash.server.changes,
    requests: sim.unleash.requests,
    orders: sim.journal.orders,
    messages: sim.journal.messages,
    readings: sim.prometheus.readings,
    deploys: sim.journal.deploys,
    faults: sim.journal.faults,
    upkeep: sim.journal.upkeep,
    answers: sim.journal.answers,
    endings,
  };
}
