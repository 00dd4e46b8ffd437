import { describe, expect, test } from "vitest";
import type { ApproveCommand } from "../../../src/domain/command.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { ApprovalDemand, Author, Gate } from "../../../src/domain/gate.ts";
import { HOUR } from "../../../src/domain/instant.ts";
import { approve, openRequest } from "../../../src/domain/approve.ts";
import type { Obeyed } from "../../../src/domain/obeyed.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import {
  NOON,
  aBecause,
  aDecision,
  aDemand,
  aGate,
  aHalt,
  aMachine,
  aPause,
  aPerson,
  aRecord,
  aRun,
  aStep,
  after,
  anApproval,
  passFacts,
} from "../../support/builders.ts";

const AUTHOR: Author = { kind: "known", people: ["author"] };
const NEEDED = aBecause({ kind: "approval", code: "needed" });
const HELD = aBecause({ kind: "hold", code: "hold" });
const RUN = aRun({ startedBy: "starter" });

function gateThatAsks(...demands: ApprovalDemand[]): Gate {
  return aGate({ steps: [aStep({ to: 5 }), aStep({ to: 25, approve: demands }), aStep({ to: 100 })] });
}

const GATE = gateThatAsks(aDemand());

function asking(fields: Partial<GateRecord> = {}): GateRecord {
  return aRecord({ because: [HELD, NEEDED], run: RUN, ...fields });
}

type Given = {
  readonly command?: Partial<ApproveCommand>;
  readonly gate?: Gate;
  readonly record?: Partial<GateRecord>;
  readonly evidence?: Decision | null;
  readonly author?: Author;
};

function approved({ command = {}, gate = GATE, record = {}, evidence, author = AUTHOR }: Given): Obeyed {
  const by = aPerson({ name: "approver" });
  const decision = "dec_1";
  const whole = {
    gate: "checkout",
    by,
    step: 2,
    decision,
    verdict: "approve",
    reason: "seen it",
    ...command,
  } as const;
  const facts = { now: NOON, definition: { ...passFacts().definition, author } };
  return approve(gate, asking(record), whole, evidence === undefined ? aDecision() : evidence, facts);
}

function refusal(given: Given) {
  const answer = approved(given);
  return answer.kind === "refused" ? { code: answer.code, message: answer.message } : null;
}

function approvals(given: Given) {
  const answer = approved(given);
  return answer.kind === "done" ? answer.record.run?.approvals : null;
}

describe("an open request", () => {
  test("names the step to enter and who is asked", () => {
    expect(openRequest(GATE, asking(), { ...passFacts().definition, author: AUTHOR })).toEqual({
      step: 2,
      adopts: null,
      needed: ["release-leads"],
      given: [],
    });
  });

  test("asks one person of each group, and as many as each says", () => {
    const gate = gateThatAsks(aDemand({ count: 2 }), aDemand({ by: "finance" }));
    expect(openRequest(gate, asking(), { ...passFacts().definition, author: AUTHOR })?.needed).toEqual([
      "release-leads",
      "release-leads",
      "finance",
    ]);
  });

  test("asks one person more of the first group while the author is unknown", () => {
    const author = { kind: "unknown", why: "no entry" } as const;
    const gate = gateThatAsks(aDemand(), aDemand({ by: "finance" }));
    expect(openRequest(gate, asking(), { ...passFacts().definition, author })?.needed).toEqual([
      "release-leads",
      "release-leads",
      "finance",
    ]);
  });

  test("stays open, asking nobody, once all have said yes", () => {
    const run = aRun({ approvals: [anApproval()] });
    expect(
      openRequest(GATE, asking({ run, because: [HELD] }), { ...passFacts().definition, author: AUTHOR }),
    ).toEqual({ step: 2, adopts: null, needed: [], given: [anApproval()] });
  });

  test("counts what was given for its own step only", () => {
    const run = aRun({ approvals: [anApproval({ step: 3 })] });
    expect(openRequest(GATE, asking({ run }), { ...passFacts().definition, author: AUTHOR })).toMatchObject({
      needed: ["release-leads"],
      given: [],
    });
  });

  test.each([
    { what: "a paused ramp", record: { ramp: aPause() } },
    { what: "a halted ramp", record: { ramp: aHalt() } },
    { what: "no run", record: { run: null } },
    { what: "a step that asks nobody", record: { ramp: { state: "proving", step: 2 } as const } },
    { what: "the last step", record: { ramp: { state: "proving", step: 3 } as const } },
    { what: "a signal in the way", record: { because: [NEEDED, aBecause({ code: "between" })] } },
    {
      what: "signals that settle",
      record: { because: [NEEDED, aBecause({ kind: "settle", code: "settling" })] },
    },
    { what: "a step no pass has looked at", record: { because: [] } },
    { what: "a step of which the last pass did not say it asks", record: { because: [HELD] } },
  ])("is none for $what", ({ record }) => {
    expect(openRequest(GATE, asking(record), { ...passFacts().definition, author: AUTHOR })).toBeNull();
  });
});

