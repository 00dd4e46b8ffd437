import { demandsFor, isEligible, unmet } from "./approval.ts";
import type { ApproveCommand } from "./command.ts";
import type { Decision } from "./decision.ts";
import type { ApprovalDemand, Author, Gate } from "./gate.ts";
import { type DefinitionFacts, isOpenForApproval, nextStep } from "./growth.ts";
import type { Instant } from "./instant.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import { mayUse } from "./principal.ts";
import type { Approval, GateRecord } from "./record.ts";

type Request = {
  readonly step: number;
  readonly demands: readonly ApprovalDemand[];
  readonly given: readonly Approval[];
};

function requestOf(gate: Gate, record: GateRecord, author: Author): Request | null {
  if (record.ramp.state !== "proving" || record.run === null) return null;
  const next = nextStep(gate, record.ramp.step);
  if (next === null || next.approve.length === 0 || !isOpenForApproval(record.because)) return null;
  const step = record.ramp.step + 1;
  const given = record.run.approvals.filter((approval) => approval.step === step);
  // The first pass at a step has yet to say that it asks.
  if (given.length === 0 && !record.because.some((reason) => reason.kind === "approval")) return null;
  return { step, demands: demandsFor(next, author), given };
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
  if (request === null || record.run === null)
    return refused("no-request", `${gate.name} asks for no approval now`);
  if (command.step !== request.step) {
    return refused("stale-evidence", `the open request is for step ${request.step}, not ${command.step}`);
  }
  const inView =
    evidence?.gate === gate.name &&
    evidence.run === record.run.id &&
    evidence.step === request.step - 1 &&
    evidence.definition === record.run.definition &&
    evidence.verdict === "good";
  if (!inView) {
    return refused("stale-evidence", "that decision does not show the evidence of this request; look again");
  }
  if (command.verdict === "not-yet") return done(record, `noted: ${command.reason}`);
  if (!isEligible(by.name, record.run, facts.definition.author)) {
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
    definition: record.run.definition,
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
  const run = { ...record.run, approvals: [...record.run.approvals, approval] };
  return done({ ...record, run }, `${by.name} approved step ${request.step} of ${gate.name}`);
}
