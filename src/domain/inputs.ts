import type { AlertAnswers } from "./alert.ts";
import type { DefinitionFacts } from "./because.ts";
import type { Decision } from "./decision.ts";
import { differences } from "./difference.ts";
import type { PassFacts } from "./draft.ts";
import type { Gate } from "./gate.ts";
import { questionBehind } from "./inquiry.ts";
import type { Instant } from "./instant.ts";
import { judge } from "./judge.ts";
import { judgeContext, recordAsSeen } from "./judge-context.ts";
import type { Asked, SignalAnswers } from "./reading.ts";
import type { GateRecord } from "./record.ts";
import type { SignalJudgement } from "./verdict.ts";

/** What was measured for a pass, by the name of the signal and the `match` of the guard. */
export type Measurements = {
  readonly answers: ReadonlyMap<string, SignalAnswers>;
  readonly alerts: ReadonlyMap<string, AlertAnswers>;
};

/** What a pass came to. */
export type PassOutcome = { readonly decision: Decision; readonly record: GateRecord };

/** Answers to the questions of a signal; the queries are those of the definition. */
type KeptAnswers = Omit<SignalAnswers, "asked"> & { readonly asked: readonly Omit<Asked, "query">[] };

/** A decision without what the rest of the inputs says already. */
type KeptDecision = Omit<Decision, "flag" | "served" | "exposure" | "because" | "signals"> & {
  readonly signals: readonly Omit<SignalJudgement, "asked">[];
};

/** What a pass knew, without what is kept beside it; facts that passes have learned about since are not there in older ones. */
type KeptFacts = Omit<
  PassFacts,
  "judgement" | "people" | "dark" | "rivals" | "maintenance" | "proof" | "definition"
> &
  Partial<Pick<PassFacts, "rivals" | "maintenance" | "proof">> & {
    readonly definition: Omit<DefinitionFacts, "fault"> & Partial<Pick<DefinitionFacts, "fault">>;
  };

/**
 * Everything one pass was decided from, and what it came to, in a form that JSON carries. The definition is kept beside it:
 * `before.run` and the queries belong to it.
 */
export type PassInputs = {
  readonly decision: string;
  /** Version of the program that decided. */
  readonly engine: string;
  readonly before: GateRecord;
  readonly facts: KeptFacts;
  /** Groups of those whose approvals and promises the record held. */
  readonly people: readonly (readonly [string, readonly string[]])[];
  /** Sources that gave no answer, and since when. */
  readonly dark: readonly (readonly [string, Instant])[];
  readonly answers: readonly KeptAnswers[];
  readonly alerts: readonly AlertAnswers[];
  readonly outcome: {
    readonly decision: KeptDecision;
    /** Members of the record that the pass changed. */
    readonly changed: Partial<GateRecord>;
  };
};

/** A pass as it can be repeated. */
export type Recording = { readonly gate: Gate; readonly inputs: PassInputs };

/** What is kept of a pass. Nothing that can be rebuilt from the rest is kept twice. */
export function inputsOf(
  engine: string,
  before: GateRecord,
  all: PassFacts,
  measured: Measurements,
  outcome: PassOutcome,
): PassInputs {
  const { judgement: _judged, people, dark, ...facts } = all;
  const { run, entryApprovals, promises } = before;
  const given = [...(run?.approvals ?? []), ...(run?.adoptions ?? []), ...entryApprovals, ...promises];
  const approvers = new Set(given.map(({ person }) => person));
  return {
    decision: all.decision,
    engine,
    before,
    facts,
    people: [...people].filter(([person]) => approvers.has(person)),
    dark: [...dark],
    answers: [...measured.answers.values()].map(keptAnswers),
    alerts: [...measured.alerts.values()],
    outcome: { decision: keptDecision(outcome.decision), changed: changedMembers(before, outcome.record) },
  };
}

/** Members of gates and records that were kept before they existed, as what it means that there were none. */
const NEWER = { promises: [] } as const;
const NEWER_OF_GATES = { ...NEWER, rotateCohort: null } as const;

/** A recording with every member that this program knows, so that older ones can still be replayed. */
export function completed({ gate, inputs }: Recording): Recording {
  const newer = { ...NEWER, olderSequence: inputs.before.sequence };
  return {
    gate: { ...NEWER_OF_GATES, ...gate },
    inputs: { ...inputs, before: { ...newer, ...inputs.before } },
  };
}

/**
 * What the pass knew, judged anew by this program. A fact that passes learn about later than these inputs were kept takes
 * its neutral value here, so that older inputs can still be replayed.
 */
export function factsOf(gate: Gate, { before, facts, ...kept }: PassInputs): PassFacts {
  const dark = new Map(kept.dark);
  const seen = recordAsSeen(gate, before, facts);
  const answers = new Map(kept.answers.map((own) => [own.signal, fullAnswers(gate, own)] as const));
  const alerts = new Map(kept.alerts.map((own) => [own.guard, own] as const));
  const maintenance = facts.maintenance ?? [];
  const context = judgeContext(before, seen, { now: facts.now, dark, maintenance });
  return {
    ...facts,
    definition: { ...facts.definition, fault: facts.definition.fault ?? null },
    rivals: facts.rivals ?? [],
    proof: facts.proof ?? null,
    maintenance,
    people: new Map(kept.people),
    dark,
    judgement: judge(gate, answers, context, alerts),
  };
}

/** What the pass came to when it was recorded. */
export function recordedOutcome(gate: Gate, { before, facts, answers, outcome }: PassInputs): PassOutcome {
  const record = { ...before, ...outcome.changed };
  const signals = outcome.decision.signals.map((judged) => {
    const own = answers.find(({ signal }) => signal === judged.signal);
    return { ...judged, asked: own === undefined ? [] : fullAnswers(gate, own).asked };
  });
  const { exposure, because } = record;
  const { observation: flag, served } = facts;
  return { decision: { ...outcome.decision, signals, exposure, because, flag, served }, record };
}

function keptAnswers({ asked, ...rest }: SignalAnswers): KeptAnswers {
  return { ...rest, asked: asked.map(({ query: _query, ...own }) => own) };
}

function fullAnswers(gate: Gate, { asked, ...rest }: KeptAnswers): SignalAnswers {
  const signal = gate.signals.find(({ name }) => name === rest.signal);
  return {
    ...rest,
    asked: asked.map(({ role, ...own }) => {
      const question = signal === undefined ? null : questionBehind(signal, role);
      return { role, query: question?.query ?? "", ...own };
    }),
  };
}

function keptDecision(decision: Decision): KeptDecision {
  const { flag: _flag, served: _served, exposure: _exposure, because: _because, signals, ...rest } = decision;
  return { ...rest, signals: signals.map(({ asked: _asked, ...judged }) => judged) };
}

function changedMembers(before: GateRecord, after: GateRecord): Partial<GateRecord> {
  const old = new Map(Object.entries<unknown>(before));
  const changed = Object.entries(after).filter(([key, value]) => differences(old.get(key), value).length > 0);
  return Object.fromEntries(changed);
}
