import { audienceIn, pinnedAudience, sameAudience } from "./audience.ts";
import type { Action } from "./decision.ts";
import type { FlagRecord, StrategySeen } from "./flag.ts";
import type { Gate, Step } from "./gate.ts";
import { type Instant, type Millis, SECOND } from "./instant.ts";
import type { GateRecord, Intention, Onward } from "./record.ts";
import { formatToken } from "./token.ts";
import { type Writer, intend } from "./transition.ts";

/** A crossing rests on the readings of the pass that decided it; one that takes longer is decided again. */
export const LONGEST_CROSSING: Millis = 30 * SECOND;

/** Whether the strategy reaches another audience than the step wants. */
export function crosses({ flag, run }: GateRecord, next: Step): boolean {
  if (flag === null) return false;
  const wanted = next.audience === undefined ? undefined : pinnedAudience(next.audience, run, flag);
  return wanted !== null && !sameAudience(flag.audience, wanted);
}

/**
 * Decides a raise to a step with another audience. Unleash keeps segments apart from the percent and reads and writes them one
 * after the other, so two writes in one instant can leave the percent of one with the audience of the other. Therefore an
 * audience changes only while the percent read back is 0: first the percent goes to 0, then the audience changes, then the
 * percent rises, each read back before the next.
 */
export function cross(
  gate: Gate,
  record: GateRecord,
  writer: Writer,
  raise: { readonly next: Step; readonly step: number; readonly decision: string; readonly at: Instant },
): GateRecord {
  const { flag, run } = record;
  const { next, step, decision, at } = raise;
  if (flag === null) return record;
  const wanted = next.audience === undefined ? null : pinnedAudience(next.audience, run, flag);
  const audience = wanted === null ? {} : { audience: wanted };
  const isParked = flag.rollout === 0;
  const first = record.sequence + 1;
  const onward: Onward = { to: next.to, step, sequence: first + (isParked ? 1 : 2), ...audience };
  const write = { to: 0, step: step - 1, decision, at, onward } as const;
  return isParked
    ? intend(gate, record, writer, { ...write, kind: "refit", ...audience }, first)
    : intend(gate, record, writer, { ...write, kind: "park" }, first);
}

/** The next write of a crossing whose last one was just read back; null where that was all of it. */
export function goOnward(gate: Gate, record: GateRecord, writer: Writer, done: Intention): GateRecord | null {
  const { onward, decision, at } = done;
  if (onward === undefined) return null;
  const { to, step, sequence, audience } = onward;
  if (done.kind !== "park") {
    return intend(gate, record, writer, { kind: "raise", to, step, decision, at }, sequence);
  }
  const fit = { kind: "refit", to: 0, step: step - 1, decision, at, onward } as const;
  const write = audience === undefined ? fit : { ...fit, audience };
  return intend(gate, record, writer, write, sequence - 1);
}

/** The flag as a refit of ours has left it; what else its audience may be was not written by us. */
export function refitted(flag: FlagRecord, ours: StrategySeen, { audience }: Intention): FlagRecord {
  const { audience: _before, ...rest } = flag;
  const fitted = { ...rest, constraints: ours.constraints, segments: ours.segments };
  return audience === undefined ? fitted : { ...fitted, audience };
}

/** What a decision sets out to do by this write. Making way for a raise is a part of that raise, and goes by its token. */
export function actionBy(
  { kind, from, to, title, token, onward }: Intention,
  flag: Pick<FlagRecord, "audience"> | null,
): Action {
  if (onward !== undefined) {
    const { step, sequence } = onward;
    const raised = title.slice(0, -formatToken(token).length) + formatToken({ ...token, step, sequence });
    return { kind: "raise", from, to: onward.to, title: raised, ...audienceIn(onward) };
  }
  if (kind === "park") return { kind: "none" };
  return { kind, from, to, title, ...(kind === "raise" ? audienceIn(flag) : {}) };
}
