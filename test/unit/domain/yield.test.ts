import { describe, expect, test } from "vitest";
import type { FlagFacts } from "../../../src/domain/absorb.ts";
import type { FlagEvent } from "../../../src/domain/flag.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { yieldIfOverwritten } from "../../../src/domain/yield.ts";
import {
  NOON,
  aBecause,
  aFlagEvent,
  aFlagRecord,
  aGate,
  aHalt,
  aRecord,
  aRollback,
  aRun,
  anApproval,
  anExposure,
  anIntention,
  passFacts,
} from "../../support/builders.ts";

const RAISE = anIntention({ from: 5, to: 25 });
const OURS = aFlagEvent({ id: 9, by: "rampart", byUserId: 1, rolloutAfter: "25", titleAfter: RAISE.title });

/** As recorded once the raise to 25 % was read back. */
function raised(fields: Partial<GateRecord> = {}): GateRecord {
  return aRecord({
    sequence: 13,
    ramp: { state: "proving", step: 2 },
    flag: aFlagRecord({ rollout: 25, title: RAISE.title }),
    exposure: anExposure({ wanted: 25, set: 25 }),
    run: aRun({ approvals: [anApproval({ step: 3 })] }),
    ...fields,
  });
}

function yielded(events: readonly FlagEvent[] | null, record = raised(), facts: Partial<FlagFacts> = {}) {
  return yieldIfOverwritten(aGate(), record, RAISE, passFacts({ events, ...facts }));
}

describe("a refit", () => {
  const refit = anIntention({ kind: "refit", from: 0, to: 0 });
  const own = { ...OURS, rolloutAfter: "0", titleAfter: refit.title };
  const tested = aFlagRecord();
  const over = (reach: Pick<FlagEvent, "reachAfter">) => {
    const event = { id: 8, by: "kim", byUserId: 9, rolloutBefore: "0", rolloutAfter: "0", ...reach };
    const facts = passFacts({ events: [aFlagEvent(event), own], ownUserId: 1 });
    return yieldIfOverwritten(aGate(), raised(), refit, facts, tested).tells.length;
  };

  test("of which the log does not say what was there before has run over nothing", () => {
    expect(over({})).toBe(0);
  });

  test("has run over what a person had put in: a segment, or a constraint", () => {
    const { constraints } = tested;
    expect(over({ reachAfter: { constraints, segments: [] } })).toBe(0);
    expect(over({ reachAfter: { constraints, segments: [8] } })).toBe(1);
    expect(over({ reachAfter: { constraints: "[{}]", segments: [] } })).toBe(1);
  });
});

function lowered(to: string, fields: Partial<FlagEvent> = {}): FlagEvent {
  return aFlagEvent({ id: 8, rolloutAfter: to, ...fields });
}

describe("a person's decrease that our write ran over", () => {
  const causes = [aBecause({ kind: "drift", code: "lowered", message: "changed to 10% by operator" })];

  test("is written again, is the ceiling, and the ramp halts there", () => {
    const { record, tells } = yielded([lowered("10"), OURS]);
    expect(record.intention).toMatchObject({
      kind: "lower",
      from: 25,
      to: 10,
      step: 1,
      decision: "dec_2",
      at: NOON,
      token: { sequence: 14 },
    });
    expect(record).toMatchObject({
      ramp: { state: "halted", from: { state: "proving", step: 1 }, since: NOON, causes },
      run: { ceiling: 10, approvals: [] },
      exposure: { wanted: 10 },
    });
    expect(tells).toEqual([{ kind: "halted", page: false, causes }]);
  });

  test("never moves the ramp above where it stood", () => {
    const halted = raised({ ramp: aHalt({ from: { state: "proving", step: 0 } }), run: null });
    const { record } = yielded([lowered("10"), OURS], halted);
    expect(record.ramp).toMatchObject({ state: "halted", from: { step: 0 } });
    expect(record.run).toBeNull();
  });

  test.each([
    { ramp: { state: "proving", step: 2 } as const, from: { state: "proving", step: 2 } },
    { ramp: { state: "finished", since: NOON } as const, from: { state: "proving", step: 0 } },
  ])("to 0% rolls back while $ramp.state", ({ ramp, from }) => {
    const { record, tells } = yielded([lowered("0"), OURS], raised({ ramp }));
    const zero = [aBecause({ kind: "drift", code: "lowered-to-zero", message: "changed to 0% by operator" })];
    expect(record.ramp).toMatchObject({ state: "rolling-back", from, causes: zero });
    expect(record.intention).toMatchObject({ kind: "lower", to: 0, decision: "dec_2", at: NOON });
    expect(tells).toEqual([{ kind: "rolling-back", page: true, causes: zero }]);
  });

  test.each([{ ramp: { state: "idle" } as const }, { ramp: aRollback() }])(
    "is given back without a halt where no ramp runs: $ramp.state",
    ({ ramp }) => {
      const { record, tells } = yielded([lowered("10"), OURS], raised({ ramp }));
      expect(record.ramp).toEqual(ramp);
      expect(record.intention).toMatchObject({ kind: "lower", to: 10 });
      expect(tells).toEqual([{ kind: "changed-by-hand", page: false, causes }]);
    },
  );

  test("is anybody's while our own user is not known", () => {
    const { record } = yielded([lowered("10", { byUserId: null }), OURS], raised(), { ownUserId: null });
    expect(record.intention?.to).toBe(10);
  });

  test("is the change just before ours, whatever came before that", () => {
    const first = lowered("3", { id: 7 });
    expect(yielded([first, lowered("10"), OURS]).record.intention?.to).toBe(10);
    expect(yielded([first, lowered("5"), OURS]).record.intention).toBeNull();
  });

  test("is found behind changes that name no percent, or are of another strategy", () => {
    const between = [
      aFlagEvent({ id: 8, rolloutAfter: null }),
      aFlagEvent({ id: 8, strategyId: "s2", rolloutAfter: "50" }),
    ];
    expect(yielded([lowered("10", { id: 7 }), ...between, OURS]).record.intention?.to).toBe(10);
  });
});

