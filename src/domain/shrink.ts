import { REASSERT_FOR } from "./absorb.ts";
import { type Draft, type PassFacts, tell } from "./draft.ts";
import { suspectBecause } from "./deploy.ts";
import { policyUnder, treatmentOf } from "./drift.ts";
import type { Gate } from "./gate.ts";
import { because, alertBecause, driftBecause, signalBecause } from "./because.ts";
import { MINUTE, type Millis } from "./instant.ts";
import type { GateJudgement } from "./judge.ts";
import { maintenanceAt } from "./maintenance.ts";
import type { Percent } from "./percent.ts";
import type { Ramp, Standing } from "./ramp.ts";
import type { Drift, GateRecord } from "./record.ts";
import { stepBackOf, steppingSignals } from "./step-back.ts";
import {
  halt,
  highestStepAt,
  intend,
  intendToken,
  rollBack,
  standingAt,
  withStanding,
} from "./transition.ts";
import type { AlertCode, Because, Verdict, VerdictCode } from "./verdict.ts";

const REMIND_AGAIN: Millis = 30 * MINUTE;

/**
 * Whether a signal or an alert itself stands at halt, so that the halt deadline runs. A dark source waits for a person
 * instead, and so does what is missing while its source is under maintenance.
 */
export function isAlarmed(gate: Gate, { judgement, maintenance, now }: PassFacts): boolean {
  const stands = ({ source }: { readonly source: string }) =>
    maintenanceAt(maintenance, source, now) !== null;
  const signals = gate.signals.filter(stands).map(({ name }) => name);
  const guards = gate.alerts.filter(stands).map(({ match }) => match);
  return (
    judgement.signals.some(
      ({ signal, verdict, counts, code }) =>
        verdict === "halt" && counts && !isBlind(code, signals.includes(signal)),
    ) ||
    judgement.alerts.some(
      ({ guard, verdict, code }) => verdict === "halt" && !isBlind(code, guards.includes(guard)),
    )
  );
}

function isBlind(code: VerdictCode | AlertCode, standsStill: boolean): boolean {
  return code === "dark" || (code === "missing" && standsStill);
}

/** A reason to decrease waits for nothing: the rollback is ordered in this pass. Null when there is none. */
export function shrink(gate: Gate, draft: Draft, from: Standing, facts: PassFacts): Draft | null {
  const { causes, isWhole } = shrinkCauses(gate, draft.record, facts);
  if (causes.length === 0) return null;
  const stepBack = isWhole ? null : stepBackOf(gate, draft.record, facts.judgement);
  if (stepBack === null) return orderBack(gate, draft, { from, causes }, facts);
  // The run goes on after it, so what a person lowered in this very moment has to stay its ceiling.
  const record = underCeiling(gate, draft.record, facts)?.record ?? draft.record;
  return orderBack(gate, { ...draft, record }, { from, causes, stepBack }, facts);
}

/** Orders a rollback and pages, in one. */
export function orderBack(
  gate: Gate,
  draft: Draft,
  order: Omit<Parameters<typeof rollBack>[3], "decision" | "at">,
  facts: PassFacts,
): Draft {
  const record = rollBack(gate, draft.record, facts, { ...order, decision: facts.decision, at: facts.now });
  const kind = order.stepBack === undefined ? "rolling-back" : "stepping-back";
  return tell({ ...draft, record }, { kind, page: true, causes: order.causes });
}

type ShrinkCauses = {
  readonly causes: readonly Because[];
  /** Whether any of them asks for more than a step back. */
  readonly isWhole: boolean;
};

/** Why exposure must go down; no causes: it need not. */
export function shrinkCauses(gate: Gate, record: GateRecord, facts: PassFacts): ShrinkCauses {
  const { ramp } = record;
  const exposed = isExposed(record);
  const policy = policyUnder(record.drift, gate.drift);
  const drift = record.drift.filter((found) => treatmentOf(found.kind, policy) === "roll-back");
  const evidence = exposed ? evidenceAgainst(record, facts, ["rollback"]) : [];
  const others = drift.map((found) => driftBecause(gate, found));
  if (exposed && ramp.state === "halted" && ramp.alarmMs >= gate.haltDeadlineMs) {
    others.push(because("state", "halt-deadline", "nobody decided on the halt before its deadline"));
  }
  const stepping = steppingSignals(gate, facts.judgement);
  const isWhole = others.length > 0 || hasVerdict(facts.judgement, "rollback", stepping);
  return { causes: [...evidence, ...others], isWhole };
}

/** Whether a guard, or a signal that counts and is none of these, has the verdict. */
function hasVerdict({ signals, alerts }: GateJudgement, said: Verdict, but: readonly string[]): boolean {
  return (
    signals.some(({ counts, verdict, signal }) => counts && verdict === said && !but.includes(signal)) ||
    alerts.some(({ verdict }) => verdict === said)
  );
}

