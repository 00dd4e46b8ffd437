import { createHash } from "node:crypto";
import type { AuditEntry, Commit } from "../../control/ports.ts";
import type { Change } from "../../domain/change.ts";
import type { Decision } from "../../domain/decision.ts";
import type { Instant } from "../../domain/instant.ts";
import type { Ramp } from "../../domain/ramp.ts";
import type { Approval, GateRecord, PromiseGiven } from "../../domain/record.ts";
import { standingOf } from "../../domain/transition.ts";
import { encodeBody } from "../body.ts";

/** `actor` of what nobody caused but time. */
const CLOCK = "clock";

/**
 * What the audit says of one moment: a decision that moved the ramp, meant to write or came of somebody's order, else a move
 * of the ramp alone; every approval given; every change of exposure. `before` is the record that the moment replaces.
 */
export function commitEntries(moment: Commit, before: GateRecord | null, at: Instant): readonly AuditEntry[] {
  return [
    ...moveEntries(moment, before, at),
    ...givenApprovals(before, moment.record).map((approval) => approvalEntry(moment.record, approval, at)),
    ...givenPromises(before, moment.record).map((given) => promiseEntry(moment.record, given, at)),
    ...moment.changes.map((change) => changeEntry(change, at)),
  ];
}

export function changeEntry(change: Change, at: Instant): AuditEntry {
  if (change.kind === "deploy") {
    const { id, service, version, by, url } = change;
    const body = { change: id, service, version, url, deployedAt: change.at };
    return { at, kind: "deploy", actor: by, gate: null, body };
  }
  if (change.kind === "maintenance") {
    const { kind, id, source, event, until, by, reason } = change;
    return { at, kind, actor: by, gate: null, body: { change: id, source, event, until, reason } };
  }
  const { kind, id, gate, by, ...rest } = change;
  return { at, kind, actor: changedBy(by), gate, body: { ...rest, change: id, changedAt: change.at } };
}

function changedBy(by: string | null): string {
  if (by === null) return "unknown";
  return by === "rampart" ? by : `unleash:${by}`;
}

function moveEntries(
  { record, decision }: Commit,
  before: GateRecord | null,
  at: Instant,
): readonly AuditEntry[] {
  if (decision.kind === "fold") return [];
  const [from, to] = [placeOf(before?.ramp ?? { state: "idle" }), placeOf(record.ramp)];
  const moved = from.state !== to.state || from.step !== to.step;
  if (decision.kind === "insert") {
    const made = decision.decision;
    return moved || isOfNote(made) ? [decisionEntry(made, from, to, at)] : [];
  }
  if (!moved) return [];
  const body = { from, to, decision: record.lastPass?.decision ?? null };
  return [{ at, kind: "transition", actor: CLOCK, gate: record.gate, body }];
}

type Place = { readonly state: string; readonly step: number | null };

function placeOf(ramp: Ramp): Place {
  return { state: ramp.state, step: standingOf(ramp)?.step ?? null };
}

function isOfNote({ actor, action, before, after }: Decision): boolean {
  return actor !== CLOCK || action.kind !== "none" || before !== after;
}

function decisionEntry(decision: Decision, from: Place, to: Place, at: Instant): AuditEntry {
  const { id, gate, actor, run, definition, of, verdict, action, approvals, would } = decision;
  const { wanted, set, served } = decision.exposure;
  return {
    at,
    kind: "decision",
    actor,
    gate,
    body: {
      decision: id,
      decidedAt: decision.at,
      run,
      definition,
      from,
      to,
      of,
      verdict,
      because: decision.because.map(({ kind, code, message }) => ({ kind, code, message })),
      signals: decision.signals.map(({ signal, verdict: said, code, reading }) => {
        const value = reading.value.kind === "known" ? reading.value.value : null;
        return { signal, verdict: said, code, value, asOf: reading.asOf };
      }),
      alerts: decision.alerts.map(({ guard, verdict: said, code }) => ({ guard, verdict: said, code })),
      exposure: { wanted, set, served },
      approvals,
      action,
      would,
      // Of the whole decision as it was stored in this moment.
      evidence: `sha256:${createHash("sha256").update(encodeBody(decision)).digest("hex")}`,
    },
  };
}

function approvalEntry({ gate, run }: GateRecord, approval: Approval, at: Instant): AuditEntry {
  const { person, at: approvedAt, ...rest } = approval;
  return {
    at,
    kind: "approval",
    actor: `person:${person}`,
    gate,
    body: { ...rest, approvedAt, run: run?.id ?? null },
  };
}

function givenApprovals(before: GateRecord | null, after: GateRecord): readonly Approval[] {
  const known = new Set(before === null ? [] : approvalsOf(before).map(identityOf));
  return approvalsOf(after).filter((approval) => !known.has(identityOf(approval)));
}

/** A promise is an approval that lasts. */
function promiseEntry({ gate, run }: GateRecord, given: PromiseGiven, at: Instant): AuditEntry {
  const { person, at: approvedAt, ...rest } = given;
  const body = { ...rest, approvedAt, run: run?.id ?? null };
  return { at, kind: "approval", actor: `person:${person}`, gate, body };
}

function givenPromises(before: GateRecord | null, after: GateRecord): readonly PromiseGiven[] {
  const known = new Set((before?.promises ?? []).map(promiseIdentityOf));
  return after.promises.filter((given) => !known.has(promiseIdentityOf(given)));
}

function promiseIdentityOf({ person, by, says, at }: PromiseGiven): string {
  return JSON.stringify([person, by, says, at]);
}

function approvalsOf({ run, entryApprovals }: GateRecord): readonly Approval[] {
  return [...entryApprovals, ...(run?.approvals ?? [])];
}

/** The same approval, also once a run has taken it over. */
function identityOf({ person, step, at }: Approval): string {
  return JSON.stringify([person, step, at]);
}
