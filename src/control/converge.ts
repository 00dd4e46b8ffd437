import { type FlagFacts, absorb } from "../domain/absorb.ts";
import { hasAudiences, sameReach, segmentsOf } from "../domain/audience.ts";
import { isActing } from "../domain/decide.ts";
import { driftTells, landedTells } from "../domain/pass-tells.ts";
import { isInOtherHands, issuedBy } from "../domain/drift.ts";
import type { FlagObservation, StrategySeen } from "../domain/flag.ts";
import type { FlagTarget, Gate } from "../domain/gate.ts";
import { because } from "../domain/because.ts";
import { parseRollout } from "../domain/percent.ts";
import { letGo, releaseTells } from "../domain/release.ts";
import { type Millis, SECOND } from "../domain/instant.ts";
import type { GateRecord, Intention } from "../domain/record.ts";
import { standingOf } from "../domain/transition.ts";
import { type Tell, tellings } from "../domain/tell.ts";
import { yieldIfOverwritten } from "../domain/yield.ts";
import { exposureChanges } from "./ledger.ts";
import type { Clock, Expecting, Flags, Ids, MoreToWrite, Records, Served, WriteOutcome } from "./ports.ts";

export type WritePorts = {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly flags: Flags;
  readonly served: Served;
  readonly records: Records;
};

/** A write, and a person's decrease it may have run over, are settled within one pass; more is left to the next. */
const ROUNDS = 2;

/** Unleash and Prometheus may take so long to answer, however often a gate passes. */
const LEAST_PATIENCE: Millis = 30 * SECOND;

/** The decision of the pass that may raise, and when it asked for its readings, by the monotonic clock. */
export type Raising = { readonly decision: string; readonly asked: Millis };

/** Whether what was read then is older than what the last two passes could have read: this process stood still meanwhile. */
export function isOutdated(clock: Clock, { everyMs }: Gate, asked: Millis): boolean {
  return clock.elapsed() - asked > Math.max(2 * everyMs, LEAST_PATIENCE);
}

/**
 * Carries out the recorded intention: write, read back, look for what happened in between, record the outcome.
 * Dying anywhere in here is harmless: the next pass reads the flag and finishes what this one began. A raise goes out
 * once, from the pass that decided it and while its readings are fresh: one that got no answer waits until the flag can be
 * read, and is decided again. Null: nothing may be raised.
 */
export async function converge(
  ports: WritePorts,
  gate: Gate,
  committed: GateRecord,
  observed: FlagObservation | null,
  raising: Raising | null,
): Promise<GateRecord> {
  let record = committed;
  let seen = observed;
  let rounds = ROUNDS;
  const tried = new Set<number>();
  for (let round = 0; round < rounds && record.intention !== null && gate.flag !== null; round += 1) {
    const { intention } = record;
    const isNow = !tried.has(intention.token.sequence) && mayRaise(ports.clock, gate, intention, raising);
    const isHeldBack = !isNow && (intention.kind === "raise" || intention.kind === "park");
    const sent = isHeldBack ? null : await send(ports.flags, gate, gate.flag, record, intention, seen);
    tried.add(intention.token.sequence);
    const goesOn = mayRaise(ports.clock, gate, intention, raising);
    const outcome = await readBack(ports, gate, gate.flag, record, intention, goesOn);
    // A crossing is up to three writes, each with the rounds that a single one has.
    if (intention.onward !== undefined && outcome.record.intention !== intention) rounds += 1;
    seen = outcome.observation;
    const stored = await ports.records.commit({
      record: outcome.record,
      expecting: record.version,
      decision: { kind: "none" },
      inputs: null,
      tellings: tellings(gate, outcome.record, intention.decision, [...refusalTells(sent), ...outcome.tells]),
      changes: exposureChanges(ports.ids, gate, record, outcome.record, outcome.facts),
      pin: null,
      reply: null,
    });
    // Somebody else moved the record on; what we sent is found by its token at the next pass.
    if (!stored) return record;
    record = { ...outcome.record, version: record.version + 1 };
  }
  return record;
}

function mayRaise(clock: Clock, gate: Gate, { decision }: Intention, raising: Raising | null): boolean {
  return raising?.decision === decision && !isOutdated(clock, gate, raising.asked);
}

