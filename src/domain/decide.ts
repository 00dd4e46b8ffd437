import { absorb } from "./absorb.ts";
import { isAstray, settleAnew } from "./astray.ts";
import { because, definitionBecause, driftBecause, stateBecause } from "./because.ts";
import { lacksCohort } from "./cohort.ts";
import { actionBy, cross, crosses } from "./crossing.ts";
import type { Action, Decision } from "./decision.ts";
import { namingDeploy, noteDeploy } from "./deploy.ts";
import { drain } from "./draining.ts";
import { type Draft, type Forced, type PassFacts, tell } from "./draft.ts";
import type { Gate } from "./gate.ts";
import {
  alertBlockers,
  growthBlockers,
  isOpenForApproval,
  modeOf,
  nextStep,
  unreadyBecause,
} from "./growth.ts";
import { countsTowardsHold, holdAfter } from "./hold.ts";
import { afterSetBack } from "./set-back.ts";
import { formatMillis } from "./instant.ts";
import { isUnderWay } from "./maintenance.ts";
import { withObservedTime, withWould, wouldDo } from "./observe.ts";
import {
  darkTells,
  definitionTells,
  deployTells,
  driftTells,
  landedTells,
  maintenanceTells,
} from "./pass-tells.ts";
import type { Percent } from "./percent.ts";
import { provingSignal, withProof } from "./proof.ts";
import { whomIn } from "./reach.ts";
import type { GateRecord, LastPass } from "./record.ts";
import { letGo, releaseTells } from "./release.ts";
import { goBack } from "./rolling-back.ts";
import { followPerson, isAlarmed, shrink, stop } from "./shrink.ts";
import { tellings } from "./tell.ts";
import type { Telling } from "./telling.ts";
import { intend, intendToken, resume, standingOf } from "./transition.ts";
import type { Because } from "./verdict.ts";
import { withValidApprovals } from "./void-approvals.ts";
import { yieldIfOverwritten } from "./yield.ts";

export type PassResult = {
  /** Stored before anything is sent: an intention in it is what the pass then carries out. */
  readonly record: GateRecord;
  readonly decision: Decision;
  readonly tellings: readonly Telling[];
};

/** One pass, decided: from the record, the definition and what was read, to the next record and what people are told. */
export function decide(gate: Gate, before: GateRecord, facts: PassFacts): PassResult {
  const judged: GateRecord = { ...before, clocks: facts.judgement.clocks };
  const absorbed = absorb(gate, judged, facts);
  const noted = noteDeploy(gate, settleAnew(absorbed.record, facts), facts.newestDeploy);
  const yielded = yieldIfOverwritten(gate, noted, absorbed.landed, facts, before.flag);
  const kept = letGo(yielded.record, absorbed.landed, facts.events);
  const counted = withTime(gate, kept, facts);
  const proven = withProof(counted, facts.proof, provingSignal(gate.signals));
  const sifted = withValidApprovals(gate, proven, facts);
  const valid = sifted.record;
  const acting = isActing(gate, valid);
  const start: Draft = {
    record: valid,
    tells: [
      ...driftTells(gate, absorbed.newDrift, before, acting),
      ...(absorbed.landed === null ? [] : landedTells(gate, absorbed.landed, valid)),
      ...yielded.tells,
      ...releaseTells(before, kept),
      ...sifted.tells,
      ...darkTells(gate, before, facts),
      ...maintenanceTells(before, facts),
      ...definitionTells(before, facts),
      ...deployTells(before, noted),
    ],
  };
  const moved = acting ? move(gate, start, facts) : start;
  const reasons = namingDeploy(moved.record, reasonsOf(gate, moved.record, facts), facts.now);
  const would = acting || gate.flag === null ? null : wouldDo(gate, moved.record, facts);
  const watched = would === null ? moved.record : withWould(moved.record, would, facts.now);
  const record: GateRecord = {
    ...watched,
    because: reasons,
    lastPass: {
      at: facts.now,
      counted: countsTowardsHold(facts.judgement),
      alarmed: isAlarmed(gate, facts),
      astray: isAstray(before.lastPass, facts),
      decision: facts.decision,
      ...maintenanceSeen(facts),
    },
  };
  return {
    record,
    decision: { ...decisionOf(gate, before, record, facts, reasons), would: would?.would ?? null },
    tellings: tellings(gate, record, facts.decision, moved.tells),
  };
}

