import type { Flags } from "../control/ports.ts";
import { type StatusAnswer, answer } from "../domain/answer.ts";
import { emptySideAt } from "../domain/comparison.ts";
import type { Decision } from "../domain/decision.ts";
import type { Gate, Purpose } from "../domain/gate.ts";
import { growthBlockers } from "../domain/growth.ts";
import type { Instant } from "../domain/instant.ts";
import type { Ramp } from "../domain/ramp.ts";
import type { GateRecord } from "../domain/record.ts";
import { newRecord, standingAt } from "../domain/transition.ts";
import type { Because } from "../domain/verdict.ts";
import { type FlagStanding, standingOfFlag } from "./flag-standing.ts";
import { type LonePass, type LonePorts, passAlone } from "./lone-pass.ts";

export type CheckPorts = LonePorts & {
  /** Null: where the flag stands is not looked at. */
  readonly flags: Flags | null;
};

export type CheckAsked = {
  readonly gate: Gate;
  /** Hash of the definition. */
  readonly hash: string;
  /** Null: a deploy where the gate only watches, else an advance. */
  readonly purpose: Purpose | null;
  readonly now: Instant;
};

const NOT_ASKED: FlagStanding = {
  percent: null,
  step: 0,
  unreadable: null,
  changedAt: null,
  raisedAt: null,
  remarks: [],
};

/**
 * Whether a gate would let it happen, by one pass of the engine and without a server. What a server remembers does not
 * exist here: no ramp runs, nothing is held or proven, and nobody has to approve.
 */
export async function checkGate(asked: CheckAsked, ports: CheckPorts): Promise<StatusAnswer> {
  const { now, hash } = asked;
  const gate = forgetful(asked.gate);
  const purpose = asked.purpose ?? (gate.flag === null ? "deploy" : "advance");
  const standing = await standingNow(gate, ports.flags);
  const engine = purpose === "finish" ? "finish" : "advance";
  const emptySide = emptySideAt(standing.percent, standing.whom);
  const pass = await passAlone(gate, ports, engine, { ...standing, emptySide }, now);
  const ramp = rampAt(gate, standing, purpose);
  const record: GateRecord = { ...newRecord(gate.name), ramp };
  const because = [
    ...pass.blind,
    ...growthBlockers(gate, record, pass.judgement, {
      now,
      definition: {
        hash,
        status: "valid",
        fault: null,
        author: { kind: "unknown", why: "nobody approves here" },
        newest: null,
      },
      stopSwitch: "off",
      flagUnreadable: standing.unreadable,
      eventLoopLagMs: 0,
      clockSkewMs: skewOf(gate, ports),
      rivals: [],
    }),
  ];
  const decision = decisionOf(gate, hash, ramp, pass, because, now);
  const answered = answer(purpose, { gate, definition: hash, record, decision, now });
  return withStanding(answered, standing, pass);
}

/** The gate without everything that rests on a memory or on people. */
function forgetful(gate: Gate): Gate {
  return {
    ...gate,
    mode: "act",
    promises: [],
    steps: gate.steps.map(({ prove: _unasked, ...step }) => ({ ...step, holdMs: 0, approve: [] })),
  };
}

function standingNow(gate: Gate, flags: Flags | null): Promise<FlagStanding> {
  const { flag } = gate;
  return flag === null || flags === null ? Promise.resolve(NOT_ASKED) : standingOfFlag(flags, gate, flag);
}

function rampAt(gate: Gate, { step }: FlagStanding, purpose: Purpose): Ramp {
  if (purpose === "finish") return { state: "baking", step: gate.steps.length };
  return standingAt(gate, step);
}

function skewOf(gate: Gate, { metrics }: CheckPorts): number | null {
  const source = gate.signals[0]?.source ?? gate.alerts[0]?.source;
  return source === undefined ? null : metrics.clockSkewMs(source);
}

function decisionOf(
  gate: Gate,
  hash: string,
  ramp: Ramp,
  { judgement }: LonePass,
  because: readonly Because[],
  now: Instant,
): Decision {
  return {
    id: "",
    gate: gate.name,
    run: null,
    definition: hash,
    at: now,
    lastAt: now,
    count: 1,
    actor: "check",
    before: ramp.state,
    after: ramp.state,
    step: 0,
    of: gate.steps.length,
    verdict: judgement.verdict,
    because,
    signals: judgement.signals,
    alerts: judgement.alerts,
    exposure: newRecord(gate.name).exposure,
    flag: null,
    served: null,
    approvals: [],
    action: { kind: "none" },
    would: null,
  };
}

/** The answer as one without a ramp: where the flag stands is told only where it was read. */
function withStanding(answered: StatusAnswer, standing: FlagStanding, { blind }: LonePass): StatusAnswer {
  const { percent, whom, step } = standing;
  const { nextAudience: _next, ...everybody } = answered.step;
  // A deploy asks the signals alone, so what could not be read of them is not among its reasons yet.
  const unseen = answered.for === "deploy" && blind.length > 0 && answered.exitCode !== 4;
  return {
    ...answered,
    ...(unseen ? { open: false, exitCode: 6, because: [...blind, ...answered.because] } : {}),
    state: "idle",
    decision: null,
    exposure: { ...answered.exposure, set: percent, ...(whom === undefined ? {} : { audience: whom }) },
    // Where nobody read how far the flag has come, nothing comes next.
    step: { ...(percent === null ? { ...everybody, next: null } : answered.step), index: step },
    remarks: [...answered.remarks, ...standing.remarks],
  };
}
