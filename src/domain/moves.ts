import { ACTIONS, type ActionName } from "./command.ts";
import { RAMP_STATES, type RampState } from "./ramp.ts";

const ARMED: readonly RampState[] = ["proving", "baking", "paused", "halted"];
const AT_REST: readonly RampState[] = ["idle", "rolled-back", "finished"];

/** Every move people and machines may order, by the state it may be ordered in. What is not here is refused. */
const LEGAL_FROM: Readonly<Record<ActionName, readonly RampState[]>> = {
  start: ["idle", "finished"],
  act: RAMP_STATES,
  observe: AT_REST,
  pause: ["proving", "baking"],
  resume: ["paused", "halted"],
  advance: ["proving"],
  rollback: RAMP_STATES,
  reject: ["proving", "paused"],
  restart: ["rolled-back"],
  "adopt-flag": [...ARMED, "draining", ...AT_REST],
  "adopt-definition": ARMED,
  restore: [...ARMED, "draining", ...AT_REST],
  abort: ["proving", "paused", "halted"],
  // After a rollback: its drain, and one that nobody has called done before its deadline.
  finish: ["baking", "draining", "rolled-back"],
  release: AT_REST,
  retire: AT_REST,
};

/** Whether no run is under way. */
export function isAtRest(state: RampState): boolean {
  return AT_REST.includes(state);
}

export function isLegal(action: ActionName, state: RampState): boolean {
  return LEGAL_FROM[action].includes(state);
}

/** The actions a person may order in this state. */
export function legalIn(state: RampState): readonly ActionName[] {
  return ACTIONS.filter((action) => isLegal(action, state));
}