function maintenanceSeen({ maintenance, now }: PassFacts): Pick<LastPass, "maintenance"> {
  const seen = maintenance.filter((each) => isUnderWay(each, now));
  return seen.length === 0 ? {} : { maintenance: seen.map(({ source, id }) => ({ source, id })) };
}

/** A rollback once ordered is driven to its end, whatever the mode says meanwhile. */
export function isActing(gate: Gate, record: GateRecord): boolean {
  const { state } = record.ramp;
  return modeOf(gate, record) === "act" || state === "rolling-back" || state === "draining";
}

function withTime(gate: Gate, before: GateRecord, facts: PassFacts): GateRecord {
  const record = afterSetBack(before, facts.now);
  const pass = { now: facts.now, everyMs: gate.everyMs, counted: countsTowardsHold(facts.judgement) };
  const { ramp } = record;
  if (modeOf(gate, record) === "observe" && standingOf(ramp) === null)
    return withObservedTime(gate, record, pass);
  if (record.exposure.setAt === null || record.drift.length > 0) return alarmed(gate, record, facts);
  if (ramp.state === "proving") {
    const holdMs = gate.steps[ramp.step - 1]?.holdMs ?? 0;
    return { ...record, holdMs: holdAfter(record.holdMs, sinceSet(record), { ...pass, holdMs }) };
  }
  if (ramp.state === "baking") {
    return {
      ...record,
      bakeMs: holdAfter(record.bakeMs, sinceSet(record), { ...pass, holdMs: gate.bakeMs }),
    };
  }
  return alarmed(gate, record, facts);
}

/** The clocks of a step start when its percent was verified as set, not at a pass before that. */
function sinceSet(record: GateRecord): GateRecord["lastPass"] {
  const { lastPass, exposure } = record;
  if (lastPass === null || exposure.setAt === null) return null;
  return lastPass.at >= exposure.setAt ? lastPass : { ...lastPass, at: exposure.setAt };
}

function alarmed(gate: Gate, record: GateRecord, facts: PassFacts): GateRecord {
  const { ramp, lastPass } = record;
  if (ramp.state !== "halted" || lastPass === null) return record;
  if (!lastPass.alarmed || !isAlarmed(gate, facts)) return record;
  const sinceLast = Math.max(0, facts.now - lastPass.at);
  return { ...record, ramp: { ...ramp, alarmMs: ramp.alarmMs + sinceLast } };
}

/** What the pass does, by state. Shrinking is looked at first and waits for nothing. */
function move(gate: Gate, draft: Draft, facts: PassFacts): Draft {
  const { ramp } = draft.record;
  if (ramp.state === "rolling-back") return goBack(gate, draft, ramp, facts);
  if (ramp.state === "draining") return drain(draft, ramp, facts.now);
  if (ramp.state === "paused" && ramp.until !== null && facts.now >= ramp.until) {
    return move(gate, goneOn(draft, facts), facts);
  }
  const standing = standingOf(ramp);
  if (standing === null) return tidy(gate, draft, facts) ?? draft;
  return (
    shrink(gate, draft, standing, facts) ??
    followPerson(gate, draft, standing, facts) ??
    stop(gate, draft, standing, facts) ??
    takeCohort(gate, draft, facts) ??
    takeOver(gate, draft, facts) ??
    proceed(gate, draft, facts)
  );
}

/** A pause that has run out ends by itself; what stops a ramp is looked at as if a person had resumed it. */
function goneOn(draft: Draft, facts: PassFacts): Draft {
  const cause = because("state", "resumed", "the time of the pause is over");
  const resumed = { ...draft, record: resume(draft.record, facts.now) };
  return tell(resumed, { kind: "resumed", page: false, causes: [cause] });
}

