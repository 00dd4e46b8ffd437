import { MINUTE } from "../engine.ts";
import type { Simulation } from "../simulation.ts";
import { type Actor, everyNowAndThen } from "./actor.ts";
import { PIPELINE } from "./orders.ts";

const QUESTIONS = ["advance", "deploy", "finish"] as const;

/** CI: tells deploys, asks for status, and Alertmanager's hook wakes gates. */
export function createPipeline(sim: Simulation): readonly Actor[] {
  const draw = sim.draw("pipeline");
  const names = sim.plans.map(({ name }) => name);
  const first = (): string => draw.any(names) ?? "";
  return [
    everyNowAndThen(draw, sim.now, 8 * MINUTE, async () => {
      const service = first();
      const told = { service, version: `v${draw.int(1, 99)}`, at: null, url: null, by: PIPELINE };
      sim.journal.count("deploy told");
      sim.journal.note(`a deploy of ${service}`);
      const at = sim.now();
      const heard = await ask(sim, (conductor) => conductor.deployed(told, null));
      sim.journal.deploys.push({ gate: service, at, heardAt: sim.now(), heard });
    }),
    everyNowAndThen(draw, sim.now, 3 * MINUTE, async () => {
      sim.journal.count("status asked");
      await ask(sim, (conductor) => conductor.status(first(), draw.pick(QUESTIONS)));
    }),
    everyNowAndThen(draw, sim.now, 8 * MINUTE, async () => {
      sim.journal.count("alerts told");
      await ask(sim, (conductor) => conductor.alerted([{ alertname: "Errors", service: first() }]));
    }),
  ];
}

type Conductor = ReturnType<Simulation["host"]["processes"]>[number]["conductor"];

/** Whether there was an answer; a pipeline tries again later by itself, so what breaks is no concern of its own. */
async function ask(sim: Simulation, question: (conductor: Conductor) => Promise<unknown>): Promise<boolean> {
  const [process] = sim.host.processes();
  if (process === undefined) return false;
  try {
    return (await process.unlessItHangs(question(process.conductor).then(() => true))) ?? false;
  } catch (error) {
    sim.journal.note(`pipeline: ${String(error)}`);
    return false;
  }
}
