import type { Command } from "../../src/domain/command.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import { aGate, aPerson, aStep } from "../support/builders.ts";
import { type World, createWorld } from "../support/world-of-fakes.ts";

/** Short holds, so that a whole ramp is a few dozen decisions. */
export const STEPS = [
  aStep({ to: 5, holdMs: 4 * MINUTE }),
  aStep({ to: 25, holdMs: 4 * MINUTE }),
  aStep({ to: 100, holdMs: 4 * MINUTE }),
];
export const GATE = aGate({ steps: STEPS, bakeMs: 20 * MINUTE, cooldownMs: 5 * MINUTE });

type Ordered = Partial<Command> & Pick<Command, "action">;

/** What people order here is never refused. */
export async function order(world: World, ordered: Command["action"] | Ordered): Promise<void> {
  const fields = typeof ordered === "string" ? { action: ordered } : ordered;
  const outcome = await world.tell(fields);
  if (outcome.kind === "refused") throw new Error(`${fields.action}: ${outcome.message}`);
}

/** What people order here is refused, for a reason that says so much. */
export async function refusedOrder(world: World, fields: Ordered, why: RegExp): Promise<void> {
  const outcome = await world.tell(fields);
  if (outcome.kind === "done") throw new Error(`${fields.action} was not refused: ${outcome.message}`);
  if (!why.test(outcome.message)) throw new Error(`${fields.action}: ${outcome.message}`);
}

export async function atFive(gate = GATE): Promise<World> {
  const world = createWorld({ gates: [gate] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(2 * MINUTE);
  return world;
}

/** A lead approves what is asked for, if anything is. */
export async function approve(world: World): Promise<void> {
  const view = await world.conductor().gate("checkout");
  const request = view?.request;
  if (request == null) return;
  const by = aPerson({ name: "lead", groups: ["release-leads"] });
  const { step, decision } = request;
  const said = { gate: "checkout", by, verdict: "approve", reason: "seen", step, decision } as const;
  await world.conductor().approve(said, null);
}
