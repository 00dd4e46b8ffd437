import { describe, expect, it } from "vitest";
import { demandsFor, isEligible, unmet, voidedBy } from "../../../src/domain/approval.ts";
import type { Author } from "../../../src/domain/gate.ts";
import type { Verdict, VerdictCode } from "../../../src/domain/verdict.ts";
import { DEFINITION, NOON, aDemand, aSignalJudgement, aStep, anApproval } from "../../support/builders.ts";

const KNOWN: Author = { kind: "known", people: ["author"] };
const UNKNOWN: Author = { kind: "unknown", why: "no entry" };

describe("what a step asks for", () => {
  const step = aStep({ approve: [aDemand({ by: "leads" }), aDemand({ by: "payments", count: 2 })] });

  it("is as written when the author of the definition is known", () => {
    expect(demandsFor(step, KNOWN)).toEqual(step.approve);
  });

  it("is one more person when the author is unknown", () => {
    expect(demandsFor(step, UNKNOWN).map(({ by, count }) => [by, count])).toEqual([
      ["leads", 2],
      ["payments", 2],
    ]);
  });

  it("stays nothing where the step asks for nobody", () => {
    expect(demandsFor(aStep(), UNKNOWN)).toEqual([]);
  });
});

describe("who may approve", () => {
  it.each([
    ["the starter", "starter", KNOWN, false],
    ["the author", "author", KNOWN, false],
    ["anybody else", "approver", KNOWN, true],
    ["the starter, whoever the author is", "starter", UNKNOWN, false],
    ["anybody but the starter, when the author is unknown", "author", UNKNOWN, true],
  ])("%s: %s", (_, person, author, eligible) => {
    expect(isEligible(person, { startedBy: "starter" }, author)).toBe(eligible);
  });
});

const by = (person: string, ...groups: readonly string[]) => anApproval({ person, groups });

describe("approvals still missing", () => {
  it.each([
    ["nobody yet", [aDemand({ by: "leads", count: 2 })], [], [{ by: "leads", missing: 2 }]],
    ["one of two", [aDemand({ by: "leads", count: 2 })], [by("a", "leads")], [{ by: "leads", missing: 1 }]],
    ["both", [aDemand({ by: "leads", count: 2 })], [by("a", "leads"), by("b", "leads")], []],
    [
      "one person twice",
      [aDemand({ by: "leads", count: 2 })],
      [by("a", "leads"), by("a", "leads")],
      [{ by: "leads", missing: 1 }],
    ],
    [
      "somebody of another group",
      [aDemand({ by: "leads" })],
      [by("a", "shop")],
      [{ by: "leads", missing: 1 }],
    ],
    [
      "one person of two groups fills one seat only",
      [aDemand({ by: "leads" }), aDemand({ by: "payments" })],
      [by("a", "leads", "payments")],
      [{ by: "payments", missing: 1 }],
    ],
    [
      "somebody of two groups makes room for somebody of one",
      [aDemand({ by: "leads" }), aDemand({ by: "payments" })],
      [by("both", "leads", "payments"), by("a", "leads")],
      [],
    ],
    [
      "a chain of people makes room",
      [aDemand({ by: "x" }), aDemand({ by: "y" }), aDemand({ by: "z" })],
      [by("xy", "x", "y"), by("yz", "y", "z"), by("x", "x")],
      [],
    ],
    [
      "nobody gives way in vain",
      [aDemand({ by: "x" }), aDemand({ by: "y" })],
      [by("a", "x"), by("b", "x"), by("c", "x")],
      [{ by: "y", missing: 1 }],
    ],
    [
      "somebody of two groups takes the free seat",
      [aDemand({ by: "x" }), aDemand({ by: "y" })],
      [by("a", "x"), by("b", "x", "y")],
      [],
    ],
    [
      "two people never fill three seats",
      [aDemand({ by: "x" }), aDemand({ by: "y" }), aDemand({ by: "z" })],
      [by("a", "x", "y"), by("b", "x", "z")],
      [{ by: "z", missing: 1 }],
    ],
    ["no demand", [], [by("a", "leads")], []],
  ])("%s", (_, demands, approvals, missing) => {
    expect(unmet(demands, approvals)).toEqual(missing);
  });
});

const waiting = (code: VerdictCode, counts = true) => ({
  verdict: "wait" as Verdict,
  signals: [aSignalJudgement(), aSignalJudgement({ signal: "refunds", verdict: "wait", code, counts })],
});

describe("an approval", () => {
  const given = anApproval({ step: 2, groups: ["leads", "payments"] });
  const facts = {
    now: NOON,
    step: 2,
    definition: DEFINITION,
    groupsNow: ["leads", "payments", "shop"],
    verdict: "good" as Verdict,
    signals: [aSignalJudgement()],
  };

  it("counts while step, definition, rights and evidence are what they were", () => {
    expect(voidedBy(given, facts)).toBeNull();
  });

  it.each([
    ["for another step", { step: 3 }, "it was given for another step"],
    ["for another definition", { definition: "sha256:bb" }, "the definition changed"],
    ["at its expiry", { now: given.expiresAt }, "it expired"],
    ["when the person is no longer known", { groupsNow: null }, "the approver's rights changed"],
    ["when the person left one of the groups", { groupsNow: ["leads"] }, "the approver's rights changed"],
    ["when the gate halts", { verdict: "halt" as const }, "the evidence turned to halt"],
    ["when the gate rolls back", { verdict: "rollback" as const }, "the evidence turned to rollback"],
    ["when a signal is no longer good", waiting("between"), "refunds is no longer good"],
  ])("is void %s", (_, changed, why) => {
    expect(voidedBy(given, { ...facts, ...changed })).toBe(why);
  });

  it.each(["missing", "short", "settling", "dark"] as const)(
    "is only suspended while a signal is %s",
    (code) => {
      expect(voidedBy(given, { ...facts, ...waiting(code) })).toBeNull();
    },
  );

  it("does not care about a signal that does not count", () => {
    expect(voidedBy(given, { ...facts, ...waiting("between", false) })).toBeNull();
  });

  it("counts until the last millisecond before its expiry", () => {
    expect(voidedBy(given, { ...facts, now: given.expiresAt - 1 })).toBeNull();
  });
});
