import { describe, expect, test } from "vitest";
import { approve, openRequest } from "../../../src/domain/approve.ts";
import type { DefinitionFacts } from "../../../src/domain/because.ts";
import type { Author, Gate } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { obey } from "../../../src/domain/obey.ts";
import type { Approval, GateRecord } from "../../../src/domain/record.ts";
import type { Ramp } from "../../../src/domain/ramp.ts";
import {
  NOON,
  aDecision,
  aDemand,
  aDrift,
  aFlagRecord,
  aFlagTarget,
  aGate,
  aHalt,
  aPerson,
  aRecord,
  aRun,
  aStep,
  anApproval,
  commandFacts,
} from "../../support/builders.ts";

const AUTHOR: Author = { kind: "known", people: ["author"] };
const STEPS = [aStep({ to: 5, holdMs: HOUR }), aStep({ to: 25, approve: [aDemand()] }), aStep({ to: 100 })];
const PINNED = aGate({ steps: STEPS });
const TIGHTER = { ...PINNED, bakeMs: 2 * PINNED.bakeMs };
const LOOSER = { ...PINNED, bakeMs: MINUTE };
const GIVEN = anApproval({ person: "approver", step: 2, definition: "sha256:new" });

function facts(newest: Gate | null, status: DefinitionFacts["status"] = "changed"): DefinitionFacts {
  const definition = newest === null ? null : { gate: newest, hash: "sha256:new", author: AUTHOR };
  return {
    hash: "sha256:aa",
    status,
    author: { kind: "known", people: ["first-author"] },
    fault: null,
    newest: definition,
  };
}

function adopted(
  newest: Gate | null,
  {
    record = {},
    name = "adopter",
    gate = PINNED,
    definition = facts(newest),
  }: { record?: Partial<GateRecord>; name?: string; gate?: Gate; definition?: DefinitionFacts } = {},
) {
  const by = aPerson({ name });
  const command = { gate: "checkout", action: "adopt-definition", reason: "reviewed", by } as const;
  const run = aRun({ startedBy: "starter", ...record.run });
  return obey(
    gate,
    aRecord({ ...record, run }),
    { ...command, at: null, change: null, until: null },
    commandFacts({ definition }),
  );
}

const withAdoptions = (...adoptions: Approval[]): Partial<GateRecord> => ({
  run: aRun({ startedBy: "starter", adoptions }),
});

const asking = (fields: Partial<GateRecord> = {}) =>
  aRecord({ run: aRun({ startedBy: "starter" }), ...fields });
const request = (newest: Gate | null, record = asking()) => openRequest(PINNED, record, facts(newest));

describe("a tighter definition", () => {
  test("is adopted on one person's word: the run is pinned to it and its approvals end", () => {
    const outcome = adopted(TIGHTER, { record: { run: aRun({ approvals: [anApproval()] }) } });
    expect(outcome).toMatchObject({
      kind: "done",
      pin: "newest",
      message: "checkout goes on under the newest definition, which is tighter or equal",
      record: {
        run: { definition: "sha256:new", approvals: [], adoptions: [] },
        ramp: { state: "proving", step: 1 },
      },
      tells: [{ kind: "definition", page: false }],
    });
  });

  test("puts a new token on the flag, unless a change by hand waits for a person", () => {
    expect(adopted(TIGHTER)).toMatchObject({ record: { intention: { kind: "retoken", to: 5 } } });
    expect(adopted(TIGHTER, { record: { drift: [aDrift()] } })).toMatchObject({
      record: { intention: null },
    });
  });

  test("does not let a halted ramp go on", () => {
    expect(adopted(TIGHTER, { record: { ramp: aHalt() } })).toMatchObject({
      record: { ramp: { state: "halted" } },
    });
  });
});

describe("a definition with other percents", () => {
  const adoptions = ["lead", "auditor"].map((person) => anApproval({ ...GIVEN, person }));
  const stands = (ramp: Ramp, ...percents: number[]) => {
    const steps = percents.map((to, index) => aStep({ to, approve: index === 0 ? [] : [aDemand()] }));
    const outcome = adopted({ ...PINNED, steps }, { record: { ...withAdoptions(...adoptions), ramp } });
    return outcome.kind === "done" ? outcome.record.ramp : outcome;
  };

  test("takes the ramp to the highest of its steps that the exposure has reached, so that none is skipped", () => {
    const ramp = { state: "proving", step: 1 } as const;
    expect(stands(ramp, 6, 26, 100)).toEqual({ state: "proving", step: 0 });
    expect(stands(ramp, 1, 2, 5, 100)).toEqual({ state: "proving", step: 3 });
    expect(stands(ramp, 5, 26, 100)).toEqual(ramp);
    expect(stands({ state: "proving", step: 0 }, 6, 26, 100)).toEqual({ state: "proving", step: 0 });
  });

  test("puts a run of which no flag is on record before its first step", () => {
    const steps = [aStep({ to: 6 }), aStep({ to: 100 })];
    const record = { ...withAdoptions(...adoptions), flag: null };
    const outcome = adopted({ ...PINNED, steps }, { record });
    expect(outcome).toMatchObject({ record: { ramp: { state: "proving", step: 0 } } });
  });

  test("changes where a stopped ramp goes on", () => {
    expect(stands(aHalt(), 6, 26, 100)).toEqual(aHalt({ from: { state: "proving", step: 0 } }));
  });
});

