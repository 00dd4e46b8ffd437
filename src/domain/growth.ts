import { demandsFor, unmet } from "./approval.ts";
import {
  type DefinitionFacts,
  alertBecause,
  because,
  definitionBecause,
  driftBecause,
  signalBecause,
  stateBecause,
} from "./because.ts";
import { pinnedAudience, stepName } from "./audience.ts";
import { lacksCohort } from "./cohort.ts";
import type { Author, Gate, Step } from "./gate.ts";
import { type Instant, type Millis, SECOND, formatMillis } from "./instant.ts";
import type { GateJudgement } from "./judge.ts";
import type { Percent } from "./percent.ts";
import { proofBlockers } from "./proof.ts";
import { askingOf, promiseBlockers } from "./promise.ts";
import type { GateRecord } from "./record.ts";
import { rivalBecause } from "./rivals.ts";
import { settlesSince } from "./settle.ts";
import { unbuiltBecause } from "./unbuilt.ts";
import type { AlertJudgement, Because, BecauseKind, SignalJudgement } from "./verdict.ts";

/** Everything outside signals and record that may keep exposure from growing. */
export type GrowthFacts = {
  readonly now: Instant;
  readonly definition: DefinitionFacts;
  readonly stopSwitch: "off" | "on" | "unknown";
  /** Null when the flag could be read; else why it could not. */
  readonly flagUnreadable: string | null;
  readonly eventLoopLagMs: Millis;
  /** Our clock minus Prometheus'; null while it has not answered. */
  readonly clockSkewMs: Millis | null;
  /** Other gates that drive the same strategy. */
  readonly rivals: readonly string[];
};

export const GREATEST_LAG: Millis = 1 * SECOND;
export const GREATEST_SKEW: Millis = 5 * SECOND;

/** The step a proving ramp would enter next; null at the last. Step 0 is before the first. */
export function nextStep(gate: Gate, index: number): Step | null {
  return gate.steps[index] ?? null;
}

/** Percent of a step by its number from 1; step 0 is 0 %. */
export function percentOf(gate: Gate, index: number): Percent {
  return gate.steps[index - 1]?.to ?? 0;
}

export function modeOf(gate: Gate, record: GateRecord): "observe" | "act" {
  if (gate.mode === "observe") return "observe";
  return record.acting === null && gate.mode !== "act" ? "observe" : "act";
}

/**
 * The growth law: every reason why exposure may not rise by one step in this very pass. Empty means it may.
 * The claim is checked last, in the transaction that records the intention.
 */
export function growthBlockers(
  gate: Gate,
  record: GateRecord,
  judgement: GateJudgement,
  facts: GrowthFacts,
): readonly Because[] {
  const step = record.ramp.state === "proving" ? record.ramp.step : null;
  return [
    ...stateBlockers(gate, record, facts),
    ...timeBlockers(gate, record, step, facts.now),
    ...(step === null ? [] : proofBlockers(gate, record, step)),
    ...signalBlockers(gate, judgement, settlesSince(record), facts.now),
    ...alertBlockers(judgement.alerts),
    ...promiseBlockers(gate, step === null ? null : step + 1, askingOf(record, facts.definition)),
    ...(step === null ? [] : approvalBlockers(gate, record, step, facts.definition.author)),
    ...lockBlockers(gate, facts),
    ...flagBlockers(gate, record, step, facts),
    ...healthBlockers(facts),
  ];
}

function stateBlockers(gate: Gate, record: GateRecord, facts: GrowthFacts): readonly Because[] {
  const found: Because[] = [];
  // A gate that only watches has no ramp whose state could be in the way.
  if (gate.flag === null) return [...definitionBecause(record, facts.definition), ...unbuiltBecause(gate)];
  if (record.ramp.state !== "proving") found.push(stateBecause(record));
  if (modeOf(gate, record) === "observe") {
    found.push(because("switch", "observe", "the gate only observes", { opens: `rampart act ${gate.name}` }));
  }
  return [
    ...found,
    ...definitionBecause(record, facts.definition),
    ...unbuiltBecause(gate),
    ...rivalBecause(facts.rivals),
  ];
}

function timeBlockers(gate: Gate, record: GateRecord, step: number | null, now: Instant): readonly Because[] {
  if (step === null) return [];
  const hold = gate.steps[step - 1]?.holdMs ?? 0;
  if (record.holdMs >= hold) return [];
  const until = now + (hold - record.holdMs);
  return [because("hold", "hold", `held ${formatMillis(record.holdMs)} of ${formatMillis(hold)}`, { until })];
}

function signalBlockers(
  gate: Gate,
  judgement: GateJudgement,
  changedAt: Instant | null,
  now: Instant,
): readonly Because[] {
  const counted = judgement.signals.filter((signal) => signal.counts);
  if (counted.length === 0) {
    // Guards are no evidence, but a gate that only watches may consist of them.
    if (gate.flag === null && judgement.alerts.length > 0) return [];
    return [because("signal", "no-evidence", "no signal that gates this step has an answer")];
  }
  return unreadyBecause(counted.map((signal) => settled(signal, changedAt, now)));
}

/** A change found only in this very pass is younger than its judgement, which still calls old evidence good. */
function settled(signal: SignalJudgement, changedAt: Instant | null, now: Instant): SignalJudgement {
  if (changedAt === null || signal.verdict !== "good") return signal;
  const until = changedAt + signal.settleMs;
  const { asOf } = signal.reading;
  if (now >= until && (asOf === null || asOf > changedAt)) return signal;
  const message = "still shows the time before the change";
  return { ...signal, verdict: "wait", code: "settling", message, until: now < until ? until : null };
}

