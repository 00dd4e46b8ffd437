import { describe, expect, test } from "vitest";
import { compareDefinitions } from "../../../src/domain/compare-definitions.ts";
import type { DefinitionFacts } from "../../../src/domain/because.ts";
import type { Author, Gate } from "../../../src/domain/gate.ts";
import { DAY, HOUR } from "../../../src/domain/instant.ts";
import {
  askingOf,
  promisableBy,
  promise,
  promiseBlockers,
  standingPromises,
} from "../../../src/domain/promise.ts";
import type { Principal } from "../../../src/domain/principal.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import {
  DEFINITION,
  NOON,
  aGate,
  aMachine,
  aPerson,
  aPromise,
  aPromiseDemand,
  aRecord,
  aRun,
  passFacts,
} from "../../support/builders.ts";

const AUTHOR: Author = { kind: "known", people: ["author"] };
const FACTS: DefinitionFacts = { ...passFacts().definition, author: AUTHOR };
const GATE = aGate({ promises: [aPromiseDemand()] });
const PLATFORM = aPerson({ name: "platform", groups: ["erp-platform"] });

function blockers(record: GateRecord, step = 2, gate: Gate = GATE, author: Author = AUTHOR) {
  return promiseBlockers(gate, step, askingOf(record, { ...FACTS, author })).map(({ message }) => message);
}

function promised(by: Principal, fields: { record?: Partial<GateRecord>; gate?: Gate; says?: string } = {}) {
  const { record = {}, gate = GATE, says = "the limit is raised" } = fields;
  const command = { gate: "checkout", by, says, reason: "raised in ERP-812" };
  return promise(gate, aRecord(record), command, { now: NOON, definition: FACTS });
}

describe("a promise that is missing", () => {
  test("closes every step, or the one that asks for it, and says in which words", () => {
    expect(blockers(aRecord())).toEqual(["erp-platform must promise: the limit is raised"]);
    const gate = aGate({ promises: [aPromiseDemand({ step: 3, count: 2 })] });
    expect(blockers(aRecord(), 2, gate)).toEqual([]);
    expect(blockers(aRecord(), 3, gate)).toEqual(["2 of erp-platform must promise: the limit is raised"]);
  });

  test("is missing no more once it was given, at whichever step", () => {
    expect(blockers(aRecord({ promises: [aPromise()] }), 3)).toEqual([]);
  });

  test.each([
    ["of another definition", { promises: [aPromise({ definition: "sha256:bb" })] }],
    ["in other words", { promises: [aPromise({ says: "the limit is lowered" })] }],
    ["of another group", { promises: [aPromise({ by: "finance" })] }],
    ["of the definition's author", { promises: [aPromise({ person: "author" })] }],
    ["of who started the ramp", { promises: [aPromise()], run: aRun({ startedBy: "platform" }) }],
  ])("still is where there is only one %s", (_, record) => {
    expect(blockers(aRecord(record))).toHaveLength(1);
  });

  test("asks one person more while the author is unknown", () => {
    const author = { kind: "unknown", why: "no entry" } as const;
    expect(blockers(aRecord({ promises: [aPromise()] }), 2, GATE, author)).toEqual([
      "erp-platform must promise: the limit is raised",
    ]);
    const both = [aPromise(), aPromise({ person: "other" })];
    expect(blockers(aRecord({ promises: both }), 2, GATE, author)).toEqual([]);
  });
});

