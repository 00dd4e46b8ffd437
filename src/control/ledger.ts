import type { ExposureChange } from "../domain/change.ts";
import type { FlagEvent } from "../domain/flag.ts";
import type { Gate } from "../domain/gate.ts";
import { audienceText } from "../domain/audience.ts";
import { sentence } from "../domain/because.ts";
import type { Instant } from "../domain/instant.ts";
import { reachText, whomIn, whomOf } from "../domain/reach.ts";
import type { GateRecord, Intention } from "../domain/record.ts";
import type { Ids } from "./ports.ts";

type Seen = {
  readonly now: Instant;
  readonly decision: string;
  /** Null when the log was not asked or could not be read. */
  readonly events: readonly FlagEvent[] | null;
};

/** The ledger's entry when the percent read back is another one than before; none when it is the same or still 0. */
export function exposureChanges(
  ids: Ids,
  gate: Gate,
  before: GateRecord,
  after: GateRecord,
  { now, decision, events }: Seen,
): readonly ExposureChange[] {
  const [from, to] = [before.exposure.set, after.exposure.set];
  if (gate.flag === null || to === null || to === from || (from === null && to === 0)) return [];
  const own = landedIn(before, after);
  return [
    {
      kind: "exposure",
      id: ids.next("chg"),
      at: after.exposure.changedAt ?? now,
      gate: gate.name,
      flag: gate.flag.name,
      environment: gate.flag.environment,
      from,
      to,
      // An audience changes at 0 % only; whoever else changes it together with the percent has reached those after it.
      ...whomIn(to > 0 ? after : before),
      by: own === null ? changedBy(after, to, events) : "rampart",
      reason: own === null ? whatHappened(from, to, after) : whyWritten(gate, own, after),
      decision: own?.decision ?? decision,
      verifiedAt: now,
    },
  ];
}

/** Our own write, when this is the moment in which it was seen to have happened. */
function landedIn(before: GateRecord, after: GateRecord): Intention | null {
  const { intention } = before;
  if (intention === null || intention.kind === "release") return null;
  return after.flag?.title === intention.title ? intention : null;
}

function changedBy(after: GateRecord, to: number, events: readonly FlagEvent[] | null): string | null {
  const event = events?.findLast((each) => each.rolloutAfter === String(to));
  return event?.by ?? after.drift.find(({ observed }) => observed === to)?.by ?? null;
}

function whatHappened(from: number | null, to: number, after: GateRecord): string {
  if (from === null) return `first seen at ${reachText(to, whomOf(after))}`;
  const drift = after.drift.find(({ observed }) => observed === to);
  return drift?.message ?? `changed in Unleash from ${from}% to ${to}%`;
}

function whyWritten(gate: Gate, { kind, step }: Intention, { ramp }: GateRecord): string {
  const whom = gate.steps[step - 1]?.audience;
  if (kind === "raise") return `raised to step ${step}${whom === undefined ? "" : `, ${audienceText(whom)}`}`;
  if (kind === "park") return `made way for step ${step + 1}, which reaches others`;
  if (kind === "restore") return "restored to what was recorded";
  if (ramp.state !== "rolling-back" && ramp.state !== "draining" && ramp.state !== "rolled-back") {
    return "lowered to what was recorded";
  }
  const isStep = ramp.state === "rolling-back" && ramp.stepBack !== undefined;
  return `${isStep ? "one step back" : "rolled back"}: ${sentence(ramp.causes)}`;
}
