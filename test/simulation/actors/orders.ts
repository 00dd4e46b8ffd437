import { aMachine, aPerson } from "../../support/builders.ts";
import { PEOPLE } from "../../support/world-of-fakes.ts";
import type { ActionName, CommandOutcome, GateView, Principal } from "../engine.ts";
import type { Process } from "../host.ts";
import type { Order } from "../oracle/evidence.ts";
import { PROMISE } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";

const SCOPES = ["read", "start", "stop", "operate", "approve", "adopt", "advance"] as const;

export function personNamed(name: string): Principal {
  return aPerson({ name, groups: PEOPLE.get(name) ?? [], scopes: [...SCOPES], token: `tok_${name}` });
}

export const PIPELINE: Principal = aMachine();

/** What a person sees of a gate; null where nothing answers. */
export async function look(sim: Simulation, gate: string): Promise<GateView | null> {
  const process = doorOf(sim);
  if (process === null) return null;
  try {
    return await process.unlessItHangs(process.conductor.gate(gate));
  } catch {
    return null;
  }
}

/** Orders something of a gate and writes down what came of it. */
export function order(
  sim: Simulation,
  by: Principal,
  gate: string,
  action: ActionName,
  at: number | null = null,
): Promise<Order["answer"]> {
  const command = { gate, action, reason: "because", by, at, change: null, until: null };
  return ask(sim, { by, gate, what: action, step: null }, (process) =>
    process.conductor.command(command, null),
  );
}

/** Says yes to entering a step, on the evidence of that decision. */
export function approve(
  sim: Simulation,
  by: Principal,
  gate: string,
  step: number,
  decision: string,
): Promise<Order["answer"]> {
  const command = { gate, by, step, decision, verdict: "approve", reason: "looks good" } as const;
  return ask(sim, { by, gate, what: "approve", step }, (process) => process.conductor.approve(command, null));
}

/** Promises what the gate asks for. */
export function promise(sim: Simulation, by: Principal, gate: string): Promise<Order["answer"]> {
  const command = { gate, by, says: PROMISE, reason: "raised this morning" };
  return ask(sim, { by, gate, what: "promise", step: null }, (process) =>
    process.conductor.promise(command, null),
  );
}

type Asked = {
  readonly by: Principal;
  readonly gate: string;
  readonly what: string;
  readonly step: number | null;
};

async function ask(
  sim: Simulation,
  { by, gate, what, step }: Asked,
  send: (process: Process) => Promise<CommandOutcome>,
): Promise<Order["answer"]> {
  const process = doorOf(sim);
  if (process === null) return "refused";
  const at = sim.now();
  const groups = by.kind === "person" ? by.groups : [];
  const place = sim.journal.orders.length;
  const asked = { gate, by: by.name, groups, what, step, at };
  // Until something is heard it may be carried out at any moment.
  sim.journal.orders.push({ ...asked, heardAt: Number.POSITIVE_INFINITY, answer: "none", code: null });
  const outcome = await process.unlessItHangs(send(process)).catch(() => null);
  const answer = outcome?.kind ?? "none";
  const code = outcome?.kind === "refused" ? outcome.code : null;
  sim.journal.orders[place] = { ...asked, heardAt: sim.now(), answer, code };
  const told = outcome === null ? "" : `: ${outcome.message}`;
  sim.journal.note(`${by.name} orders ${what} of ${gate}: ${answer}${told}`);
  sim.journal.count(`order ${what} ${answer}`);
  return answer;
}

/** Where a request ends up: any of the processes, none while the machine is down. */
function doorOf(sim: Simulation): Process | null {
  return doors(sim)[sim.journal.orders.length % Math.max(1, doors(sim).length)] ?? null;
}

function doors(sim: Simulation): readonly Process[] {
  return sim.host.processes();
}
