import type { FlagRecord } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { percentOf } from "./growth.ts";
import type { Instant } from "./instant.ts";
import { UNBREACHED } from "./limit-clock.ts";
import type { Percent } from "./percent.ts";
import { dropProof } from "./proof.ts";
import type { Ramp, Standing, StepBack } from "./ramp.ts";
import type { Exposure, GateRecord, Intention, Run, SignalClock } from "./record.ts";
import { type WriteToken, splitTitle, titleWith } from "./token.ts";
import type { Because } from "./verdict.ts";

const NO_EXPOSURE: Exposure = {
  wanted: null,
  set: null,
  setAt: null,
  served: null,
  changedAt: null,
  raisedAt: null,
};

/** The record of a gate nobody has done anything with yet. */
export function newRecord(gate: string): GateRecord {
  return {
    gate,
    version: 0,
    sequence: 0,
    epoch: 0,
    olderSequence: 0,
    acting: null,
    ramp: { state: "idle" },
    run: null,
    entryApprovals: [],
    promises: [],
    flag: null,
    exposure: NO_EXPOSURE,
    holdMs: 0,
    bakeMs: 0,
    clocks: {},
    intention: null,
    drift: [],
    reassertUntil: null,
    lastPass: null,
    deploy: null,
    woulds: [],
    because: [],
  };
}

/** Where the ramp stands while its signals are armed, also below a pause or a halt; null when no exposure is watched. */
export function standingOf(ramp: Ramp): Standing | null {
  switch (ramp.state) {
    case "proving":
    case "baking":
      return ramp;
    case "paused":
    case "halted":
      return ramp.from;
    case "idle":
    case "rolling-back":
    case "draining":
    case "rolled-back":
    case "finished":
      return null;
  }
}

/** As `standingOf`; a ramp that does not run stands before its first step. */
export function standingOrStart(ramp: Ramp): Standing {
  return standingOf(ramp) ?? { state: "proving", step: 0 };
}

/** The standing at a step: the last step is the one that bakes. */
export function standingAt(gate: Gate, step: number): Standing {
  return step >= gate.steps.length ? { state: "baking", step } : { state: "proving", step };
}

/** The highest step for everybody whose percent is at most the value; 0 when even the first lies above it. */
export function highestStepAt(gate: Gate, percent: Percent): number {
  let highest = 0;
  for (const [index, step] of gate.steps.entries()) {
    if (step.audience === undefined && step.to <= percent) highest = index + 1;
  }
  return highest;
}

/** The declared step whose percent the flag shows exactly, at which a run may start; 0 where there is none. */
export function entryStep(gate: Gate, { exposure }: GateRecord): number {
  return exposingStepAt(gate, exposure.set ?? 0);
}

/** The step of this percent; 0 where there is none. At 0 % a run is before its first step, which may be a shadow step. */
export function exposingStepAt(gate: Gate, percent: Percent): number {
  if (percent === 0) return 0;
  return gate.steps.findIndex(({ to, audience }) => audience === undefined && to === percent) + 1;
}

/** Whether the run means to expose nobody: it is before its first step, or in its shadow step. */
export function standsAtZero({ ramp, exposure }: GateRecord): boolean {
  const standing = standingOf(ramp);
  return standing !== null && (standing.step === 0 || exposure.wanted === 0);
}

/** The same state with another standing inside it. */
export function withStanding(ramp: Ramp, standing: Standing): Ramp {
  if (ramp.state === "paused" || ramp.state === "halted") return { ...ramp, from: standing };
  return ramp.state === "proving" || ramp.state === "baking" ? standing : ramp;
}

/** What every change of exposure, by anybody, resets: the timers of limits, hold and bake; settle starts at `at`. */
export function exposureChanged<R extends GateRecord>(record: R, percent: Percent, at: Instant): R {
  const clocks: Record<string, SignalClock> = {};
  for (const [name, { steppedBackAt: _over, ...clock }] of Object.entries(record.clocks)) {
    clocks[name] = { ...clock, halt: UNBREACHED, rollback: UNBREACHED };
  }
  const { exposure } = record;
  const raisedAt = percent > (exposure.set ?? 0) ? at : exposure.raisedAt;
  return {
    ...record,
    clocks,
    holdMs: 0,
    bakeMs: 0,
    exposure: { ...exposure, set: percent, setAt: null, changedAt: at, raisedAt },
  };
}

export type Writer = { readonly storeId: string; readonly epoch: number };

export type PlannedWrite = Pick<
  Intention,
  "kind" | "to" | "step" | "decision" | "at" | "audience" | "onward"
>;

/** Plans a write with the next token. The record then says what is wanted before anybody asks Unleash for it. */
export function intend<R extends GateRecord>(
  gate: Gate,
  record: R,
  writer: Writer,
  write: PlannedWrite,
  sequence = record.sequence + 1,
): R {
  const token: WriteToken = {
    step: write.step,
    of: gate.steps.length,
    store: writer.storeId,
    epoch: writer.epoch,
    sequence,
  };
  const text = record.flag?.titleText ?? "";
  const intention: Intention = {
    ...write,
    from: record.exposure.set,
    token,
    title: write.kind === "release" ? text : titleWith(text, token),
  };
  return {
    ...inEpoch(record, writer.epoch),
    // A crossing has set tokens apart up to that of its raise.
    sequence: Math.max(record.sequence, write.onward?.sequence ?? sequence),
    intention,
    exposure: { ...record.exposure, wanted: write.to },
  };
}