/** Signals and guards with such a verdict, and the deploy that may have brought it about. */
function evidenceAgainst(
  record: GateRecord,
  facts: PassFacts,
  verdicts: readonly Verdict[],
): readonly Because[] {
  const { signals, alerts } = facts.judgement;
  const found = [
    ...signals.filter(({ counts, verdict }) => counts && verdicts.includes(verdict)).map(signalBecause),
    ...alerts.filter(({ verdict }) => verdicts.includes(verdict)).map(alertBecause),
  ];
  return found.length === 0 ? [] : [...found, ...suspectBecause(record, facts.judgement, facts.now)];
}

/** Where nobody is exposed there is nothing to take back: such a breach halts. What is not known to be 0 is exposed. */
export function isExposed({ exposure, intention, drift }: GateRecord): boolean {
  const isUnknown = drift.some(({ kind }) => kind === "rollout-unreadable");
  return exposure.set !== 0 || isUnknown || (intention?.to ?? 0) > 0;
}

/** A person lowered the flag to a value above 0: that value stands, nothing is written, and growth waits for a person. */
export function followPerson(gate: Gate, draft: Draft, standing: Standing, facts: PassFacts): Draft | null {
  const { record } = draft;
  const found = underCeiling(gate, record, facts);
  if (found === null) return null;
  const { lowered, ceiling } = found;
  const followed: GateRecord = { ...found.record, reassertUntil: facts.now + REASSERT_FOR };
  // Less of an audience is still its step.
  const isWithin = record.flag?.audience !== undefined;
  const from = isWithin ? standing : standingAt(gate, Math.min(standing.step, highestStepAt(gate, ceiling)));
  const causes = [driftBecause(gate, lowered)];
  if (record.ramp.state === "halted") {
    return { ...draft, record: { ...followed, ramp: withStanding(record.ramp, from) } };
  }
  return tell(
    { ...draft, record: halt(followed, from, causes, facts.now) },
    { kind: "halted", page: false, causes },
  );
}

type UnderCeiling = { readonly record: GateRecord; readonly lowered: Drift; readonly ceiling: Percent };

/** The record with a person's decrease as its ceiling and as what is wanted; null where nobody lowered. */
export function underCeiling(gate: Gate, record: GateRecord, { now }: PassFacts): UnderCeiling | null {
  const lowered = record.drift.find((found) => treatmentOf(found.kind, gate.drift) === "ceiling");
  if (lowered?.observed == null || record.flag === null || record.run === null) return null;
  const ceiling = lowered.observed;
  const followed: GateRecord = {
    ...record,
    flag: { ...record.flag, rollout: ceiling },
    run: { ...record.run, ceiling: record.flag.audience === undefined ? ceiling : 0 },
    exposure: { ...record.exposure, wanted: ceiling, setAt: now },
    intention: null,
    drift: record.drift.filter((found) => found !== lowered),
  };
  return { record: followed, lowered, ceiling };
}

/** Halts, or keeps a halt alive: its reminder and the re-assertion of what was recorded. */
export function stop(gate: Gate, draft: Draft, standing: Standing, facts: PassFacts): Draft | null {
  const { record } = draft;
  const policy = policyUnder(record.drift, gate.drift);
  const drift = record.drift.filter((found) => treatmentOf(found.kind, policy) === "halt");
  const reverted = revert(gate, record, standing, facts);
  const causes = [
    // A rollback verdict comes this far only where nobody is exposed.
    ...evidenceAgainst(record, facts, ["halt", "rollback"]),
    ...drift.map((found) => driftBecause(gate, found)),
  ];
  if (record.ramp.state === "halted" || causes.length === 0) {
    if (reverted !== null) return { ...draft, record: reverted };
    return record.ramp.state === "halted" ? remind(gate, draft, record.ramp, facts) : null;
  }
  const halted = halt(reverted ?? record, standing, causes, facts.now);
  // A change by a person fences as well as a token: the test of a late raise fails on it, and nothing is written over it.
  const fenced =
    record.drift.length > 0 ? halted : intendToken(gate, halted, facts, facts.decision, facts.now);
  const asserted = { ...fenced, reassertUntil: facts.now + REASSERT_FOR };
  return tell({ ...draft, record: asserted }, { kind: "halted", page: drift.length > 0, causes });
}

function remind(
  gate: Gate,
  draft: Draft,
  ramp: Extract<Ramp, { state: "halted" }>,
  facts: PassFacts,
): Draft | null {
  const waitsForPerson = !isAlarmed(gate, facts);
  if (!waitsForPerson || facts.now - ramp.remindedAt < REMIND_AGAIN) return null;
  const record: GateRecord = { ...draft.record, ramp: { ...ramp, remindedAt: facts.now } };
  return tell({ ...draft, record }, { kind: "halt-reminder", page: true, causes: ramp.causes });
}

/** `drift.raised: revert`: somebody's raise goes back to the recorded percent at once; the ramp stays where it is. */
function revert(gate: Gate, record: GateRecord, standing: Standing, facts: PassFacts): GateRecord | null {
  const policy = policyUnder(record.drift, gate.drift);
  const raised = record.drift.some((found) => treatmentOf(found.kind, policy) === "revert");
  if (!raised || record.flag === null || record.intention !== null) return null;
  const to = record.flag.rollout;
  const write = { kind: "lower", to, step: standing.step, decision: facts.decision, at: facts.now } as const;
  return intend(gate, record, facts, write);
}
