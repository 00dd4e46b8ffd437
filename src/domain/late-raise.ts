import type { FlagFacts, Pinned } from "./absorb.ts";
import { type Comparison, percentFinding, tellsOfOtherHands } from "./drift.ts";
import type { FlagEvent } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { type Percent, parseRollout } from "./percent.ts";
import type { Drift, GateRecord } from "./record.ts";
import type { WriteToken } from "./token.ts";
import { intend, standingOf, standingOrStart } from "./transition.ts";

/**
 * After a halt or a rollback, a raise whose event names our own Unleash user is a late write of ours even under the token
 * on record: Unleash writes whole strategies back, so two writes in one instant can mix title and percent.
 */
export function isOwnRaise(record: GateRecord, drift: readonly Drift[], facts: FlagFacts): boolean {
  const raised = drift.find((found) => found.kind === "raised");
  if (raised === undefined || facts.ownUserId === null || facts.now >= (record.reassertUntil ?? 0))
    return false;
  // Another store, and a future that this one has lost, may write as the same user.
  if (tellsOfOtherHands(drift)) return false;
  const event = facts.events?.findLast((entry) => entry.rolloutAfter === String(raised.observed));
  return event?.byUserId === facts.ownUserId;
}

/**
 * A person's decrease of a raise that arrived late: the log's newest change of the strategy is theirs, down from what the
 * late raise had set. Without it the late raise would be taken for what stands there, and their value would be no ceiling.
 */
export function decreaseAfterLateRaise(
  gate: Gate,
  record: Pinned,
  { late, observed }: Comparison,
  facts: FlagFacts,
): Drift | null {
  if (late === null || observed === null || standingOf(record.ramp) === null) return null;
  const { events, ownUserId, now } = facts;
  const raisedTo =
    ownUserId === null || events === null
      ? percentOfTitle(gate, record, late)
      : percentOfLog(record, observed, events, ownUserId);
  return raisedTo > observed ? { ...percentFinding(raisedTo, observed), by: null, at: now } : null;
}

/** What the newest change of the strategy lowered to what is observed; 0 where that was none, or none of a person. */
function percentOfLog(
  record: Pinned,
  observed: Percent,
  events: readonly FlagEvent[],
  ownUserId: number,
): Percent {
  const newest = events.findLast(
    ({ strategyId, rolloutAfter }) => strategyId === record.flag.strategyId && rolloutAfter !== null,
  );
  if (newest === undefined || newest.byUserId === ownUserId) return 0;
  if (parseRollout(String(newest.rolloutAfter)) !== observed) return 0;
  return parseRollout(String(newest.rolloutBefore)) ?? 0;
}

/** While nobody can say who changed what: the late raise came to the step that its own title names. */
function percentOfTitle(gate: Gate, record: Pinned, { step }: WriteToken): Percent {
  const entered = step > standingOrStart(record.ramp).step ? gate.steps[step - 1] : undefined;
  return entered === undefined ? 0 : entered.to;
}

/** A raise of an older decision arrived after all: exposure goes back to what is on record, under a new token. */
export function undoLateRaise(
  gate: Gate,
  record: Pinned,
  observed: Percent | null,
  facts: FlagFacts,
): Pinned {
  if (record.intention?.kind === "lower") return record;
  const { step } = standingOrStart(record.ramp);
  return intend(gate, record, facts, {
    kind: observed === record.flag.rollout ? "retoken" : "lower",
    to: record.flag.rollout,
    step,
    decision: facts.decision,
    at: facts.now,
  });
}