/** The record as a process of this epoch goes on with it. */
export function inEpoch<R extends GateRecord>(record: R, epoch: number): R {
  return record.epoch === epoch ? record : { ...record, epoch, olderSequence: record.sequence };
}

/** A new token with the percent unchanged, so that a late raise of an older decision finds its test failing. */
export function intendToken<R extends GateRecord>(
  gate: Gate,
  record: R,
  writer: Writer,
  decision: string,
  at: Instant,
): R {
  if (record.flag === null) return record;
  const { step } = standingOrStart(record.ramp);
  return intend(gate, record, writer, { kind: "retoken", to: record.flag.rollout, step, decision, at });
}

/** Approvals rest on the evidence people had in view; what ends that ends them. */
export function voidApprovals(run: Run | null): Run | null {
  return run === null ? null : { ...run, approvals: [] };
}

export function halt(
  record: GateRecord,
  from: Standing,
  causes: readonly Because[],
  at: Instant,
): GateRecord {
  const { ramp } = record;
  const paused = ramp.state === "paused" ? ramp : ramp.state === "halted" ? ramp.paused : null;
  return {
    ...record,
    ramp: { state: "halted", from, since: at, causes, alarmMs: 0, remindedAt: at, paused },
    run: voidApprovals(record.run),
  };
}

/** Orders exposure to 0, or one step back: the state, and the write that belongs to it. */
export function rollBack(
  gate: Gate,
  record: GateRecord,
  writer: Writer,
  order: {
    readonly from: Standing;
    readonly causes: readonly Because[];
    readonly decision: string;
    readonly at: Instant;
    readonly stepBack?: StepBack;
  },
): GateRecord {
  const { stepBack } = order;
  const ramp: Ramp = {
    state: "rolling-back",
    from: order.from,
    since: order.at,
    fromPercent: record.exposure.set,
    causes: order.causes,
    rung: "rollout",
    verification: { firstAt: null, servedLateSince: null },
    pagedAt: null,
    ...(stepBack === undefined ? {} : { stepBack }),
  };
  return intend(gate, { ...record, ramp, run: voidApprovals(record.run) }, writer, {
    kind: "lower",
    to: stepBack?.to ?? 0,
    step: stepBack?.step ?? 0,
    decision: order.decision,
    at: order.at,
  });
}

/**
 * Begins a run at a step: 0, or the declared step the flag already stands at. A flag that no pass has seen like that was
 * changed since: readings settle from now, as from any change.
 */
export function begin(
  gate: Gate,
  record: GateRecord,
  run: Run,
  flag: FlagRecord,
  step: number,
  at: Instant,
): GateRecord {
  const { exposure } = isAsSeen(record, flag) ? record : exposureChanged(record, flag.rollout, at);
  return {
    ...record,
    ramp: standingAt(gate, step),
    run,
    entryApprovals: [],
    flag,
    exposure: {
      wanted: percentOf(gate, step),
      set: flag.rollout,
      setAt: at,
      served: exposure.served,
      changedAt: step === 0 ? exposure.changedAt : at,
      raisedAt: exposure.raisedAt,
    },
    holdMs: 0,
    bakeMs: 0,
    clocks: {},
    intention: null,
    drift: [],
    reassertUntil: null,
  };
}

/** Whether a flag that a run begins on stands as the last pass has left it; what nobody has read yet has no past. */
function isAsSeen({ exposure, flag: recorded }: GateRecord, flag: FlagRecord): boolean {
  const neverRead = exposure.set === null && exposure.changedAt === null;
  // A token that is not on record tells of a life this store has lost, or of another store.
  const retitled = recorded === null ? splitTitle(flag.title).token !== null : recorded.title !== flag.title;
  return (neverRead || exposure.set === flag.rollout) && !retitled;
}

/** The record with a sequence beyond what the title carries, so that no token is ever issued twice. */
export function beyondTitle<R extends GateRecord>(record: R, title: string | null, storeId: string): R {
  const { token } = splitTitle(title);
  if (token === null || token.store !== storeId) return record;
  return { ...record, sequence: Math.max(record.sequence, token.sequence) };
}

/** Returns a halted or paused ramp to where it stood. A resume acknowledges the halt; the old evidence runs on. */
export function resume(record: GateRecord, at: Instant): GateRecord {
  const { ramp } = record;
  if (ramp.state !== "paused" && ramp.state !== "halted") return record;
  const resumed = { ...record, ramp: ramp.from, holdMs: 0, bakeMs: 0 };
  if (ramp.state === "paused") return resumed;
  const clocks: Record<string, SignalClock> = {};
  for (const [name, clock] of Object.entries(record.clocks)) {
    const missing = clock.unknownSince !== null;
    const causing = missing || clock.halt.at !== null;
    clocks[name] = causing ? { ...clock, acknowledgedAt: at, unknownSince: missing ? at : null } : clock;
  }
  return { ...dropProof(resumed, at), clocks };
}
