import type { DeployNoted } from "./change.ts";
import type { Decision } from "./decision.ts";
import { nextPercent } from "./decide.ts";
import type { Gate, Purpose, Step } from "./gate.ts";
import { audienceText } from "./audience.ts";
import { because, signalBecause, stateBecause } from "./because.ts";
import { alertBlockers, modeOf, nextStep } from "./growth.ts";
import type { Instant } from "./instant.ts";
import { type Maintenance, isUnderWay, maintenanceText } from "./maintenance.ts";
import type { Percent } from "./percent.ts";
import { whomIn } from "./reach.ts";
import type { RampState } from "./ramp.ts";
import type { GateRecord, Would } from "./record.ts";
import { standingOf } from "./transition.ts";
import { unbuiltForDeploys } from "./unbuilt.ts";
import type { AlertJudgement, Because, SignalJudgement, Verdict } from "./verdict.ts";

/** 0 open, 3 closed for now, 4 halted, rolled back or drifted, 5 only an approval is missing, 6 cannot see. */
export type ExitCode = 0 | 3 | 4 | 5 | 6;

/** What a pipeline or a person is told about one gate for one purpose. */
export type StatusAnswer = {
  readonly gate: string;
  readonly for: Purpose;
  readonly open: boolean;
  /** Of the signals alone; everything else stands in `because`. */
  readonly verdict: Verdict;
  readonly state: RampState;
  readonly mode: "observe" | "act";
  readonly exitCode: ExitCode;
  readonly exposure: {
    readonly wanted: Percent | null;
    readonly set: Percent | null;
    readonly served: Percent | null;
    readonly observed: number | null;
    readonly unit: "percent";
    /** Of whom these are percents, in words. Absent: of everybody. */
    readonly audience?: string;
  };
  /** `index` 0 is before the first step; `next` is the percent of the next step, null at the last. */
  readonly step: {
    readonly index: number;
    readonly of: number;
    readonly next: Percent | null;
    /** Of whom `next` is a percent, in words. Absent: of everybody. */
    readonly nextAudience?: string;
  };
  readonly because: readonly Because[];
  readonly signals: readonly SignalJudgement[];
  readonly alerts: readonly AlertJudgement[];
  /** The last deploy of the gate's own service; `suspect` when a degradation followed it closely. */
  readonly deploy: (DeployNoted & { readonly suspect: boolean }) | null;
  /** In observe mode: what Rampart would have done and since when, the newest last. */
  readonly woulds: readonly Would[];
  /** What people should know that opens and closes nothing. */
  readonly remarks: readonly string[];
  /** Earliest instant at which asking again may give another answer. */
  readonly retryAt: Instant | null;
  readonly decision: string | null;
  readonly definition: string;
  readonly at: Instant;
};

type Asked = {
  readonly gate: Gate;
  readonly definition: string;
  readonly record: GateRecord;
  /** The pass the answer rests on; null before the first. */
  readonly decision: Decision | null;
  /** Of the gate's sources; absent: none. */
  readonly maintenance?: readonly Maintenance[];
  readonly now: Instant;
};

/** Answers one purpose from the latest pass. Reading it changes nothing. */
export function answer(purpose: Purpose, asked: Asked): StatusAnswer {
  const { gate, record, decision } = asked;
  const reasons = decision === null ? [notYet()] : reasonsFor(purpose, asked, decision);
  const finished = purpose !== "deploy" && record.ramp.state === "finished";
  const said = reasons.filter((reason) => reason.code !== "forced");
  const blocking = finished ? said.filter((reason) => reason.kind === "drift") : said;
  const open = blocking.length === 0;
  const untils = reasons.map((reason) => reason.until).filter((until) => until !== null);
  return {
    gate: gate.name,
    for: purpose,
    open,
    verdict: decision?.verdict ?? "wait",
    state: record.ramp.state,
    mode: modeOf(gate, record),
    exitCode: open ? 0 : exitCodeOf(blocking, (record.exposure.set ?? 0) > 0),
    exposure: {
      wanted: record.exposure.wanted,
      set: record.exposure.set,
      served: record.exposure.served,
      observed: null,
      unit: "percent",
      ...whomIn(record),
    },
    step: stepOf(gate, record, open ? decision : null),
    because: reasons,
    signals: decision?.signals ?? [],
    alerts: decision?.alerts ?? [],
    deploy: record.deploy === null ? null : { ...record.deploy, suspect: isSuspect(record) },
    woulds: record.woulds,
    remarks: [...remarksOn(gate), ...maintenanceRemarks(asked)],
    retryAt: open ? null : Math.max(asked.now + gate.everyMs, untils.length === 0 ? 0 : Math.min(...untils)),
    decision: decision?.id ?? null,
    definition: asked.definition,
    at: decision?.lastAt ?? asked.now,
  };
}

