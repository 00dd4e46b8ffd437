import { describe, expect, test } from "vitest";
import { approve, openRequest } from "../../../src/domain/approve.ts";
import { because } from "../../../src/domain/because.ts";
import { decide } from "../../../src/domain/decide.ts";
import type { Command } from "../../../src/domain/command.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { Author, Gate } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { obey } from "../../../src/domain/obey.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import {
  NOON,
  aDecision,
  aDemand,
  aFlagAt,
  aGate,
  aPerson,
  aRecord,
  aStep,
  anApproval,
  anExposure,
  commandFacts,
  passFacts,
} from "../../support/builders.ts";

const AUTHOR: Author = { kind: "known", people: ["author"] };
const STEPS = [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand()] }), aStep({ to: 100 })];
const GATE = aGate({ steps: STEPS });
const GIVEN = anApproval({ person: "approver", step: 2 });

/** The team stands at 25 % already, by its own hand; nobody has started a ramp. */
function exposed(fields: Partial<GateRecord> = {}): GateRecord {
  return aRecord({
    ramp: { state: "idle" },
    run: null,
    flag: null,
    exposure: anExposure({ wanted: null, set: 25 }),
    because: [because("state", "idle", "no ramp runs"), because("drift", "unmanaged", "stands at 25%")],
    ...fields,
  });
}

const EVIDENCE = aDecision({ run: null, step: 0 });

function approved(
  record: GateRecord,
  {
    evidence = EVIDENCE,
    step = 2,
    name = "approver",
    gate = GATE,
  }: { evidence?: Decision; step?: number; name?: string; gate?: Gate } = {},
) {
  const by = aPerson({ name });
  const command = {
    gate: "checkout",
    by,
    step,
    decision: "dec_1",
    verdict: "approve",
    reason: "seen",
  } as const;
  const definition = { ...passFacts().definition, author: AUTHOR };
  return approve(gate, record, command, evidence, { now: NOON, definition });
}

function started(record: GateRecord, command: Partial<Command> = {}, gate: Gate = GATE) {
  const by = aPerson({ name: "starter" });
  const whole = {
    gate: "checkout",
    action: "start",
    reason: "as found",
    by,
    at: 25,
    change: null,
    until: null,
    ...command,
  } as const;
  const definition = { ...passFacts().definition, author: AUTHOR };
  return obey(gate, record, whole, commandFacts({ definition, observation: aFlagAt(25) }));
}

describe("a request to start where the flag stands is open", () => {
  test("while the flag shows the percent of a step that asks for approvals", () => {
    expect(openRequest(GATE, exposed(), { ...passFacts().definition, author: AUTHOR })).toEqual({
      step: 2,
      adopts: null,
      needed: ["release-leads"],
      given: [],
    });
    const given = exposed({ entryApprovals: [GIVEN] });
    expect(openRequest(GATE, given, { ...passFacts().definition, author: AUTHOR })).toEqual({
      step: 2,
      adopts: null,
      needed: [],
      given: [GIVEN],
    });
  });

  test.each([
    ["the percent is that of no step", exposed({ exposure: anExposure({ set: 30 }) })],
    ["the step asks nobody", exposed({ exposure: anExposure({ set: 5 }) })],
    ["the gate only observes", exposed({ acting: null })],
    ["a signal is not good", exposed({ because: [because("signal", "between", "1.5%")] })],
    ["another drift waits for a person", exposed({ because: [because("drift", "audience", "changed")] })],
    ["the ramp is over", exposed({ ramp: { state: "finished", since: NOON } })],
  ])("not when %s", (_, record) => {
    expect(openRequest(GATE, record, { ...passFacts().definition, author: AUTHOR })).toBeNull();
    expect(approved(record)).toMatchObject({ kind: "refused", code: "no-request" });
  });
});

describe("an approval of such a start", () => {
  test("is kept with the evidence it was given on", () => {
    expect(approved(exposed())).toMatchObject({
      kind: "done",
      record: {
        run: null,
        entryApprovals: [{ person: "approver", step: 2, decision: "dec_1", definition: "sha256:aa" }],
      },
    });
  });

  test.each([
    ["of a run", aDecision({ run: "run_1", step: 0 })],
    ["that was not good", aDecision({ run: null, step: 0, verdict: "wait" })],
    ["of another definition", aDecision({ run: null, step: 0, definition: "sha256:bb" })],
  ])("is refused on a decision %s", (_, evidence) => {
    expect(approved(exposed(), { evidence })).toMatchObject({ kind: "refused", code: "stale-evidence" });
  });

  test("is refused to the author, and for another step", () => {
    expect(approved(exposed(), { name: "author" })).toMatchObject({ code: "not-eligible" });
    expect(approved(exposed(), { step: 1 })).toMatchObject({ code: "stale-evidence" });
  });
});

describe("a start at an exposed step that asks for approvals", () => {
  test("needs them, and then uses them up", () => {
    expect(started(exposed())).toMatchObject({ kind: "refused", code: "not-eligible" });
    expect(started(exposed({ entryApprovals: [GIVEN] }))).toMatchObject({
      kind: "done",
      record: { ramp: { state: "proving", step: 2 }, entryApprovals: [], run: { startedBy: "starter" } },
    });
  });

  test("does not take the starter's own approval, nor one for another step", () => {
    const own = exposed({ entryApprovals: [anApproval({ person: "starter", step: 2 })] });
    expect(started(own)).toMatchObject({ code: "not-eligible" });
    expect(started(exposed({ entryApprovals: [anApproval({ person: "approver", step: 1 })] }))).toMatchObject(
      {
        message: "starting at step 2 needs approvals: 1 by release-leads; rampart approve checkout",
      },
    );
  });

  test("needs no right to approve in whoever starts it", () => {
    const by = aPerson({ name: "starter", scopes: ["start"] });
    expect(started(exposed({ entryApprovals: [GIVEN] }), { by }).kind).toBe("done");
  });
});

describe("an approval given before the run", () => {
  function kept(record: Partial<GateRecord>, facts: Parameters<typeof passFacts>[0] = {}) {
    const observation = aFlagAt(25);
    const people = new Map([["approver", GIVEN.groups]]);
    return decide(
      GATE,
      exposed({ entryApprovals: [GIVEN], ...record }),
      passFacts({ observation, people, ...facts }),
    ).record.entryApprovals;
  }

  test("stays while nothing changes", () => {
    expect(kept({})).toEqual([GIVEN]);
  });

  test.each([
    ["the flag moves", {}, { observation: aFlagAt(30) }],
    ["it expires", {}, { now: GIVEN.expiresAt }],
    ["the approver leaves", {}, { people: new Map() }],
    ["the definition changes", {}, { definition: { ...passFacts().definition, hash: "sha256:bb" } }],
    ["the run begins some other way", { ramp: { state: "proving", step: 1 } as const }, {}],
  ])("is void when %s", (_, record, facts) => {
    expect(kept(record, facts)).toEqual([]);
  });

  test("lasts no longer than any other", () => {
    expect(GIVEN.expiresAt - NOON).toBeGreaterThan(MINUTE);
    expect(GIVEN.expiresAt - NOON).toBeLessThan(24 * HOUR);
  });
});
