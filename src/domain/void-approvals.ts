import { voidedBy } from "./approval.ts";
import { because } from "./because.ts";
import type { PassFacts } from "./draft.ts";
import type { Gate } from "./gate.ts";
import { standingPromises } from "./promise.ts";
import type { Approval, GateRecord } from "./record.ts";
import type { Tell } from "./tell.ts";
import { entryStep, standingOf } from "./transition.ts";

/** The record with the approvals and promises that still count, and what people hear of approvals that no longer do. */
export function withValidApprovals(
  gate: Gate,
  record: GateRecord,
  facts: PassFacts,
): { readonly record: GateRecord; readonly tells: readonly Tell[] } {
  const { run, ramp, entryApprovals } = record;
  const standing = standingOf(ramp);
  const next = standing?.state === "proving" ? standing.step + 1 : 0;
  const entry = ramp.state === "idle" ? entryStep(gate, record) : 0;
  const entries = sift(entryApprovals, (given) => whyVoid(given, entry, facts), entry);
  const approvals = sift(run?.approvals ?? [], (given) => whyVoid(given, next, facts), next);
  const adoptions = sift(run?.adoptions ?? [], (given) => whyNoAdoption(given, facts), null);
  return {
    record: {
      ...record,
      run: run === null ? null : { ...run, approvals: approvals.valid, adoptions: adoptions.valid },
      entryApprovals: entries.valid,
      promises: standingPromises(record, facts),
    },
    tells: [...entries.tells, ...approvals.tells, ...adoptions.tells],
  };
}

function whyVoid(approval: Approval, step: number, facts: PassFacts): string | null {
  const { hash: definition } = facts.definition;
  const { verdict, signals } = facts.judgement;
  return voidedBy(approval, {
    now: facts.now,
    step,
    definition,
    groupsNow: groupsNow(approval, facts),
    verdict,
    signals,
  });
}

/** What turns after an approval of a file leaves it as it is: it was given for the file. */
function whyNoAdoption(approval: Approval, facts: PassFacts): string | null {
  const definition = facts.definition.newest?.hash ?? approval.definition;
  const { step } = approval;
  const evidence = { verdict: "good", signals: [] } as const;
  return voidedBy(approval, {
    now: facts.now,
    step,
    definition,
    groupsNow: groupsNow(approval, facts),
    ...evidence,
  });
}

function groupsNow({ person }: Approval, { people }: PassFacts): readonly string[] | null {
  return people.get(person) ?? null;
}

/**
 * Whoever approved believes it to stand, and nobody would ask again; but for approvals of a step that was entered or left
 * since. `step` null: each is told.
 */
function sift(
  given: readonly Approval[],
  whyNot: (approval: Approval) => string | null,
  step: number | null,
): { readonly valid: readonly Approval[]; readonly tells: readonly Tell[] } {
  const judged = given.map((approval) => ({ approval, why: whyNot(approval) }));
  const causes = judged
    .filter(({ approval, why }) => why !== null && (step === null || approval.step === step))
    .map(({ approval: { person, step: of }, why }) =>
      because("approval", "void", `the approval of step ${of} by ${person} no longer counts: ${why}`),
    );
  return {
    valid: judged.filter(({ why }) => why === null).map(({ approval }) => approval),
    tells: causes.length === 0 ? [] : [{ kind: "needs-approval", page: false, causes }],
  };
}
