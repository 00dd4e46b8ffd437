import type { ApprovalDemand, Author, Step } from "./gate.ts";
import type { Instant } from "./instant.ts";
import type { Approval, Run } from "./record.ts";
import type { SignalJudgement, Verdict } from "./verdict.ts";

/** The demands for entering a step. An unknown author cannot be told apart from the approver, so one more person is asked. */
export function demandsFor(step: Step, author: Author): readonly ApprovalDemand[] {
  const [first, ...others] = step.approve;
  if (first === undefined || author.kind === "known") return step.approve;
  return [{ ...first, count: first.count + 1 }, ...others];
}

/** Whether this person may approve for this run at all: never who started it, never who wrote its definition. */
export function isEligible(person: string, run: Pick<Run, "startedBy"> | null, author: Author): boolean {
  return person !== run?.startedBy && !(author.kind === "known" && author.people.includes(person));
}

/** What seats an approver: who it is, and of which groups. */
export type Seated = Pick<Approval, "person" | "groups">;

/** How many people are still missing for each demand, each person counted once. Empty: all demands are met. */
export function unmet(
  demands: readonly ApprovalDemand[],
  approvals: readonly Seated[],
): readonly { readonly by: string; readonly missing: number }[] {
  const seats = demands.flatMap((demand) => Array.from({ length: demand.count }, () => demand.by));
  const people = new Map(approvals.map((approval) => [approval.person, approval]));
  const seated = assign(seats, [...people.values()]);
  const missing = new Map<string, number>();
  for (const [index, group] of seats.entries()) {
    if (!seated.has(index)) missing.set(group, (missing.get(group) ?? 0) + 1);
  }
  return [...missing].map(([by, count]) => ({ by, missing: count }));
}

/** The largest assignment of people to seats (augmenting paths), so that somebody of two groups is never wasted on one. */
function assign(seats: readonly string[], approvals: readonly Seated[]): ReadonlyMap<number, Seated> {
  const seated = new Map<number, Seated>();
  const place = (approval: Seated, tried: Set<number>): boolean => {
    for (const [index, group] of seats.entries()) {
      if (tried.has(index) || !approval.groups.includes(group)) continue;
      tried.add(index);
      const sitting = seated.get(index);
      if (sitting === undefined || place(sitting, tried)) {
        seated.set(index, approval);
        return true;
      }
    }
    return false;
  };
  for (const approval of approvals) place(approval, new Set());
  return seated;
}

/** Why an approval no longer counts; null while it does. `groupsNow` null: the person is no longer known. */
export function voidedBy(
  approval: Approval,
  facts: {
    readonly now: Instant;
    readonly step: number;
    readonly definition: string;
    readonly groupsNow: readonly string[] | null;
    readonly verdict: Verdict;
    readonly signals: readonly SignalJudgement[];
  },
): string | null {
  if (approval.step !== facts.step) return "it was given for another step";
  if (approval.definition !== facts.definition) return "the definition changed";
  if (facts.now >= approval.expiresAt) return "it expired";
  const groups = facts.groupsNow;
  if (groups === null || approval.groups.some((group) => !groups.includes(group))) {
    return "the approver's rights changed";
  }
  if (facts.verdict === "halt" || facts.verdict === "rollback")
    return `the evidence turned to ${facts.verdict}`;
  const turned = facts.signals.find((signal) => signal.counts && signal.code === "between");
  return turned === undefined ? null : `${turned.signal} is no longer good`;
}
