import { type Adoptable, adoptable } from "./adopt-definition.ts";
import { type Seated, demandsFor, isEligible, unmet } from "./approval.ts";
import type { ApproveCommand } from "./command.ts";
import type { Decision } from "./decision.ts";
import type { ApprovalDemand, Author, Gate } from "./gate.ts";
import { type DefinitionFacts } from "./because.ts";
import { isOpenForApproval, modeOf, nextStep } from "./growth.ts";
import type { Instant } from "./instant.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import { type Principal, mayUse } from "./principal.ts";
import type { Approval, GateRecord, Run } from "./record.ts";
import { entryStep, standingOrStart } from "./transition.ts";
import type { Because } from "./verdict.ts";

type Request = {
  /** Hash of the definition that the approval is for. */
  readonly definition: string;
  /** Who wrote that definition, and so does not approve. */
  readonly author: Author;
  /** The run the step belongs to; null: the step at which a run may begin. */
  readonly run: Run | null;
  readonly step: number;
  readonly demands: readonly ApprovalDemand[];
  readonly given: readonly Approval[];
};

function requestOf(gate: Gate, record: GateRecord, facts: DefinitionFacts): Request | null {
  const { ramp, run, because } = record;
  const { author, hash } = facts;
  if (ramp.state === "idle") return entryRequest(gate, record, facts);
  const adoption = adoptable(gate, record, facts);
  if (adoption !== null) return adoptionRequest(record, adoption);
  if (ramp.state !== "proving" || run === null) return null;
  const next = nextStep(gate, ramp.step);
  if (next === null || next.approve.length === 0 || !isOpenForApproval(because)) return null;
  const step = ramp.step + 1;
  const given = run.approvals.filter((approval) => approval.step === step);
  // The first pass at a step has yet to say that it asks.
  if (given.length === 0 && !because.some((reason) => reason.kind === "approval")) return null;
  return { definition: hash, author, run, step, demands: demandsFor(next, author), given };
}

/** A looser definition waits for those whom the next step asks. */
function adoptionRequest(record: GateRecord, { newest, run, looser, demands }: Adoptable): Request | null {
  if (looser.length === 0 || demands.length === 0) return null;
  const given = run.adoptions.filter(({ definition }) => definition === newest.hash);
  const { hash: definition, author } = newest;
  return { definition, author, run, step: standingOrStart(record.ramp).step + 1, demands, given };
}

/** A flag that stands at a declared step already may start there once those have approved whom the step asks. */
function entryRequest(gate: Gate, record: GateRecord, { author, hash }: DefinitionFacts): Request | null {
  const step = entryStep(gate, record);
  const entered = gate.steps[step - 1];
  const isReady = modeOf(gate, record) === "act" && isOpenForApproval(record.because.filter(standsInTheWay));
  if (entered === undefined || entered.approve.length === 0 || !isReady) return null;
  return {
    definition: hash,
    author,
    run: null,
    step,
    demands: demandsFor(entered, author),
    given: record.entryApprovals,
  };
}

/** Not what a start at an exposed step mends by itself: that no ramp runs, and that nobody accounts for the percent. */
function standsInTheWay({ code }: Because): boolean {
  return code !== "idle" && code !== "unmanaged";
}

/** A group for each person still missing. */
function missing({ demands }: Request, given: readonly Seated[]): readonly string[] {
  return unmet(demands, given).flatMap((each) => Array.from({ length: each.missing }, () => each.by));
}

/** A request for approval that is open. */
export type OpenRequest = {
  /** The step to enter. */
  readonly step: number;
  /** Hash of a looser definition, where that is to be adopted; null: the step. */
  readonly adopts: string | null;
  /** Groups that are still asked, one for each person. */
  readonly needed: readonly string[];
  readonly given: readonly Approval[];
};

/** The open request for approval, if one is: what for, and who is still asked. */
export function openRequest(gate: Gate, record: GateRecord, definition: DefinitionFacts): OpenRequest | null {
  const request = requestOf(gate, record, definition);
  return request === null ? null : openedBy(request);
}

function openedBy(request: Request): OpenRequest {
  const adopts = request.run !== null && request.definition !== request.run.definition;
  return {
    step: request.step,
    adopts: adopts ? request.definition : null,
    needed: missing(request, request.given),
    given: request.given,
  };
}

/**
 * The open request as somebody could still answer it, and the groups whose people would then be missing.
 * Null where this approval would not count.
 */
export function answerableBy(
  by: Principal,
  gate: Gate,
  record: GateRecord,
  definition: DefinitionFacts,
): { readonly request: OpenRequest; readonly others: readonly string[] } | null {
  if (by.kind !== "person" || !mayUse(by, "approve")) return null;
  const asked = requestOf(gate, record, definition);
  if (asked === null || !isEligible(by.name, asked.run, asked.author)) return null;
  const request = openedBy(asked);
  const others = missing(asked, [...asked.given, { person: by.name, groups: by.groups }]);
  const isNew = asked.given.every(({ person }) => person !== by.name);
  return isNew && others.length < request.needed.length ? { request, others } : null;
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
  const request = requestOf(gate, record, facts.definition);
  if (request === null) {
    return refused("no-request", `${gate.name} asks for no approval now`);
  }
  if (command.step !== request.step) {
    return refused("stale-evidence", `the open request is for step ${request.step}, not ${command.step}`);
  }
  const { run, definition } = request;
  const adopts = run !== null && definition !== run.definition;
  const inView =
    evidence?.gate === gate.name &&
    evidence.run === (run?.id ?? null) &&
    evidence.step === (run === null ? 0 : request.step - 1) &&
    evidence.definition === (run?.definition ?? definition) &&
    evidence.verdict === "good";
  if (!inView) {
    return refused("stale-evidence", "that decision does not show the evidence of this request; look again");
  }
  if (command.verdict === "not-yet") return done(record, `noted: ${command.reason}`);
  if (!isEligible(by.name, run, request.author)) {
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
      : { ...record, run: adopts ? withAdoption(run, approval) : withApproval(run, approval) };
  const what = adopts ? "the newest definition" : `step ${request.step}`;
  return done(approved, `${by.name} approved ${what} of ${gate.name}`);
}

function withApproval(run: Run, approval: Approval): Run {
  return { ...run, approvals: [...run.approvals, approval] };
}

function withAdoption(run: Run, approval: Approval): Run {
  return { ...run, adoptions: [...run.adoptions, approval] };
}