/** A run that is to reach other users first than the one before it takes its groupId while nobody is exposed. */
function takeCohort(gate: Gate, draft: Draft, facts: PassFacts): Draft | null {
  const { record } = draft;
  if (record.ramp.state !== "proving" || !lacksCohort(record) || record.exposure.set !== 0) return null;
  if (record.intention !== null || record.drift.length > 0 || facts.observation?.kind !== "seen") return null;
  const { decision, now: at } = facts;
  const { step } = record.ramp;
  return { ...draft, record: intend(gate, record, facts, { kind: "rotate", to: 0, step, decision, at }) };
}

/** Takes out what a run has put into the strategy, once nobody is exposed any more. */
function tidy(gate: Gate, draft: Draft, facts: PassFacts): Draft | null {
  const { record } = draft;
  const { flag, exposure, intention, drift } = record;
  if (record.ramp.state !== "rolled-back" && record.ramp.state !== "idle") return null;
  if (flag?.audience === undefined || flag.rollout !== 0 || exposure.set !== 0) return null;
  if (intention !== null || drift.length > 0 || facts.observation?.kind !== "seen") return null;
  const { decision, now: at } = facts;
  return { ...draft, record: intend(gate, record, facts, { kind: "refit", to: 0, step: 0, decision, at }) };
}

/** The first pass of a new process over a flag it did not write: its token goes first, so that nothing older lands. */
function takeOver(gate: Gate, draft: Draft, facts: PassFacts): Draft | null {
  const { record } = draft;
  const ownToken = record.epoch === facts.epoch;
  if (ownToken || record.intention !== null || record.drift.length > 0) return null;
  if (facts.observation?.kind !== "seen") return null;
  return { ...draft, record: intendToken(gate, record, facts, facts.decision, facts.now) };
}

function proceed(gate: Gate, draft: Draft, facts: PassFacts): Draft {
  const { ramp } = draft.record;
  if (ramp.state === "proving") return grow(gate, draft, ramp.step, facts);
  return ramp.state === "baking" ? bake(gate, draft, facts) : draft;
}

function grow(gate: Gate, draft: Draft, step: number, facts: PassFacts): Draft {
  const { record } = draft;
  const next = nextStep(gate, step);
  if (next === null || record.flag === null) return draft;
  const all = growthBlockers(gate, record, facts.judgement, facts);
  const blockers = facts.forced === null ? all : all.filter((blocker) => !isWaived(blocker));
  if (blockers.length > 0) {
    const causes = newlyAsked(blockers, record.because);
    return causes.length === 0 ? draft : tell(draft, { kind: "needs-approval", page: false, causes });
  }
  if (crosses(record, next)) {
    const raise = { next, step: step + 1, decision: facts.decision, at: facts.now };
    return { ...draft, record: cross(gate, record, facts, raise) };
  }
  const write = {
    kind: "raise",
    to: next.to,
    step: step + 1,
    decision: facts.decision,
    at: facts.now,
  } as const;
  return { ...draft, record: intend(gate, record, facts, write) };
}

const WAIVED_OF_SIGNALS: readonly string[] = ["between", "short"];

/** What a person may waive by force: time, proof, and signals that are neither good nor bad. Never what cannot be seen. */
export function isWaived({ kind, code }: Because): boolean {
  if (kind === "signal") return WAIVED_OF_SIGNALS.includes(code);
  return kind === "hold" || kind === "proof" || kind === "settle";
}

/** What people are asked for since this pass: promises at once, approvals when nothing but time stands before them. */
function newlyAsked(blockers: readonly Because[], before: readonly Because[]): readonly Because[] {
  const promises = blockers.filter(
    ({ code, message }) => code === "promise" && !before.some((known) => known.message === message),
  );
  const asks = asksForApproval(blockers) && !asksForApproval(before);
  return [...promises, ...(asks ? blockers.filter(isApproval) : [])];
}

function asksForApproval(reasons: readonly Because[]): boolean {
  return reasons.some(isApproval) && isOpenForApproval(reasons);
}

