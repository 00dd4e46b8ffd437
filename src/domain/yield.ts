import { type FlagFacts, REASSERT_FOR } from "./absorb.ts";
import { sameIds, segmentsOf } from "./audience.ts";
import type { FlagEvent, FlagRecord } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { because } from "./because.ts";
import { type Percent, parseRollout } from "./percent.ts";
import type { GateRecord, Intention } from "./record.ts";
import type { Tell } from "./tell.ts";
import {
  halt,
  highestStepAt,
  intend,
  intendToken,
  rollBack,
  standingAt,
  standingOf,
  standingOrStart,
} from "./transition.ts";

type Decrease = { readonly to: Percent; readonly by: string };

type Yielded = { readonly record: GateRecord; readonly tells: readonly Tell[] };

/** Gives a person's decrease back if the write that landed ran over one. The log says so whenever it is read, also much later. */
export function yieldIfOverwritten(
  gate: Gate,
  record: GateRecord,
  landed: Intention | null,
  facts: FlagFacts,
  tested: FlagRecord | null = null,
): Yielded {
  const before = landed === null ? null : changeBefore(landed, facts.events ?? [], facts.ownUserId);
  if (landed === null || before === null) return { record, tells: [] };
  if (tested !== null && hasRefitOver(landed, before, tested)) return tellOfLoss(gate, record, before, facts);
  const lost = overwritten(landed, before);
  if (lost !== null) return yieldToPerson(gate, record, lost, facts);
  const met = goesOn(record) ? undercut(landed, before) : null;
  // A step back that was decided on a flag somebody had just lowered knows of it already.
  const isKnown = standingOf(record.ramp) === null && met?.to === record.run?.ceiling;
  return met === null || isKnown ? { record, tells: [] } : yieldToPerson(gate, record, met, facts, "met");
}

/** Whether the run may grow again later: it stands, or it takes a step back and no more. */
function goesOn({ ramp }: GateRecord): boolean {
  return standingOf(ramp) !== null || (ramp.state === "rolling-back" && ramp.stepBack !== undefined);
}

/** The change of the strategy just before the one that our write made, where a person made it. */
function changeBefore(
  written: Intention,
  events: readonly FlagEvent[],
  ownUserId: number | null,
): FlagEvent | null {
  const own = eventOf(written, events, ownUserId);
  if (own === undefined) return null;
  const before = events.findLast(
    (event) => event.id < own.id && event.strategyId === own.strategyId && event.rolloutAfter !== null,
  );
  if (before === undefined || (ownUserId !== null && before.byUserId === ownUserId)) return null;
  return before;
}

/** The entry of our own write. The title that a release puts back is no token, and may have been there before. */
function eventOf(
  { kind, title }: Intention,
  events: readonly FlagEvent[],
  ownUserId: number | null,
): FlagEvent | undefined {
  if (kind !== "release") return events.find(({ titleAfter }) => titleAfter === title);
  return events.findLast(
    ({ titleAfter, byUserId }) =>
      (titleAfter ?? "") === title && (ownUserId === null || byUserId === ownUserId),
  );
}

/**
 * A person's decrease that a write of ours ran over: Unleash reads and writes a strategy in two steps, so both may
 * succeed. The log shows it: the change before ours is a person's, to another percent than the one our write tested.
 */
function overwritten(written: Intention, { rolloutAfter, by }: FlagEvent): Decrease | null {
  const to = parseRollout(String(rolloutAfter));
  if (to === null || to === written.from) return null;
  // A crossing makes way by going to 0 %: whatever a person set before it, exposure does not come back from there.
  if (written.onward !== undefined) return { to: 0, by };
  return to < written.to ? { to, by } : null;
}

/** Whether a person had changed constraints or segments since our write of them has read the strategy. */
function hasRefitOver({ kind }: Intention, { reachAfter }: FlagEvent, tested: FlagRecord): boolean {
  if (kind !== "refit" || reachAfter === undefined) return false;
  const { constraints, segments } = reachAfter;
  return constraints !== tested.constraints || !sameIds(segments, segmentsOf(tested));
}

/** What a person put in is gone, and only the log of Unleash still has it, so they hear of it, and nothing grows until they have looked. */
function tellOfLoss(gate: Gate, record: GateRecord, { by }: FlagEvent, facts: FlagFacts): Yielded {
  const message = `Rampart wrote over constraints or segments that ${by} changed in the same moment: look at the strategy`;
  const causes = [because("drift", "audience", message)];
  const standing = standingOf(record.ramp);
  if (standing === null) return { record, tells: [{ kind: "changed-by-hand", page: true, causes }] };
  const halted = halt({ ...record, intention: null }, standing, causes, facts.now);
  return {
    record: intendToken(gate, halted, facts, facts.decision, facts.now),
    tells: [{ kind: "halted", page: true, causes }],
  };
}

/** A person's decrease in the same moment as one of ours that went as far or further: a late raise was taken back by both. */
function undercut(written: Intention, { rolloutBefore, rolloutAfter, by }: FlagEvent): Decrease | null {
  const [from, to] = [parseRollout(String(rolloutBefore)), parseRollout(String(rolloutAfter))];
  if (written.kind !== "lower" || from === null || to === null) return null;
  return from > to && to >= written.to ? { to, by } : null;
}

/**
 * Gives the person's decrease back at once: its value is written again, is the ceiling, and a ramp that runs halts there.
 * One that a decrease of ours has met needs no write.
 */
function yieldToPerson(
  gate: Gate,
  record: GateRecord,
  { to, by }: Decrease,
  facts: FlagFacts,
  how: "lost" | "met" = "lost",
): Yielded {
  const causes = [because("drift", to === 0 ? "lowered-to-zero" : "lowered", `changed to ${to}% by ${by}`)];
  const { ramp } = record;
  const standing = standingOf(ramp);
  const { now: at, decision } = facts;
  if (to === 0) {
    const from = standingOrStart(ramp);
    const ordered = rollBack(gate, record, facts, { from, causes, decision, at });
    return { record: ordered, tells: [{ kind: "rolling-back", page: true, causes }] };
  }
  const step = highestStepAt(gate, to);
  const lowered =
    how === "met" ? record : intend(gate, record, facts, { kind: "lower", to, step, decision, at });
  const isStepBack = ramp.state === "rolling-back" && ramp.stepBack !== undefined;
  // Less of an audience is still its step, and says nothing of everybody.
  const isWithin = record.flag?.audience !== undefined;
  const ceiling: GateRecord = {
    ...lowered,
    run:
      lowered.run === null || (standing === null && !isStepBack)
        ? lowered.run
        : { ...lowered.run, ceiling: isWithin ? 0 : to },
  };
  // A step back under way ends there, halted under that ceiling.
  if (standing === null)
    return { record: ceiling, tells: [{ kind: "changed-by-hand", page: false, causes }] };
  const from = isWithin ? standing : standingAt(gate, Math.min(step, standing.step));
  const halted = halt(ceiling, from, causes, at);
  const asserted = { ...halted, reassertUntil: at + REASSERT_FOR };
  return { record: asserted, tells: [{ kind: "halted", page: false, causes }] };
}