describe("a definition with a shadow step before its segments", () => {
  const STAFF = aStep({ to: 100, audience: { kind: "segment", name: "staff" } });
  const SHOPS = aStep({ to: 100, audience: { kind: "values", label: "shops", values: ["se"] } });
  const steps = [STAFF, SHOPS, aStep({ to: 100 })];
  const shadowed = [aStep({ to: 0 }), ...steps];
  const adoptions = ["lead", "auditor"].map((person) => anApproval({ ...GIVEN, person }));

  test.each([
    [
      { state: "proving", step: 1 },
      { state: "proving", step: 2 },
    ],
    [
      { state: "proving", step: 2 },
      { state: "proving", step: 3 },
    ],
    [
      { state: "baking", step: 3 },
      { state: "baking", step: 4 },
    ],
  ] as const)("leaves a ramp at %j with those whom it reaches", (ramp, expected) => {
    const flag = aFlagRecord({ rollout: 100 });
    const record = { ...withAdoptions(...adoptions), ramp, flag };
    const outcome = adopted({ ...PINNED, steps: shadowed }, { record, gate: { ...PINNED, steps } });
    expect(outcome).toMatchObject({ kind: "done", record: { ramp: expected } });
  });
});

describe("a looser definition", () => {
  test("is refused to one person, and says in what and whom it needs", () => {
    expect(adopted(LOOSER)).toEqual({
      kind: "refused",
      code: "not-eligible",
      message: "it is looser (bake) and needs approvals: 1 by release-leads; rampart approve checkout",
    });
  });

  test("is adopted with the approvals of the next step, for this very definition", () => {
    expect(adopted(LOOSER, { record: withAdoptions(GIVEN) })).toMatchObject({
      kind: "done",
      message: "checkout goes on under the newest definition, which is looser in bake",
      record: { run: { definition: "sha256:new", adoptions: [] } },
    });
    const other = { ...GIVEN, definition: "sha256:other" };
    expect(adopted(LOOSER, { record: withAdoptions(other) })).toMatchObject({ code: "not-eligible" });
  });

  test.each(["author", "starter"])("is not adopted by the %s", (name) => {
    expect(adopted(LOOSER, { record: withAdoptions(GIVEN), name })).toMatchObject({
      code: "not-eligible",
      message: `${name} started this ramp or wrote the new definition`,
    });
  });

  test("needs those whom either definition asks, so that it cannot ask its own approvers away", () => {
    const askingNobody = { ...PINNED, steps: [STEPS[0] ?? aStep(), aStep({ to: 25 }), aStep({ to: 100 })] };
    expect(adopted(askingNobody)).toMatchObject({ code: "not-eligible" });
    expect(adopted({ ...LOOSER, steps: STEPS }, { gate: askingNobody })).toMatchObject({
      code: "not-eligible",
    });
  });

  test("needs no approval where no step asks for one, but somebody else than who wrote it", () => {
    const free = aGate({ steps: [aStep({ to: 5 }), aStep({ to: 100 })] });
    const shorter = { ...free, bakeMs: MINUTE };
    expect(adopted(shorter, { gate: free })).toMatchObject({ kind: "done" });
    expect(adopted(shorter, { gate: free, name: "author" })).toMatchObject({ code: "not-eligible" });
  });
});

describe("nothing is adopted", () => {
  test.each<[string, DefinitionFacts, string]>([
    [
      "while the file is what the run began with",
      facts(null, "valid"),
      "the definition is valid: there is nothing to adopt",
    ],
    [
      "while the newest file has errors",
      facts(null, "invalid"),
      "the definition is invalid: there is nothing to adopt",
    ],
    [
      "that drives another flag",
      facts({ ...TIGHTER, flag: aFlagTarget({ name: "other" }) }),
      "a changed flag, strategy, stickiness or environment is never adopted: end the run and start anew",
    ],
    [
      "with a key that would hold it back and does nothing yet",
      facts({ ...TIGHTER, calendars: ["office-hours"] }),
      "`calendars` of checkout would hold it back and has no effect yet: it can be watched, not raised; leave it out of the file, if the gate is safe without",
    ],
  ])("%s", (_, definition, message) => {
    expect(adopted(null, { definition })).toEqual({ kind: "refused", code: "not-ready", message });
  });

  test("that the run is pinned to already", () => {
    const record = { run: aRun({ definition: "sha256:new" }) };
    expect(adopted(TIGHTER, { record })).toMatchObject({
      code: "not-ready",
      message: "there is nothing to adopt",
    });
  });
});

describe("a request for the approvals of a looser definition", () => {
  test("is open while one waits, and names it", () => {
    expect(request(LOOSER)).toEqual({ step: 2, adopts: "sha256:new", needed: ["release-leads"], given: [] });
    expect(request(LOOSER, asking(withAdoptions(GIVEN)))).toMatchObject({ needed: [], given: [GIVEN] });
  });

  test("is not open for a tighter one, which one person may adopt", () => {
    expect(request(TIGHTER)).toBeNull();
  });

  test("takes an approval bound to that definition, never from who wrote it", () => {
    const evidence = aDecision();
    const command = {
      gate: "checkout",
      step: 2,
      decision: "dec_1",
      verdict: "approve",
      reason: "seen",
    } as const;
    const given = (name: string) =>
      approve(PINNED, asking(), { ...command, by: aPerson({ name }) }, evidence, {
        now: NOON,
        definition: facts(LOOSER),
      });
    expect(given("approver")).toMatchObject({
      kind: "done",
      message: "approver approved the newest definition of checkout",
      record: { run: { approvals: [], adoptions: [{ person: "approver", definition: "sha256:new" }] } },
    });
    expect(given("author")).toMatchObject({ code: "not-eligible" });
    // Who wrote the one in force may judge the new one.
    expect(given("first-author").kind).toBe("done");
  });
});
