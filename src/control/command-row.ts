import { actionBy } from "../domain/crossing.ts";
import type { Command } from "../domain/command.ts";
import type { Decision } from "../domain/decision.ts";
import type { Gate } from "../domain/gate.ts";
import { type DefinitionFacts, because } from "../domain/because.ts";
import type { Instant } from "../domain/instant.ts";
import type { Obeyed } from "../domain/obeyed.ts";
import type { Principal } from "../domain/principal.ts";
import type { GateRecord } from "../domain/record.ts";
import { standingOf } from "../domain/transition.ts";

/** What a command was ordered on. */
type Ordered = {
  readonly gate: Pick<Gate, "name" | "steps">;
  readonly definition: Pick<DefinitionFacts, "hash">;
  readonly record: GateRecord;
};

/** `person:<name>` or `machine:<name>`; a pass by itself has the actor `clock`. */
export function actorOf(by: Principal): string {
  return `${by.kind}:${by.name}`;
}

/** A command has a row of its own among the decisions: who ordered what, and what state it led to. */
export function commandDecision(
  found: Ordered,
  obeyed: Extract<Obeyed, { kind: "done" }>,
  id: string,
  { by, reason }: Pick<Command, "by" | "reason">,
  now: Instant,
): Decision {
  const { record, message } = obeyed;
  const { intention } = record;
  const planned = intention !== null && intention.decision === id;
  return {
    id,
    gate: found.gate.name,
    run: record.run?.id ?? null,
    definition: found.definition.hash,
    at: now,
    lastAt: now,
    count: 1,
    actor: actorOf(by),
    before: found.record.ramp.state,
    after: record.ramp.state,
    step: standingOf(record.ramp)?.step ?? 0,
    of: found.gate.steps.length,
    verdict: "wait",
    because: [
      because("state", "command", message),
      ...(reason === "" ? [] : [because("state", "reason", reason)]),
    ],
    signals: [],
    alerts: [],
    exposure: record.exposure,
    flag: null,
    served: null,
    approvals: (record.run?.approvals ?? []).map((approval) => approval.person),
    action: planned ? actionBy(intention, record.flag) : { kind: "none" },
    would: null,
  };
}
