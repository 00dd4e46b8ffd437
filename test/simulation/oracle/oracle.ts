import { checkAdoptions } from "./adoptions.ts";
import { checkAudiences } from "./audiences.ts";
import { type Case, type Finding, casesOf } from "./case.ts";
import { checkFailStatic, checkProgress } from "./endings.ts";
import { checkDrains } from "./drains.ts";
import type { Evidence } from "./evidence.ts";
import { checkForeignStore, checkHumanWins, checkMinimalTouch, checkNoRepair } from "./hands.ts";
import { checkKept } from "./kept.ts";
import { checkPromises } from "./promises.ts";
import {
  checkApprovals,
  checkFencing,
  checkFreshProof,
  checkHold,
  checkIntent,
  checkOneStep,
} from "./raises.ts";
import { checkFinishes } from "./finishes.ts";
import { checkDeadlines, checkHaltsObeyed, checkMissing, checkRejects } from "./overdue.ts";
import { checkReleases } from "./releases.ts";
import { checkRotations } from "./rotations.ts";
import { checkShadows } from "./shadows.ts";
import { checkStepBacks } from "./step-backs.ts";
import { checkLocks, checkObserving, checkVerdictsObeyed } from "./verdicts.ts";
import { checkUpkeep } from "./upkeep.ts";
import { checkWatched } from "./watch.ts";
import {
  checkLatch,
  checkLoweringAllowed,
  checkRegrowth,
  checkRollbacksLand,
  checkToldTruly,
} from "./stops.ts";

export type Invariant = {
  readonly name: string;
  readonly says: string;
  readonly check: (own: Case) => Finding;
};

/** What must hold of every run, by what can be seen from outside. The names are those of docs/invariants.md. */
export const INVARIANTS: readonly Invariant[] = [
  { name: "S1", says: "no raise without fresh proof", check: checkFreshProof },
  { name: "S3", says: "one declared step at a time", check: checkOneStep },
  { name: "S3b", says: "a shadow step is proven and held before anybody is exposed", check: checkShadows },
  { name: "S4", says: "no raise is sent again or without having looked", check: checkIntent },
  { name: "S5", says: "a stop lasts until a person lifts it", check: checkLatch },
  { name: "S5b", says: "a drain lasts until a person or its deadline ends it", check: checkDrains },
  { name: "S5c", says: "what is let go of is left alone", check: checkReleases },
  { name: "S6", says: "a rollback is never lost", check: checkRollbacksLand },
  { name: "S6b", says: "rolled back is told when it is true", check: checkToldTruly },
  { name: "S6c", says: "a verdict to roll back is obeyed", check: checkVerdictsObeyed },
  { name: "S6e", says: "a verdict to halt is obeyed", check: checkHaltsObeyed },
  { name: "S6f", says: "a halt that nobody decides on goes back at its deadline", check: checkDeadlines },
  { name: "S6g", says: "what is missing for too long goes back", check: checkMissing },
  { name: "S6h", says: "what is rejected goes back", check: checkRejects },
  { name: "S6d", says: "a step back goes one step down, and settles", check: checkStepBacks },
  { name: "S7", says: "what regrows is gone again soon", check: checkRegrowth },
  { name: "S9", says: "what may raise tests what it expects", check: checkFencing },
  { name: "S10", says: "a person's decrease wins", check: checkHumanWins },
  { name: "S10b", says: "no raise for an audience nobody agreed on", check: checkNoRepair },
  { name: "S11", says: "percent, title and a run's groupId, nothing else", check: checkMinimalTouch },
  { name: "S11d", says: "a run that rotates reaches others than the one before", check: checkRotations },
  { name: "S11b", says: "a gate that only observes raises nothing", check: checkObserving },
  {
    name: "S11c",
    says: "whom a flag reaches changes at 0 % alone, and never what somebody else put in",
    check: checkAudiences,
  },
  { name: "S12", says: "approvals are of enough different, independent people", check: checkApprovals },
  { name: "S12b", says: "no step is entered before what it needs is promised", check: checkPromises },
  { name: "S14", says: "lowering is always allowed", check: checkLoweringAllowed },
  { name: "S15", says: "stop switch and lag close raises", check: checkLocks },
  { name: "S19b", says: "what was kept is what is read", check: checkKept },
  { name: "S21", says: "a looser definition needs the next step's approvals", check: checkAdoptions },
  { name: "S22", says: "neither downtime nor jumps count as hold", check: checkHold },
  { name: "S22b", says: "nothing is finished unbaked, or unsound", check: checkFinishes },
  { name: "S27", says: "what is healthy comes to its end", check: checkProgress },
  { name: "G6", says: "no gate goes unwatched while a process runs", check: checkWatched },
  { name: "S28", says: "nothing is raised on a foreign or lost token", check: checkForeignStore },
  { name: "S30", says: "an outage alone changes no exposure", check: checkFailStatic },
  { name: "S30b", says: "maintenance stops the clocks of what is missing", check: checkUpkeep },
];

export type Violation = {
  readonly invariant: string;
  readonly gate: string;
  readonly at: number;
  readonly says: string;
};

export type Verdict = {
  readonly violations: readonly Violation[];
  /** How often each invariant had something to check. */
  readonly premises: ReadonlyMap<string, number>;
};

export function judge(evidence: Evidence): Verdict {
  const premises = new Map<string, number>();
  const violations: Violation[] = [];
  for (const own of casesOf(evidence)) {
    for (const { name, check } of INVARIANTS) {
      const found = check(own);
      premises.set(name, (premises.get(name) ?? 0) + found.premises);
      violations.push(...found.violations.map((each) => ({ invariant: name, gate: own.gate, ...each })));
    }
  }
  return { violations, premises };
}
