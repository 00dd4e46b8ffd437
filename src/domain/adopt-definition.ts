import { demandsFor, isEligible, unmet } from "./approval.ts";
import { type DefinitionFacts, because } from "./because.ts";
import type { Command } from "./command.ts";
import { compareDefinitions } from "./compare-definitions.ts";
import type { ApprovalDemand, Definition, Gate, Step } from "./gate.ts";
import { nextStep, percentOf } from "./growth.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import type { GateRecord, Run } from "./record.ts";
import type { Standing } from "./ramp.ts";
import {
  highestStepAt,
  intendToken,
  standingAt,
  standingOrStart,
  withStanding,
  type Writer,
} from "./transition.ts";
import { unbuiltRefusal } from "./unbuilt.ts";

/** A newest definition that is not the one in force, while it can be adopted at all. */
export type Adoptable = {
  readonly newest: Definition;
  readonly run: Run;
  /** What is not provably tighter or equal; empty: one person is enough. */
  readonly looser: readonly string[];
  /** Whose approvals a looser one needs: those of the next step, asked for by either definition. */
  readonly demands: readonly ApprovalDemand[];
};

/** Null: nothing waits to be adopted, or it never will be. */
export function adoptable(gate: Gate, record: GateRecord, { newest }: DefinitionFacts): Adoptable | null {
  const { run } = record;
  if (run === null || newest === null || newest.hash === run.definition) return null;
  const compared = compareDefinitions(gate, newest.gate);
  if (compared.kind === "other-flag" || unbuiltRefusal(newest.gate) !== null) return null;
  const { step } = standingOrStart(record.ramp);
  const steps = [nextStep(gate, step), nextStep(newest.gate, step)].filter((each) => each !== null);
  const asking = steps.find(({ approve }) => approve.length > 0);
  return {
    newest,
    run,
    looser: compared.kind === "looser" ? compared.at : [],
    demands: asking === undefined ? [] : demandsFor(asking, newest.author),
  };
}

/** Whether this person's word would not be refused for who they are. */
export function mayAdopt(person: string, { run, newest, looser }: Adoptable): boolean {
  // Who starts the ramp or wrote the change does not loosen it alone.
  return looser.length === 0 || isEligible(person, run, newest.author);
}

/** Puts a run under the newest definition. What is tighter or equal needs one person, what is looser the next step's. */
export function adoptDefinition(
  gate: Gate,
  record: GateRecord,
  command: Command,
  facts: Writer & { readonly definition: DefinitionFacts; readonly decision: string; readonly now: number },
): Obeyed {
  const found = adoptable(gate, record, facts.definition);
  if (found === null) return refused("not-ready", whyNot(gate, facts.definition));
  const { newest, run, looser, demands } = found;
  if (looser.length > 0) {
    if (!mayAdopt(command.by.name, found)) {
      return refused("not-eligible", `${command.by.name} started this ramp or wrote the new definition`);
    }
    const open = unmet(
      demands,
      run.adoptions.filter(({ definition }) => definition === newest.hash),
    );
    if (open.length > 0) {
      const asked = open.map(({ by, missing }) => `${missing} by ${by}`).join(", ");
      const message = `it is looser (${looser.join(", ")}) and needs approvals: ${asked}; rampart approve ${gate.name}`;
      return refused("not-eligible", message);
    }
  }
  const { ramp } = record;
  const adopted: GateRecord = {
    ...record,
    ramp: withStanding(ramp, standingUnder(gate, newest.gate, record, standingOrStart(ramp))),
    // Approvals rest on what people had in view, and they had the other definition.
    run: { ...run, approvals: [], definition: newest.hash, adoptions: [] },
  };
  const what = looser.length === 0 ? "tighter or equal" : `looser in ${looser.join(", ")}`;
  const cause = because("definition", "adopted", `${command.by.name} adopted ${newest.hash}: ${what}`);
  const fenced =
    record.drift.length > 0 ? adopted : intendToken(gate, adopted, facts, facts.decision, facts.now);
  return done(
    fenced,
    `${gate.name} goes on under the newest definition, which is ${what}`,
    [{ kind: "definition", page: false, causes: [cause] }],
    "newest",
  );
}

/** A step that reaches as many as before is the same step; any other is the highest one that the exposure has reached. */
function standingUnder(gate: Gate, newest: Gate, { flag }: GateRecord, standing: Standing): Standing {
  const { step } = standing;
  const within = sameAudienceIn(newest, gate.steps[step - 1]);
  if (within !== null) return standingAt(newest, within);
  const isPercent = newest.steps[step - 1]?.audience === undefined && step <= newest.steps.length;
  const isSame = isPercent && percentOf(newest, step) === percentOf(gate, step);
  return standingAt(newest, isSame ? step : highestStepAt(newest, flag?.rollout ?? 0));
}

/** Where another definition has the step with the same segment; only one that has the same segments can be adopted at all. */
function sameAudienceIn(newest: Gate, step: Step | undefined): number | null {
  if (step?.audience === undefined) return null;
  const wanted = JSON.stringify(step.audience);
  return newest.steps.findIndex(({ audience }) => JSON.stringify(audience) === wanted) + 1;
}

function whyNot(gate: Gate, { status, newest }: DefinitionFacts): string {
  if (status !== "changed" || newest === null)
    return `the definition is ${status}: there is nothing to adopt`;
  const unbuilt = unbuiltRefusal(newest.gate);
  if (unbuilt !== null) return unbuilt;
  return compareDefinitions(gate, newest.gate).kind === "other-flag"
    ? "a changed flag, strategy, stickiness or environment is never adopted: end the run and start anew"
    : "there is nothing to adopt";
}