describe("nothing is given back", () => {
  const cases: readonly { readonly what: string; readonly events: readonly FlagEvent[] | null }[] = [
    { what: "without a log", events: null },
    { what: "without an event of our write", events: [lowered("10")] },
    { what: "without a change before ours", events: [OURS] },
    { what: "for a change after ours", events: [OURS, lowered("10", { id: 10 })] },
    { what: "for a change of our own", events: [lowered("10", { byUserId: 1 }), OURS] },
    { what: "for the percent that our write tested", events: [lowered("5"), OURS] },
    { what: "for a percent as high as ours", events: [lowered("25"), OURS] },
    { what: "for a percent above ours", events: [lowered("30"), OURS] },
    { what: "for a percent nobody can read", events: [lowered("abc"), OURS] },
  ];

  test.each(cases)("$what", ({ events }) => {
    const record = raised();
    expect(yielded(events, record)).toEqual({ record, tells: [] });
  });

  test("while no write of ours landed", () => {
    const facts = passFacts({ events: [lowered("10"), OURS] });
    expect(yieldIfOverwritten(aGate(), raised(), null, facts)).toEqual({ record: raised(), tells: [] });
  });
});

describe("a person's decrease in the moment of a decrease of ours", () => {
  const taken = anIntention({ kind: "lower", from: 25, to: 5, step: 1 });
  const ours = { ...OURS, rolloutBefore: "25", rolloutAfter: "5", titleAfter: taken.title };
  const record = aRecord({ sequence: 13 });

  function met(to: string, over: Partial<GateRecord> = {}, fields: Partial<FlagEvent> = {}, by = taken) {
    const events = [lowered(to, { rolloutBefore: "25", ...fields }), ours];
    return yieldIfOverwritten(aGate(), { ...record, ...over }, by, passFacts({ events }));
  }

  test("is a ceiling that needs no write, and the ramp halts", () => {
    const found = met("10");
    expect(found.record).toMatchObject({ intention: null, run: { ceiling: 10 }, ramp: { state: "halted" } });
    expect(found.tells).toMatchObject([
      { kind: "halted", causes: [{ message: "changed to 10% by operator" }] },
    ]);
  });

  test("is one too where it is just as low", () => {
    expect(met("5").record).toMatchObject({ intention: null, run: { ceiling: 5 } });
  });

  test.each([
    { what: "a raise", found: () => met("10", {}, { rolloutBefore: "7" }) },
    { what: "a change from nobody knows where", found: () => met("10", {}, { rolloutBefore: null }) },
    { what: "a change to what is no percent", found: () => met("9.5") },
    { what: "one where no ramp stands", found: () => met("10", { ramp: aRollback() }) },
    {
      what: "one before a write that is no decrease",
      found: () => met("10", {}, {}, { ...taken, kind: "retoken" }),
    },
  ])("is nothing to follow in $what", ({ found }) => {
    expect(found().tells).toEqual([]);
  });

  test("to 0% ends the ramp as well", () => {
    const zero = { ...taken, to: 0, step: 0 };
    expect(met("0", {}, {}, zero).record.ramp).toMatchObject({ state: "rolling-back" });
  });
});

describe("a release knows its own entry in the log", () => {
  const released = anIntention({ kind: "release", from: 25, to: 25, title: "" });
  const own = { ...OURS, rolloutAfter: "25", titleAfter: null };
  const given = (events: readonly FlagEvent[], ownUserId: number | null) =>
    yieldIfOverwritten(aGate(), raised(), released, passFacts({ events, ownUserId })).record.intention;

  test("by its newest, since the title it puts back may have been there before", () => {
    const first = { ...own, id: 2, titleAfter: "" };
    expect(given([first, lowered("10"), own], 1)).toMatchObject({ kind: "lower", to: 10 });
    expect(given([first, lowered("10", { titleAfter: "" })], 1)).toBeNull();
  });

  test("also where nobody can say which user is ours", () => {
    expect(given([lowered("10", { titleAfter: "else" }), own], null)).toMatchObject({
      kind: "lower",
      to: 10,
    });
  });
});