/** Why the signals that count are not all good. Settling is one reason however many signals it holds: one clock opens it. */
export function unreadyBecause(counted: readonly SignalJudgement[]): readonly Because[] {
  const unready = counted.filter((signal) => signal.verdict !== "good");
  const settling = unready.filter((signal) => signal.code === "settling");
  const [only] = settling;
  const others = unready.filter((signal) => signal.code !== "settling").map(signalBecause);
  if (only === undefined) return others;
  return [...others, settling.length === 1 ? signalBecause(only) : settlingTogether(settling)];
}

function settlingTogether(settling: readonly SignalJudgement[]): Because {
  const untils = settling.map((signal) => signal.until).filter((until) => until !== null);
  const last = settling.reduce((a, b) => ((b.until ?? 0) > (a.until ?? 0) ? b : a));
  const others = settling.length - 1;
  return because("settle", "settling", `${last.signal} and ${others} more: ${last.message}`, {
    until: untils.length === 0 ? null : Math.max(...untils),
  });
}

/** Why the guards are not all inactive and healthy. */
export function alertBlockers(alerts: readonly AlertJudgement[]): readonly Because[] {
  return alerts.filter(({ verdict }) => verdict !== "good").map(alertBecause);
}

const BEFORE_APPROVAL: readonly BecauseKind[] = [
  "state",
  "definition",
  "signal",
  "alert",
  "settle",
  "proof",
  "require",
  "drift",
];
const BEFORE_APPROVAL_CODES: readonly string[] = ["observe", "flag-unreadable"];

/** Whether people are asked for their approval now: nothing is left but it and what time or other teams will open. */
export function isOpenForApproval(reasons: readonly Because[]): boolean {
  return !reasons.some(
    ({ kind, code }) => BEFORE_APPROVAL.includes(kind) || BEFORE_APPROVAL_CODES.includes(code),
  );
}

function approvalBlockers(gate: Gate, record: GateRecord, step: number, author: Author): readonly Because[] {
  const next = nextStep(gate, step);
  if (next === null) return [];
  const given = (record.run?.approvals ?? []).filter((approval) => approval.step === step + 1);
  return unmet(demandsFor(next, author), given).map(({ by, missing }) =>
    because(
      "approval",
      "needed",
      `${stepName(next)} needs ${missing === 1 ? "an approval" : `${missing} approvals`} by ${by}`,
      {
        opens: `rampart approve ${gate.name}`,
      },
    ),
  );
}

function lockBlockers(gate: Gate, facts: GrowthFacts): readonly Because[] {
  if (gate.flag === null || facts.stopSwitch === "off") return [];
  return [
    facts.stopSwitch === "on"
      ? because("switch", "stop", "the flag rampart.stop is on: no increases anywhere", {
          opens: "switch rampart.stop off in Unleash",
        })
      : because(
          "switch",
          "stop-unknown",
          "the flag rampart.stop cannot be read: the SDK is not synchronised",
        ),
  ];
}

function flagBlockers(
  gate: Gate,
  record: GateRecord,
  step: number | null,
  facts: GrowthFacts,
): readonly Because[] {
  if (gate.flag === null) return [];
  const found: Because[] = [];
  if (facts.flagUnreadable !== null) {
    found.push(because("health", "flag-unreadable", `the flag cannot be read: ${facts.flagUnreadable}`));
  }
  found.push(...record.drift.map((drift) => driftBecause(gate, drift)));
  const ceiling = record.run?.ceiling ?? null;
  const next = step === null ? null : nextStep(gate, step);
  if (ceiling !== null && next !== null && next.to > ceiling) {
    found.push(
      because("drift", "ceiling", `a person lowered the flag: ${ceilingText(ceiling)}`, {
        opens: `rampart adopt-flag ${gate.name}`,
      }),
    );
  }
  if (next?.audience !== undefined && record.flag !== null) {
    const isKnown = pinnedAudience(next.audience, record.run, record.flag) !== null;
    if (!isKnown) found.push(unknownSegment(gate, next));
  }
  if (lacksCohort(record)) {
    found.push(because("claim", "cohort", "the strategy has not got the groupId of this run yet"));
  }
  if (record.intention !== null) {
    found.push(because("claim", "write-pending", "a write is not verified yet"));
  }
  return found;
}

/** A decrease within an audience says nothing of everybody: nothing rises above it. */
function ceilingText(ceiling: Percent): string {
  return ceiling === 0 ? "nothing rises above it" : `${ceiling}% is the ceiling`;
}

function unknownSegment(gate: Gate, next: Step): Because {
  const message = `the run was begun without an id for ${stepName(next)}`;
  return because("claim", "segment", message, { opens: `roll ${gate.name} back and restart it` });
}

function healthBlockers(facts: GrowthFacts): readonly Because[] {
  const found: Because[] = [];
  if (facts.eventLoopLagMs >= GREATEST_LAG) {
    found.push(because("health", "lag", `this process lags by ${formatMillis(facts.eventLoopLagMs)}`));
  }
  const skew = facts.clockSkewMs === null ? 0 : Math.abs(facts.clockSkewMs);
  if (skew > GREATEST_SKEW) {
    found.push(because("health", "clock", `the clock differs from Prometheus' by ${formatMillis(skew)}`));
  }
  return found;
}
