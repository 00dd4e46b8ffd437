import { stepName } from "../../domain/audience.ts";
import type { Gate, PromiseDemand, Step } from "../../domain/gate.ts";
import type { Instant, Millis } from "../../domain/instant.ts";
import { unbuiltRefusal } from "../../domain/unbuilt.ts";
import type { History } from "../ports.ts";
import { floorWait, longest, settleWait } from "./evidence.ts";
import type { Estimate, GatePlan, PastHalts, PlannedStep, Traffic } from "./plan.ts";
import { type ProofOfStep, proofOf } from "./proof.ts";
import { entriesOf } from "./schedule.ts";
import { blindSpots } from "./sight.ts";
import { countingSignal, trafficOf } from "./traffic.ts";

export type PlanAsked = {
  readonly gate: Gate;
  /** Of the sources of the gate, as the configuration says it. */
  readonly scrapeIntervalMs: Millis;
  readonly now: Instant;
};

export type PlanPorts = {
  readonly history: History;
  readonly pastHalts: (gate: Gate, now: Instant) => Promise<PastHalts>;
};

/**
 * What will happen when a ramp of this gate starts now, as far as its definition and its past tell. `ports` null: there is
 * nobody to ask.
 */
export async function planGate(asked: PlanAsked, ports: PlanPorts | null): Promise<GatePlan> {
  return planFor(asked, await pastOf(asked, ports));
}

type Past = Pick<GatePlan, "traffic" | "halts">;

/** The same by a past that is known. */
export function planFor(asked: PlanAsked, { traffic, halts }: Past): GatePlan {
  const { gate, now } = asked;
  const drafts = gate.steps.map((step, index) => draftOf(asked, traffic, step, index));
  const entries = entriesOf(drafts, gate.everyMs, now);
  const steps = drafts.map((draft, index) => ({ ...draft, entry: entries[index] ?? BEGINS(now) }));
  return {
    gate: gate.name,
    at: now,
    traffic,
    steps,
    finish: entries.at(-1) ?? BEGINS(now),
    halts,
    remarks: remarksOn(gate),
  };
}

async function pastOf({ gate, now }: PlanAsked, ports: PlanPorts | null): Promise<Past> {
  if (gate.flag !== null && ports !== null) {
    return { traffic: await trafficOf(gate, ports.history, now), halts: await ports.pastHalts(gate, now) };
  }
  const unknown = {
    kind: "unknown",
    why: gate.flag === null ? "the gate only watches" : "no Prometheus is named",
  } as const;
  return { traffic: { ...unknown, isUnseen: false }, halts: unknown };
}

const BEGINS = (at: Instant) => ({ kind: "at", at }) as const;

type Draft = Omit<PlannedStep, "entry">;

function draftOf({ gate, scrapeIntervalMs }: PlanAsked, traffic: Traffic, step: Step, index: number): Draft {
  const isLast = index === gate.steps.length - 1;
  const all = everybody(traffic);
  const perHour = exposedOf(step, all);
  const counting = countingSignal(gate);
  const proved: ProofOfStep | null =
    step.prove === undefined ? null : proofOf(gate, step.prove, traffic, perHour, scrapeIntervalMs);
  return {
    number: index + 1,
    name: stepName(step),
    to: step.to,
    perHour,
    holdMs: isLast ? gate.bakeMs : step.holdMs,
    isLast,
    proof: proved?.proof ?? null,
    evidence: longest([
      settleWait(gate, isLast ? "finish" : "advance", scrapeIntervalMs),
      ...(isLast ? [] : [floorWait(counting, step, perHour, all)]),
      ...(proved === null ? [] : [proved.wait]),
    ]),
    approvals: approvalsOf(gate, step, index + 1),
    blind: blindSpots(gate, step, perHour, counting),
  };
}

function everybody(traffic: Traffic): Estimate {
  return traffic.kind === "known" ? { kind: "known", value: traffic.perHour } : traffic;
}

/** How many of everybody an audience is nobody can tell but the file. */
function exposedOf({ to, audience, share }: Step, all: Estimate): Estimate {
  if (to === 0) return { kind: "known", value: 0 };
  if (audience !== undefined && share === undefined) {
    return { kind: "unknown", why: "how many of everybody these are is not known; `share` says it" };
  }
  if (all.kind === "unknown") return { kind: "unknown", why: all.why };
  return { kind: "known", value: (all.value * (audience === undefined ? to : (share ?? 0))) / 100 };
}

function approvalsOf(gate: Gate, { approve }: Step, number: number): readonly string[] {
  // What has to be promised for every step is promised before the first.
  const promises = gate.promises.filter(({ step }) => step === number || (step === null && number === 1));
  return [...approve.map(({ by, count }) => demandText(by, count)), ...promises.map(promiseText)];
}

function demandText(by: string, count: number): string {
  return count === 1 ? by : `${count} of ${by}`;
}

function promiseText({ by, count, says }: PromiseDemand): string {
  return `${demandText(by, count)}, once: ${says}`;
}

function remarksOn(gate: Gate): readonly string[] {
  if (gate.flag === null) return [`${gate.name} only watches: it has no flag, so nothing is planned`];
  const unbuilt = unbuiltRefusal(gate);
  return [
    ...(unbuilt === null ? [] : [`${unbuilt}. The times are those of the file without`]),
    ...(gate.mode === "observe"
      ? [`${gate.name} only observes: \`mode: observe\` keeps it from raising anything`]
      : []),
  ];
}