/** Whether the ramp stopped or went back soon after the last deploy of its own service. */
function isSuspect({ ramp }: GateRecord): boolean {
  return "causes" in ramp && ramp.causes.some((cause) => cause.code === "suspect");
}

function remarksOn(gate: Gate): readonly string[] {
  return gate.flag === null && gate.signals.length === 0 && gate.alerts.length > 0
    ? ["guards only: nothing proves health"]
    : [];
}

function maintenanceRemarks({ maintenance = [], now }: Asked): readonly string[] {
  return maintenance
    .filter((each) => isUnderWay(each, now))
    .map(
      (each) =>
        `source ${each.source} is under ${maintenanceText(each, now)}; what cannot be seen of it waits, and no clock counts it`,
    );
}

/** An open answer speaks of the step that its pass entered, and not of the one after that, which nothing has looked at yet. */
function stepOf(gate: Gate, record: GateRecord, opened: Decision | null): StatusAnswer["step"] {
  const of = gate.steps.length;
  if (opened?.action.kind === "raise") {
    const next = nextStep(gate, opened.step);
    return { index: opened.step, of, next: opened.action.to, ...audienceOf(next) };
  }
  const atRest = record.ramp.state === "finished" ? of : 0;
  const index = standingOf(record.ramp)?.step ?? atRest;
  return { index, of, next: nextPercent(gate, record), ...audienceOf(nextStep(gate, index)) };
}

function audienceOf(next: Step | null): { readonly nextAudience?: string } {
  return next?.audience === undefined ? {} : { nextAudience: audienceText(next.audience) };
}

function notYet(): Because {
  return because("state", "not-evaluated", "the gate has not been evaluated yet");
}

function reasonsFor(purpose: Purpose, asked: Asked, decision: Decision): readonly Because[] {
  switch (purpose) {
    case "advance":
      return advanceReasons(asked.record, decision);
    case "deploy":
      return deployReasons(asked.gate, decision);
    case "finish":
      return finishReasons(asked.record, decision);
  }
}

/** A pass that raised had no reason against it, but a command since may have stopped what it raised. */
function advanceReasons(record: GateRecord, decision: Decision): readonly Because[] {
  const { state } = record.ramp;
  const isOutdated = state !== decision.after && state !== "baking";
  return isOutdated ? [stateBecause(record), ...decision.because] : decision.because;
}

/** Only a pass that found the ramp baking says anything about its end; there the state itself is in nobody's way. */
function finishReasons(record: GateRecord, decision: Decision): readonly Because[] {
  const { state } = record.ramp;
  if (state === "baking" && decision.after === "baking") {
    return decision.because.filter((reason) => reason.kind !== "state" && reason.kind !== "definition");
  }
  const isOnItsWay = state === "baking" || state === "proving";
  return isOnItsWay ? [stateBecause(record), ...decision.because] : advanceReasons(record, decision);
}

/** A deploy waits for signals alone: a halted or rolled-back ramp does not close it, for the fix must be able to go out. */
function deployReasons(gate: Gate, decision: Decision): readonly Because[] {
  return decision.signals
    .filter((judged) => {
      const gates = gate.signals.find((signal) => signal.name === judged.signal)?.gates ?? [];
      const armed = judged.code === "breached";
      if (!gates.includes("deploy") && !armed) return false;
      return judged.verdict !== "good" && judged.code !== "settling";
    })
    .map(signalBecause)
    .concat(alertBlockers(decision.alerts), unbuiltForDeploys(gate));
}

const BLIND: readonly string[] = [
  "missing",
  "dark",
  "flag-unreadable",
  "stop-unknown",
  "no-evidence",
  "not-evaluated",
];
const STOPPED: readonly string[] = ["halted", "rolling-back", "draining", "rolled-back", "halt", "rollback"];

/** The first that applies of 4, 6, 3 and 5, so that 5 means an approval is the only thing left. */
function exitCodeOf(reasons: readonly Because[], exposed: boolean): ExitCode {
  if (reasons.some((reason) => isStopped(reason, exposed))) return 4;
  if (reasons.some((reason) => BLIND.includes(reason.code))) return 6;
  return reasons.every(({ kind, code }) => kind === "approval" || code === "promise") ? 5 : 3;
}

function isStopped(reason: Because, exposed: boolean): boolean {
  if (reason.kind === "drift") return reason.code !== "title" && reason.code !== "ceiling";
  if (reason.kind === "definition") return exposed && reason.code === "invalid";
  return STOPPED.includes(reason.code);
}