describe("an approval", () => {
  test("is kept with who, what for, on which evidence and until when", () => {
    const answer = approved({});
    expect(answer).toMatchObject({
      kind: "done",
      message: "approver approved step 2 of checkout",
      tells: [],
      pin: "none",
    });
    expect(approvals({})).toEqual([
      {
        person: "approver",
        groups: ["release-leads"],
        step: 2,
        definition: "sha256:aa",
        decision: "dec_1",
        at: NOON,
        expiresAt: after(8 * HOUR),
        reason: "seen it",
      },
    ]);
  });

  test("joins those given before", () => {
    const gate = gateThatAsks(aDemand({ count: 2 }));
    const first = anApproval({ person: "operator" });
    const given = approvals({ gate, record: { run: aRun({ startedBy: "starter", approvals: [first] }) } });
    expect(given?.map(({ person }) => person)).toEqual(["operator", "approver"]);
  });

  test("expires by the shortest of the demands it may be meant for", () => {
    const gate = gateThatAsks(
      aDemand(),
      aDemand({ by: "finance", expiresMs: HOUR }),
      aDemand({ by: "legal", expiresMs: 1 }),
    );
    const by = aPerson({ name: "approver", groups: ["release-leads", "finance"] });
    expect(approvals({ gate, command: { by } })?.[0]?.expiresAt).toBe(after(HOUR));
  });

  test("is taken from somebody whose seat another can leave", () => {
    const gate = gateThatAsks(aDemand(), aDemand({ by: "finance" }));
    const both = anApproval({ person: "operator", groups: ["release-leads", "finance"] });
    const run = aRun({ startedBy: "starter", approvals: [both] });
    expect(approvals({ gate, record: { run } })).toHaveLength(2);
  });

  test("told twice by the same person counts once", () => {
    const run = aRun({ startedBy: "starter", approvals: [anApproval()] });
    expect(approved({ gate: gateThatAsks(aDemand({ count: 2 })), record: { run } })).toMatchObject({
      kind: "done",
      message: "approver has approved this step already",
    });
    expect(approvals({ record: { run } })).toEqual([anApproval()]);
  });

  test("that says not yet is only noted", () => {
    expect(approved({ command: { verdict: "not-yet" } })).toMatchObject({
      kind: "done",
      message: "noted: seen it",
      record: asking(),
    });
  });

  test.each([
    { who: "a machine", by: aMachine({ scopes: ["approve"] }) },
    { who: "a person who may not", by: aPerson({ scopes: ["operate"] }) },
  ])("is refused to $who", ({ by }) => {
    expect(refusal({ command: { by } })).toEqual({ code: "forbidden", message: "only people approve" });
  });

  test.each([
    { who: "who started the ramp", name: "starter" },
    { who: "who wrote the definition", name: "author" },
  ])("is refused to the person $who", ({ name }) => {
    expect(refusal({ command: { by: aPerson({ name }) } })).toEqual({
      code: "not-eligible",
      message: `${name} started this ramp or wrote its definition and cannot approve it`,
    });
  });

  test("is refused to a person of no group that is asked", () => {
    const by = aPerson({ name: "approver", groups: ["finance"] });
    expect(refusal({ command: { by } })).toEqual({
      code: "not-eligible",
      message: "this step waits for release-leads",
    });
  });

  test("is refused where nobody is missing", () => {
    const run = aRun({ startedBy: "starter", approvals: [anApproval({ person: "operator" })] });
    expect(refusal({ record: { run, because: [HELD] } })).toEqual({
      code: "not-eligible",
      message: "this step waits for nobody",
    });
  });

  test("names everybody who is missing", () => {
    const gate = gateThatAsks(aDemand(), aDemand({ by: "finance" }));
    const by = aPerson({ name: "approver", groups: ["legal"] });
    expect(refusal({ gate, command: { by } })?.message).toBe("this step waits for release-leads, finance");
  });

  test("is refused where nothing is asked", () => {
    const closed = { code: "no-request", message: "checkout asks for no approval now" };
    expect(refusal({ record: { ramp: aPause() } })).toEqual(closed);
    expect(refusal({ record: { run: null } })).toEqual(closed);
  });

  test("is refused for another step than the open one", () => {
    expect(refusal({ command: { step: 3 } })).toEqual({
      code: "stale-evidence",
      message: "the open request is for step 2, not 3",
    });
  });

  test.each([
    { what: "no decision", evidence: null },
    { what: "another gate's decision", evidence: aDecision({ gate: "other" }) },
    { what: "another run's decision", evidence: aDecision({ run: "run_0" }) },
    { what: "a decision at another step", evidence: aDecision({ step: 0 }) },
    { what: "a decision by another definition", evidence: aDecision({ definition: "sha256:bb" }) },
    { what: "a decision that was not good", evidence: aDecision({ verdict: "wait" }) },
  ])("is refused on $what", ({ evidence }) => {
    expect(refusal({ evidence })).toEqual({
      code: "stale-evidence",
      message: "that decision does not show the evidence of this request; look again",
    });
  });

  test("by an unknown author's approver is one of two", () => {
    const author = { kind: "unknown", why: "no entry" } as const;
    const run = aRun({ startedBy: "starter", approvals: [anApproval({ person: "operator" })] });
    expect(approvals({ author, record: { run } })).toHaveLength(2);
  });
});
