import type { FlagEvent } from "../../src/domain/flag.ts";
import type { Decision } from "../../src/domain/decision.ts";
import { RAMPART } from "./fake-flags.ts";
import type { World } from "./world-of-fakes.ts";

/**
 * Raises that the server's own log shows without a decision of the store that allowed them: made before the write, by the
 * title it left, with every signal that counts good. The controller's belief about what it sent is not asked.
 */
export async function unprovenRaises(world: World): Promise<readonly FlagEvent[]> {
  const decisions = world.decisions();
  return (await ownRaises(world)).filter((event) => !decisions.some((decision) => proves(decision, event)));
}

/** Every raise of ours that took effect on the server. */
export async function ownRaises(world: World): Promise<readonly FlagEvent[]> {
  const target = world.gate.flag;
  if (target === null) return [];
  const events = (await world.flags.flags.events(target, 0)) ?? [];
  return events.filter(
    ({ byUserId, rolloutBefore, rolloutAfter }) =>
      byUserId === RAMPART.userId && Number(rolloutAfter) > Number(rolloutBefore),
  );
}

function proves(decision: Decision, event: FlagEvent): boolean {
  const { action } = decision;
  return (
    action.kind === "raise" &&
    action.title === event.titleAfter &&
    decision.at <= event.at &&
    decision.verdict === "good" &&
    decision.signals.some(({ counts }) => counts) &&
    decision.signals.every(({ counts, code }) => !counts || code === "good")
  );
}
