import { demandsFor, isEligible, unmet } from "./approval.ts";
import type { ApproveCommand } from "./command.ts";
import type { Decision } from "./decision.ts";
import type { ApprovalDemand, Author, Gate } from "./gate.ts";
import { type DefinitionFacts } from "./because.ts";
import { isOpenForApproval, modeOf, nextStep } from "./growth.ts";
import type { Instant } from "./instant.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import { mayUse } from "./principal.ts";
import type { Approval, GateRecord, Run } from "./record.ts";
import { entryStep } from "./transition.ts";
import type { Because } from "./verdict.ts";

type Request = {
  /** The run the step belongs to; null: the step at which a run may begin. */
  readonly run: Run | null;
  readonly step: number;
  readonly demands: readonly ApprovalDemand[];
  readonly given: readonly Approval[];
};

function requestOf(gate: Gate, record: GateRecord, author: Author): Request | null {
  const { ramp, run, because } = record;
  if (ramp.state === "idle") return entryRequest(gate, record, author);
  if (ramp.state !== "proving" || run === null) return null;
  const next = nextStep(gate, ramp.step);
  if (next === null || next.approve.length === 0 || !isOpenForApproval(because)) return null;
  const step = ramp.step + 1;
  const given = run.approvals.filter((approval) => approval.step === step);
  // The first pass at a step has yet to say that it asks.
  if (given.length === 0 && !because.some((reason) => reason.kind === "approval")) return null;
  return { run, step, demands: demandsFor(next, author), given };
}

/** A flag that stands at a declared step already may start there once those have approved whom the step asks. */
function entryRequest(gate: Gate, record: GateRecord, author: Author): Request | null {
  const step = entryStep(gate, record);
  const entered = gate.steps[step - 1];
  const isReady = modeOf(gate, record) === "act" && isOpenForApproval(record.because.filter(standsInTheWay));
  if (entered === undefined || entered.approve.length === 0 || !isReady) return null;
  return { run: null, step, demands: demandsFor(entered, author), given: record.entryApprovals };
}

/** Not what a start at an exposed step mends by itself: that no ramp runs, and that nobody accounts for the percent. */
function standsInTheWay({ code }: Because): boolean {
  return code !== "idle" && code !== "unmanaged";
}

/** A group for each person still missing. */
function missing({ demands }: Request, given: readonly Approval[]): readonly string[] {
  return unmet(demands, given).flatMap((each) => Array.from({ length: each.missing }, () => each.by));
}

/** The open request for approval, if one is: the step to enter, and who is still asked. */
export function openRequest(
  gate: Gate,
  record: GateRecord,
  author: Author,
): { readonly step: number; readonly needed: readonly string[]; readonly given: readonly Approval[] } | null {
  const request = requestOf(gate, record, author);
  if (request === null) return null;
  return { step: request.step, needed: missing(request, request.given), given: request.given };
}

/** Takes one person's word on the open request, bound to the evidence that person had in view. */
export function approve(
  gate: Gate,
  record: GateRecord,
  command: ApproveCommand,
  evidence: Decision | null,
  facts: { readonly now: Instant; readonly definition: DefinitionFacts },
): Obeyed {
  const { by } = command;
  if (by.kind !== "person" || !mayUse(by, "approve")) return refused("forbidden", "only people approve");
  const request = requestOf(gate, record, facts.definition.author);
  if (request === null) {
    return refused("no-request", `${gate.name} asks for no approval now`);
  }
  if (command.step !== request.step) {
    return refused("stale-evidence", `the open request is for step ${request.step}, not ${command.step}`);
  }
  const { run } = request;
  const definition = run?.definition ?? facts.definition.hash;
  const inView =
    evidence?.gate === gate.name &&
    evidence.run === (run?.id ?? null) &&
    evidence.step === (run === null ? 0 : request.step - 1) &&
    evidence.definition === definition &&
    evidence.verdict === "good";
  if (!inView) {
    return refused("stale-evidence", "that decision does not show the evidence of this request; look again");
  }
  if (command.verdict === "not-yet") return done(record, `noted: ${command.reason}`);
  if (!isEligible(by.name, run, facts.definition.author)) {
    return refused(
      "not-eligible",
      `${by.name} started this ramp or wrote its definition and cannot approve it`,
    );
  }
  if (request.given.some((given) => given.person === by.name)) {
    return done(record, `${by.name} has approved this step already`);
  }
  const demands = request.demands.filter((demand) => by.groups.includes(demand.by));
  const approval: Approval = {
    person: by.name,
    groups: by.groups,
    step: request.step,
    definition,
    decision: command.decision,
    at: facts.now,
    expiresAt: facts.now + Math.min(...demands.map((demand) => demand.expiresMs)),
    reason: command.reason,
  };
  // Somebody given before may fill another seat, so that this one is not lost.
  const needed = missing(request, request.given);
  if (missing(request, [...request.given, approval]).length === needed.length) {
    return refused("not-eligible", `this step waits for ${needed.join(", ") || "nobody"}`);
  }
  const approved: GateRecord =
    run === null
      ? { ...record, entryApprovals: [...record.entryApprovals, approval] }
      : { ...record, run: { ...run, approvals: [...run.approvals, approval] } };
  return done(approved, `${by.name} approved step ${request.step} of ${gate.name}`);
}