function isApproval(reason: Because): boolean {
  return reason.kind === "approval";
}

function bake(gate: Gate, draft: Draft, facts: PassFacts): Draft {
  const { record } = draft;
  if (finishBlockers(gate, record, facts).length > 0) return draft;
  const finished: GateRecord = { ...record, ramp: { state: "finished", since: facts.now } };
  return tell({ ...draft, record: finished }, { kind: "finished", page: false, causes: [] });
}

/** Why a baking ramp may not finish yet. */
export function finishBlockers(gate: Gate, record: GateRecord, facts: PassFacts): readonly Because[] {
  const found: Because[] = [];
  if (record.bakeMs < gate.bakeMs) {
    const until = facts.now + (gate.bakeMs - record.bakeMs);
    const message = `baked ${formatMillis(record.bakeMs)} of ${formatMillis(gate.bakeMs)}`;
    found.push(because("hold", "bake", message, { until }));
  }
  found.push(...unreadyBecause(facts.judgement.signals.filter((signal) => signal.counts)));
  found.push(...alertBlockers(facts.judgement.alerts));
  found.push(...record.drift.map((drift) => driftBecause(gate, drift)));
  return found;
}

/** Why the gate stands where it stands, whatever the state: what growth would need, or what ends the state. */
function reasonsOf(gate: Gate, record: GateRecord, facts: PassFacts): readonly Because[] {
  const { state } = record.ramp;
  // A pass that raises had no reason against it, or a person waived it.
  const decided = record.intention?.decision === facts.decision ? record.intention : null;
  if (decided?.kind === "raise" || decided?.onward !== undefined) {
    return facts.forced === null ? [] : [forcedBecause(facts.forced)];
  }
  if (state === "finished") {
    const held = definitionBecause(record, facts.definition).filter(({ code }) => code === "other-flag");
    return [stateBecause(record), ...held, ...record.drift.map((drift) => driftBecause(gate, drift))];
  }
  if (state === "baking") {
    const definition = definitionBecause(record, facts.definition);
    return [stateBecause(record), ...definition, ...finishBlockers(gate, record, facts)];
  }
  return growthBlockers(gate, record, facts.judgement, facts);
}

function forcedBecause({ by, reason }: Forced): Because {
  return because("state", "forced", `advanced by force by ${by}: ${reason}`);
}

function decisionOf(
  gate: Gate,
  before: GateRecord,
  record: GateRecord,
  facts: PassFacts,
  reasons: readonly Because[],
): Omit<Decision, "would"> {
  return {
    id: facts.decision,
    gate: gate.name,
    run: record.run?.id ?? null,
    definition: facts.definition.hash,
    at: facts.now,
    lastAt: facts.now,
    count: 1,
    actor: facts.actor,
    before: before.ramp.state,
    after: record.ramp.state,
    step: standingOf(record.ramp)?.step ?? 0,
    of: gate.steps.length,
    verdict: facts.judgement.verdict,
    because: reasons,
    signals: facts.judgement.signals,
    alerts: facts.judgement.alerts,
    exposure: record.exposure,
    flag: facts.observation,
    served: facts.served,
    approvals: (record.run?.approvals ?? []).map((given) => given.person),
    action: actionOf(before, record),
    ...whomIn(record),
  };
}

function actionOf(before: GateRecord, record: GateRecord): Action {
  const { intention, ramp } = record;
  if (intention === null) return { kind: "none" };
  if (ramp.state === "rolling-back" && ramp.rung === "environment-off") return { kind: "switch-off" };
  if (intention.token.sequence === before.intention?.token.sequence) return { kind: "none" };
  return actionBy(intention, record.flag);
}

/** Percent the next step would expose; null at the last. */
export function nextPercent(gate: Gate, record: GateRecord): Percent | null {
  const standing = standingOf(record.ramp);
  const step = record.ramp.state === "finished" ? gate.steps.length : (standing?.step ?? 0);
  return nextStep(gate, step)?.to ?? null;
}