async function send(
  flags: Flags,
  gate: Gate,
  target: FlagTarget,
  record: GateRecord,
  intention: Intention,
  seen: FlagObservation | null,
): Promise<WriteOutcome | null> {
  const { flag } = record;
  if (flag === null) return null;
  const current =
    seen?.kind === "seen" ? seen.strategies.find((strategy) => strategy.id === flag.strategyId) : undefined;
  if (intention.kind === "raise") {
    const expecting = { title: flag.title, rollout: flag.rollout, ...reachIn(gate, flag) };
    return flags.write(target, flag.strategyId, intention.to, intention.title, expecting);
  }
  if (intention.kind === "release") {
    // Whatever else the title says by now is no token of ours to take away.
    const isOurs = current?.title === flag.title && current.rollout === String(flag.rollout);
    const expecting = { title: flag.title, rollout: flag.rollout };
    return isOurs ? flags.write(target, flag.strategyId, intention.to, intention.title, expecting) : null;
  }
  // Nothing but a rollback to 0 goes out blind: written over an unseen decrease, or late, anything else may raise or undo.
  if (intention.kind !== "lower" || intention.to > 0 || record.ramp.state !== "rolling-back") {
    const percent = parseRollout(current?.rollout ?? "");
    if (current === undefined || percent === null || percent < intention.to) return null;
    if (KEEP_PERCENT.includes(intention.kind) && percent !== intention.to) return null;
    if (isInOtherHands(current.title, flag, issuedBy(record, intention.token.store))) return null;
    const isRefit = intention.kind === "refit";
    // What somebody has put in since is theirs, and no step's to take out.
    if (isRefit && !sameReach(current, flag)) return null;
    const reach = isRefit ? reachIn(gate, flag) : segmentsIn(gate, current);
    const expecting = { title: current.title, rollout: percent, ...reach };
    return flags.write(
      target,
      flag.strategyId,
      intention.to,
      intention.title,
      expecting,
      besides(record, intention),
    );
  }
  const switchOff = record.ramp.state === "rolling-back" && record.ramp.rung === "environment-off";
  const [written] = await Promise.all([
    flags.write(target, flag.strategyId, 0, intention.title, null),
    switchOff ? flags.switchOff(target) : null,
  ]);
  return written;
}

const KEEP_PERCENT: readonly Intention["kind"][] = ["retoken", "rotate", "refit"];

/**
 * Where Rampart writes segments, nothing above 0 % goes out beside others than were seen: Unleash reads a row, and then its
 * segments.
 */
function segmentsIn(gate: Gate, strategy: Pick<StrategySeen, "segments">): Pick<Expecting, "segments"> {
  return hasAudiences(gate) ? { segments: segmentsOf(strategy) } : {};
}

/** A raise goes out only to those it is for, and a refit only over what is recorded. */
function reachIn(
  gate: Gate,
  strategy: Pick<StrategySeen, "segments" | "constraints">,
): Pick<Expecting, "segments" | "constraints"> {
  const { constraints } = strategy;
  return hasAudiences(gate) ? { ...segmentsIn(gate, strategy), constraints } : {};
}

/** What a write at 0 % changes besides percent and title. */
function besides({ run }: GateRecord, { kind, audience }: Intention): MoreToWrite | undefined {
  if (kind === "refit") return { kind: "audience", audience: audience ?? null };
  const cohort = run?.cohort ?? null;
  return kind === "rotate" && cohort !== null ? { kind: "group", groupId: cohort } : undefined;
}

const FORBIDDEN: readonly number[] = [401, 403];

/** A right that was lost is paged before it is needed; once for each intention, for the telling's key repeats with it. */
function refusalTells(sent: WriteOutcome | null): readonly Tell[] {
  if (sent?.kind !== "refused" || !FORBIDDEN.includes(sent.status)) return [];
  const cause = because("health", "write-refused", `Unleash answered ${sent.status}: ${sent.detail}`);
  return [{ kind: "cannot-write", page: true, causes: [cause] }];
}

type Outcome = {
  readonly record: GateRecord;
  readonly observation: FlagObservation;
  readonly tells: readonly Tell[];
  readonly facts: FlagFacts;
};

function isRollback({ ramp }: GateRecord, { kind, to }: Intention): boolean {
  return to === 0 && kind !== "refit" && standingOf(ramp) === null;
}

async function readBack(
  ports: WritePorts,
  gate: Gate,
  target: FlagTarget,
  record: GateRecord,
  intention: Intention,
  goesOn: boolean,
): Promise<Outcome> {
  const [observation, served, events, ownUserId] = await Promise.all([
    ports.flags.observe(target),
    ports.served.observe(target),
    // Nothing is lower than 0, so a rollback runs over nobody's decrease and need not wait for the log.
    isRollback(record, intention) ? null : ports.flags.events(target, null),
    ports.flags.ownUserId(target.server),
  ]);
  const facts: FlagFacts = {
    now: ports.clock.now(),
    decision: intention.decision,
    storeId: ports.records.storeId(),
    epoch: ports.records.epoch(),
    observation,
    served,
    events,
    ownUserId,
    ...(goesOn ? { goesOn } : {}),
  };
  const absorbed = absorb(gate, record, facts);
  const tells = [
    ...driftTells(gate, absorbed.newDrift, record, isActing(gate, record)),
    ...(absorbed.landed === null ? [] : landedTells(gate, absorbed.landed, absorbed.record)),
  ];
  const yielded = yieldIfOverwritten(gate, absorbed.record, absorbed.landed, facts, record.flag);
  const after = letGo(yielded.record, absorbed.landed, events);
  const told = [...tells, ...yielded.tells, ...releaseTells(record, after)];
  return { record: after, observation, tells: told, facts };
}
