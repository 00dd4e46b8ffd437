import { expect, test } from "vitest";
import { commandDecision } from "../../../src/control/command-row.ts";
import type { Obeyed } from "../../../src/domain/obeyed.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import {
  DEFINITION,
  NOON,
  aGate,
  aMachine,
  aPause,
  aPerson,
  aRecord,
  aRun,
  anApproval,
  anIntention,
} from "../../support/builders.ts";

/** The row of a command that leads from proving at step 1 to this. */
function rowOf(after: GateRecord, by = aPerson(), reason = "lunch") {
  const obeyed: Obeyed = { kind: "done", record: after, message: "checkout pauses", tells: [], pin: "none" };
  const found = { gate: aGate(), definition: { hash: DEFINITION }, record: aRecord() };
  return commandDecision(found, obeyed, "dec_7", { by, reason }, NOON);
}

test("the row of a command says who ordered what and why, and what state it led to", () => {
  const run = aRun({ id: "run_3", approvals: [anApproval({ person: "lead" })] });
  const after = aRecord({ ramp: aPause(), run });
  expect(rowOf(after)).toEqual({
    id: "dec_7",
    gate: "checkout",
    run: "run_3",
    definition: DEFINITION,
    at: NOON,
    lastAt: NOON,
    count: 1,
    actor: "person:operator",
    before: "proving",
    after: "paused",
    step: 1,
    of: 3,
    verdict: "wait",
    because: [
      { kind: "state", code: "command", message: "checkout pauses", until: null, opens: null },
      { kind: "state", code: "reason", message: "lunch", until: null, opens: null },
    ],
    signals: [],
    alerts: [],
    exposure: after.exposure,
    flag: null,
    served: null,
    approvals: ["lead"],
    action: { kind: "none" },
    would: null,
  });
});

test("without a run there is no step and nobody who approved, and without a reason none is given", () => {
  const row = rowOf(aRecord({ ramp: { state: "idle" }, run: null }), aMachine(), "");
  expect(row).toMatchObject({ run: null, step: 0, approvals: [], actor: "machine:ci" });
  expect(row.because.map(({ code }) => code)).toEqual(["command"]);
});

test("a command's action is the write that it ordered, and not one that an older decision did", () => {
  const own = anIntention({ kind: "lower", from: 5, to: 0, decision: "dec_7" });
  const { kind, from, to, title } = own;
  expect(rowOf(aRecord({ intention: own })).action).toEqual({ kind, from, to, title });
  const older = anIntention({ decision: "dec_6" });
  expect(rowOf(aRecord({ intention: older })).action).toEqual({ kind: "none" });
});
