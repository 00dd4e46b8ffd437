import { stepName } from "./audience.ts";
import type { PassFacts } from "./draft.ts";
import type { Gate } from "./gate.ts";
import { growthBlockers, nextStep } from "./growth.ts";
import { holdAfter } from "./hold.ts";
import type { GateJudgement } from "./judge.ts";
import { provesSince } from "./proof.ts";
import { reachText, whomOf } from "./reach.ts";
import type { GateRecord, Would } from "./record.ts";
import { highestStepAt } from "./transition.ts";

/** How many changes of mind are kept. */
const MOST_WOULDS = 20;

/** Where a ramp would stand at the exposure read back: the highest step it covers. A percent of others than everybody covers none. */
export function observedStep(gate: Gate, record: GateRecord): number {
  return whomOf(record) === undefined ? highestStepAt(gate, record.exposure.set ?? 0) : 0;
}

/** The hold clock of a flag that is only watched: it runs from the last change of exposure, whoever made it. */
export function withObservedTime(
  gate: Gate,
  record: GateRecord,
  pass: { readonly now: number; readonly counted: boolean },
): GateRecord {
  const { lastPass, exposure } = record;
  const from = exposure.changedAt ?? 0;
  const last = lastPass === null || lastPass.at >= from ? lastPass : { ...lastPass, at: from };
  const holdMs = gate.steps[observedStep(gate, record) - 1]?.holdMs ?? 0;
  const clock = { ...pass, everyMs: gate.everyMs, holdMs };
  return { ...record, holdMs: holdAfter(record.holdMs, last, clock) };
}

/** What Rampart would do now if it were allowed to act; approvals are left to people. Null: it would wait. */
export function wouldDo(gate: Gate, record: GateRecord, facts: PassFacts): Pick<Would, "would" | "message"> {
  const { verdict } = facts.judgement;
  const exposed = record.exposure.set !== 0;
  if (verdict === "rollback" && exposed) return { would: "rollback", message: causesOf(facts.judgement) };
  if (verdict === "halt" || verdict === "rollback") {
    return { would: "halt", message: causesOf(facts.judgement) };
  }
  const whom = whomOf(record);
  const { set } = record.exposure;
  if (whom !== undefined && set !== null) {
    const reach = reachText(set, whom);
    return {
      would: null,
      message: `people have set it to ${reach}: no run has put that in, so none goes on from it`,
    };
  }
  const step = observedStep(gate, record);
  const next = nextStep(gate, step);
  if (next === null) return { would: null, message: "it stands at the last step" };
  const blockers = growthBlockers(
    { ...gate, mode: "act" },
    asIfProving(record, step),
    facts.judgement,
    facts,
  ).filter(({ kind, code }) => kind !== "approval" && code !== "promise");
  const [first] = blockers;
  if (first !== undefined) return { would: null, message: first.message };
  const isAsked = gate.promises.some((demand) => demand.step === null || demand.step === step + 1);
  const asks = next.approve.length === 0 && !isAsked ? "" : ", once approved";
  return { would: "advance", message: `to ${stepName(next)}${asks}: all conditions hold` };
}

/** The record as that of a ramp which came to this exposure when the flag did. */
function asIfProving(record: GateRecord, step: number): GateRecord {
  const exposure = { ...record.exposure, setAt: provesSince(record) };
  return {
    ...record,
    exposure,
    ramp: { state: "proving", step },
    run: null,
    drift: [],
    intention: null,
  };
}

function causesOf({ signals, alerts }: GateJudgement): string {
  const bad = [
    ...signals.filter(({ counts }) => counts).map(({ signal, ...said }) => ({ name: signal, ...said })),
    ...alerts.map(({ guard, ...said }) => ({ name: guard, ...said })),
  ].filter(({ verdict }) => verdict === "halt" || verdict === "rollback");
  return bad.map(({ name, message }) => `${name}: ${message}`).join("; ");
}

/** Keeps when it changed its mind, and at which exposure. */
export function withWould(
  record: GateRecord,
  said: Pick<Would, "would" | "message">,
  now: number,
): GateRecord {
  const last = record.woulds.at(-1);
  const { set } = record.exposure;
  if (last?.would === said.would && last.set === set) return record;
  const entry: Would = { at: now, set, ...said };
  return { ...record, woulds: [...record.woulds, entry].slice(-MOST_WOULDS) };
}
