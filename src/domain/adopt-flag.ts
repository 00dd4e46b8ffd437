import type { CommandFacts } from "./command-facts.ts";
import { stepWith } from "./audience.ts";
import { withShownAudience } from "./audience-preflight.ts";
import type { FlagRecord } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { modeOf } from "./growth.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import { parseRollout } from "./percent.ts";
import { preflight, strategyOf } from "./preflight.ts";
import type { Ramp } from "./ramp.ts";
import type { GateRecord } from "./record.ts";
import { reachText, whomShown, withoutReach } from "./reach.ts";
import { splitTitle } from "./token.ts";
import {
  beyondTitle,
  exposureChanged,
  highestStepAt,
  intendToken,
  standingAt,
  standingOf,
  standingOrStart,
  voidApprovals,
} from "./transition.ts";

/** Takes the flag as somebody has left it: what differs is on record from now on, and growth goes on from there. */
export function adoptFlag(gate: Gate, record: GateRecord, facts: CommandFacts): Obeyed {
  if (gate.flag === null || facts.observation?.kind !== "seen") {
    return refused("flag", "the flag could not be read");
  }
  const { observation } = facts;
  const known = observation.strategies.find((strategy) => strategy.id === record.flag?.strategyId);
  const target = known === undefined ? gate.flag : { ...gate.flag, strategy: known.id };
  const taken = known ?? strategyOf(gate.flag, observation);
  const checked = preflight(target, observation, parseRollout(taken?.rollout ?? ""));
  if (checked.kind === "refused") {
    return refused("preflight", checked.refusals.map((refusal) => refusal.message).join("; "));
  }
  const shown = withShownAudience(gate, record.run ?? {}, checked.record);
  // At rest nothing goes on from it: what somebody else has put in is on record as theirs, and no run begins on it.
  const taking = shown ?? checked.record;
  if (shown === null && standingOf(record.ramp) !== null) {
    const message =
      "the strategy has constraints or segments that are no step's of this gate: take them out in Unleash";
    return refused("preflight", message);
  }
  if (record.ramp.state === "draining" && checked.record.rollout > 0) {
    const message = `${gate.name} drains, so nobody new takes the new path; first restore or rollback ${gate.name}`;
    return refused("flag", message);
  }
  const adopted = {
    ...beyondTitle(record, checked.record.title, facts.storeId),
    flag: taking,
    drift: [],
    intention: null,
    run: withoutCeiling(record),
  };
  const changed = exposureChanged(adopted, checked.record.rollout, facts.now);
  const verified = {
    ...changed,
    exposure: { ...withoutReach(changed.exposure), wanted: checked.record.rollout, setAt: facts.now },
  };
  const message = `${gate.name} takes the flag as it is, at ${reachText(taking.rollout, whomShown(gate, record.run, taking))}`;
  const { ramp } = record;
  if (standingOf(ramp) === null) {
    const { token } = splitTitle(checked.record.title);
    const acts = modeOf(gate, record) === "act";
    // Nothing is written while the gate only observes, so a flag that another store drives is not ours to hold to anything.
    if (!acts && token !== null && token.store !== facts.storeId) {
      return done({ ...verified, flag: null }, `${gate.name} watches the flag, which another store drives`);
    }
    // A token of another store, or of a future this store has lost, would keep the next run from growing.
    const tokened = acts && token !== null;
    const ours = tokened ? intendToken(gate, verified, facts, facts.decision, facts.now) : verified;
    return done(ours, message);
  }
  const standingRecord: GateRecord = { ...verified, ramp: afterAdoption(gate, verified, taking) };
  return done(intendToken(gate, standingRecord, facts, facts.decision, facts.now), message);
}

/** Taking the flag as it is settles a halt that drift alone has caused; a pause, and any other halt, wait for a resume. */
function afterAdoption(gate: Gate, record: GateRecord, flag: FlagRecord): Ramp {
  const { ramp } = record;
  const from = standingAt(gate, stepToTake(gate, record, flag));
  const isHalted = ramp.state === "halted";
  const driftAlone = isHalted && ramp.causes.every((cause) => cause.kind === "drift");
  if (ramp.state === "paused" || (isHalted && !driftAlone)) return { ...ramp, from };
  return isHalted && ramp.paused !== null ? { ...ramp.paused, from } : from;
}

/** At 0 % a shadow step is kept by who has entered it, and by nobody else: the flag does not show it. */
function stepToTake(gate: Gate, record: GateRecord, flag: FlagRecord): number {
  if (flag.rollout > 0 && flag.audience !== undefined) {
    return stepWith(gate, record.run, flag.audience, flag);
  }
  const highest = highestStepAt(gate, flag.rollout);
  return flag.rollout === 0 ? Math.min(highest, standingOrStart(record.ramp).step) : highest;
}

/** Whoever takes the flag as it is takes its groupId, too. */
function withoutCeiling(record: GateRecord): GateRecord["run"] {
  const run = voidApprovals(record.run);
  return run === null ? null : { ...run, ceiling: null, cohort: null };
}
