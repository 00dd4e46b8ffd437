import { type FlagFacts, absorb } from "./absorb.ts";
import type { Deploy } from "./change.ts";
import { noteDeploy } from "./deploy.ts";
import type { Gate, Purpose } from "./gate.ts";
import type { Instant } from "./instant.ts";
import type { JudgeContext } from "./judge.ts";
import type { Maintenance } from "./maintenance.ts";
import { whomOf } from "./reach.ts";
import type { GateRecord } from "./record.ts";
import { emptySideAt } from "./comparison.ts";
import { settlesSince } from "./settle.ts";

/** What of a pass must be known before its signals can be judged. */
export type ContextFacts = FlagFacts & { readonly newestDeploy: Deploy | null };

/** The record as this pass's reading of the flag and the newest deploy leave it: what the signals are judged at. */
export function recordAsSeen(gate: Gate, before: GateRecord, facts: ContextFacts): GateRecord {
  return noteDeploy(gate, absorb(gate, before, facts).record, facts.newestDeploy);
}

/** What exposure wants next. */
export function purposeOf({ ramp }: GateRecord): Purpose {
  return ramp.state === "baking" ? "finish" : "advance";
}

/** A change of exposure that this reading shows settles from its own time; clocks go on from where they were stored. */
export function judgeContext(
  before: GateRecord,
  seen: GateRecord,
  facts: {
    readonly now: Instant;
    readonly dark: ReadonlyMap<string, Instant>;
    readonly maintenance: readonly Maintenance[];
  },
): JudgeContext {
  return {
    now: facts.now,
    lastPassAt: before.lastPass?.at ?? null,
    changedAt: settlesSince(seen),
    raisedAt: seen.exposure.raisedAt,
    purpose: purposeOf(seen),
    clocks: before.clocks,
    dark: facts.dark,
    maintenance: facts.maintenance,
    emptySide: emptySideAt(seen.exposure.set, whomOf(seen)),
    exposed: exposedShare(seen),
  };
}

/** Which share of everybody a segment is cannot be known. */
function exposedShare(seen: GateRecord): number | null {
  const { set } = seen.exposure;
  return set === null || whomOf(seen) !== undefined ? null : set / 100;
}