describe("a promise", () => {
  test("is kept with who gave it, why and for which definition, and lasts", () => {
    const answer = promised(PLATFORM);
    expect(answer).toMatchObject({
      kind: "done",
      message: "platform promised for checkout: the limit is raised",
    });
    expect(answer.kind === "done" ? answer.record.promises : []).toEqual([
      {
        person: "platform",
        by: "erp-platform",
        says: "the limit is raised",
        definition: DEFINITION,
        at: NOON,
        expiresAt: null,
        reason: "raised in ERP-812",
      },
    ]);
  });

  test("lasts for the shortest time that is asked where several steps ask for it", () => {
    const promises = [
      aPromiseDemand(),
      aPromiseDemand({ step: 2, expiresMs: DAY }),
      aPromiseDemand({ step: 3, expiresMs: HOUR }),
    ];
    const answer = promised(PLATFORM, { gate: aGate({ promises }) });
    expect(answer).toMatchObject({ record: { promises: [{ expiresAt: NOON + HOUR }] } });
  });

  test("counts for each group that is asked and that the person is of", () => {
    const promises = [aPromiseDemand(), aPromiseDemand({ by: "finance" }), aPromiseDemand({ by: "others" })];
    const both = aPerson({ name: "platform", groups: ["erp-platform", "finance"] });
    expect(promised(both, { gate: aGate({ promises }) })).toMatchObject({
      record: { promises: [{ by: "erp-platform" }, { by: "finance" }] },
    });
  });

  test("given twice by one person is one", () => {
    const record = { promises: [aPromise()] };
    expect(promised(PLATFORM, { record })).toMatchObject({
      kind: "done",
      message: "platform has promised this already",
      record,
    });
  });

  test("may be given while no ramp runs, also by who began the last one", () => {
    const record = {
      ramp: { state: "finished", since: NOON },
      run: aRun({ startedBy: "platform" }),
    } as const;
    expect(promised(PLATFORM, { record }).kind).toBe("done");
  });

  test.each([
    ["a machine", aMachine({ scopes: ["approve"] }), {}, "forbidden", "only people promise"],
    ["a person who may not approve", aPerson({ scopes: ["read"] }), {}, "forbidden", "only people promise"],
    ["other words", PLATFORM, { says: "all is well" }, "no-request", "checkout asks nobody to promise that"],
    [
      "another group",
      aPerson({ name: "lead" }),
      {},
      "not-eligible",
      "lead is not of erp-platform, who is asked for this promise",
    ],
    [
      "the author",
      aPerson({ name: "author", groups: ["erp-platform"] }),
      {},
      "not-eligible",
      "author started this ramp or wrote its definition and cannot promise anything for it",
    ],
    [
      "who started the ramp",
      PLATFORM,
      { record: { run: aRun({ startedBy: "platform" }) } },
      "not-eligible",
      "platform started this ramp or wrote its definition and cannot promise anything for it",
    ],
  ])("is refused to %s", (_, by, fields, code, message) => {
    expect(promised(by, fields)).toEqual({ kind: "refused", code, message });
  });
});

describe("a promise that was given", () => {
  const people = new Map([["platform", ["erp-platform"]]]);
  const facts = { now: NOON, definition: { hash: DEFINITION }, people };
  const standing = (given = aPromise(), more = {}) =>
    standingPromises(aRecord({ promises: [given] }), { ...facts, ...more }).length;

  test("outlives what ends approvals, and ends with its time, the definition and the rights of who gave it", () => {
    expect(standing()).toBe(1);
    expect(standing(aPromise({ expiresAt: NOON + 1 }))).toBe(1);
    expect(standing(aPromise({ expiresAt: NOON }))).toBe(0);
    expect(standing(aPromise({ definition: "sha256:bb" }))).toBe(0);
    expect(standing(aPromise(), { people: new Map([["platform", ["finance"]]]) })).toBe(0);
    expect(standing(aPromise(), { people: new Map() })).toBe(0);
  });
});

function asked(by: Principal, record: Partial<GateRecord> = {}) {
  return promisableBy(by, GATE, aRecord(record), FACTS).map(({ says }) => says);
}

describe("whoever is asked to promise", () => {
  test("is of the group, has not promised, and has no other part in the ramp", () => {
    expect(asked(PLATFORM)).toEqual(["the limit is raised"]);
    expect(asked(PLATFORM, { promises: [aPromise()] })).toEqual([]);
    expect(asked(PLATFORM, { promises: [aPromise({ person: "other" })] })).toEqual([]);
    expect(asked(PLATFORM, { run: aRun({ startedBy: "platform" }) })).toEqual([]);
    expect(asked(aPerson())).toEqual([]);
    expect(asked(aMachine({ scopes: ["approve"] }))).toEqual([]);
    expect(asked(aPerson({ scopes: ["read"], groups: ["erp-platform"] }))).toEqual([]);
  });

  test("is asked by each promise that lacks people, not by one that was given by them before", () => {
    const gate = aGate({ promises: [aPromiseDemand({ count: 2 }), aPromiseDemand({ step: 2, count: 2 })] });
    expect(promisableBy(PLATFORM, gate, aRecord(), FACTS)).toHaveLength(1);
    expect(promisableBy(PLATFORM, gate, aRecord({ promises: [aPromise()] }), FACTS)).toEqual([]);
  });
});

function compared(...promises: Gate["promises"]) {
  return compareDefinitions(GATE, aGate({ promises }));
}

describe("a changed definition", () => {
  test.each([
    ["keeps it", [aPromiseDemand()]],
    ["asks more people", [aPromiseDemand({ count: 2 })]],
    ["bounds its time", [aPromiseDemand({ expiresMs: HOUR })]],
    ["asks for another one, too", [aPromiseDemand(), aPromiseDemand({ says: "month end is over" })]],
  ])("is no looser when it %s", (_, promises) => {
    expect(compared(...promises)).toEqual({ kind: "tighter" });
  });

  test.each([
    ["leaves it out", []],
    ["says it otherwise", [aPromiseDemand({ says: "the limit is there" })]],
    ["asks for it later", [aPromiseDemand({ step: 3 })]],
    ["asks another group", [aPromiseDemand({ by: "leads" })]],
  ])("is looser when it %s", (_, promises) => {
    expect(compared(...promises)).toEqual({ kind: "looser", at: ["promises"] });
  });
});
