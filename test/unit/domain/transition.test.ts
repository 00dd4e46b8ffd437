import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import {
  begin,
  exposureChanged,
  halt,
  highestStepAt,
  intend,
  intendToken,
  newRecord,
  resume,
  rollBack,
  standingAt,
  standingOf,
  withStanding,
} from "../../../src/domain/transition.ts";
import {
  NOON,
  aBecause,
  aDrift,
  aFlagRecord,
  aGate,
  aHalt,
  aLimitClock,
  aPause,
  aRecord,
  aRollback,
  aRun,
  aSignalClock,
  anApproval,
  anExposure,
  anIntention,
} from "../../support/builders.ts";

const PROVING = { state: "proving", step: 1 } as const;
const BAKING = { state: "baking", step: 3 } as const;
const WRITER = { storeId: "k3f", epoch: 8 };

test("a new record is idle and knows nothing", () => {
  expect(newRecord("checkout")).toEqual({
    gate: "checkout",
    version: 0,
    sequence: 0,
    epoch: 0,
    olderSequence: 0,
    acting: null,
    ramp: { state: "idle" },
    run: null,
    entryApprovals: [],
    promises: [],
    flag: null,
    exposure: { wanted: null, set: null, setAt: null, served: null, changedAt: null, raisedAt: null },
    holdMs: 0,
    bakeMs: 0,
    clocks: {},
    intention: null,
    drift: [],
    reassertUntil: null,
    lastPass: null,
    deploy: null,
    woulds: [],
    because: [],
  });
});

describe("where a ramp stands", () => {
  test.each([
    { ramp: PROVING, standing: PROVING },
    { ramp: BAKING, standing: BAKING },
    { ramp: aPause({ from: BAKING }), standing: BAKING },
    { ramp: aHalt({ from: PROVING }), standing: PROVING },
    { ramp: { state: "idle" }, standing: null },
    { ramp: aRollback(), standing: null },
    { ramp: { state: "rolled-back", since: NOON, fromPercent: 5, causes: [] }, standing: null },
    { ramp: { state: "finished", since: NOON }, standing: null },
  ] as const)("while $ramp.state", ({ ramp, standing }) => {
    expect(standingOf(ramp)).toEqual(standing);
  });

  test("at the last step is baking", () => {
    expect([0, 1, 2, 3].map((step) => standingAt(aGate(), step))).toEqual([
      { state: "proving", step: 0 },
      PROVING,
      { state: "proving", step: 2 },
      BAKING,
    ]);
  });

  test.each([
    { percent: 0, step: 0 },
    { percent: 4, step: 0 },
    { percent: 5, step: 1 },
    { percent: 24, step: 1 },
    { percent: 25, step: 2 },
    { percent: 100, step: 3 },
  ])("with $percent% is at most step $step", ({ percent, step }) => {
    expect(highestStepAt(aGate(), percent)).toBe(step);
  });

  test.each([
    { ramp: PROVING, moved: BAKING },
    { ramp: BAKING, moved: BAKING },
    { ramp: { state: "baking", step: 2 }, moved: BAKING },
    { ramp: aPause(), moved: aPause({ from: BAKING }) },
    { ramp: aHalt(), moved: aHalt({ from: BAKING }) },
    { ramp: { state: "idle" }, moved: { state: "idle" } },
    { ramp: aRollback(), moved: aRollback() },
  ] as const)("moves inside $ramp.state", ({ ramp, moved }) => {
    expect(withStanding(ramp, BAKING)).toEqual(moved);
  });
});

test("a change of exposure resets hold, bake and the timers of limits, and nothing else", () => {
  const breached = aLimitClock({ ms: MINUTE, at: NOON, runs: 2, runAsOf: NOON });
  const clock = aSignalClock({ halt: breached, rollback: breached, unknownSince: NOON, missingStreak: 3 });
  const record = aRecord({ holdMs: MINUTE, bakeMs: MINUTE, clocks: { errors: clock } });
  expect(exposureChanged(record, 25, NOON)).toEqual({
    ...record,
    holdMs: 0,
    bakeMs: 0,
    clocks: { errors: aSignalClock({ unknownSince: NOON, missingStreak: 3 }) },
    exposure: { ...record.exposure, set: 25, setAt: null, changedAt: NOON, raisedAt: NOON },
  });
});

const raisedAfter = (set: number | null, percent: number) =>
  exposureChanged(aRecord({ exposure: anExposure({ set, raisedAt: null }) }), percent, NOON).exposure
    .raisedAt;

test("the last raise is kept apart from the last change, and 0 is assumed where nothing was read", () => {
  expect(raisedAfter(5, 25)).toBe(NOON);
  expect(raisedAfter(25, 5)).toBeNull();
  expect(raisedAfter(null, 5)).toBe(NOON);
  expect(raisedAfter(null, 0)).toBeNull();
});

describe("an intended write", () => {
  const write = { kind: "raise", to: 25, step: 2, decision: "dec_2", at: NOON } as const;

  test("carries the next token behind the team's own text, and is what is wanted from now on", () => {
    const record = aRecord();
    const token = { step: 2, of: 3, store: "k3f", epoch: 8, sequence: 13 };
    expect(intend(aGate(), record, WRITER, write)).toEqual({
      ...record,
      sequence: 13,
      epoch: 8,
      olderSequence: 12,
      intention: { ...write, from: 5, token, title: "Gradual rollout [rampart 2/3 #k3f.8.13]" },
      exposure: { ...record.exposure, wanted: 25 },
    });
  });

  test("is titled by the token alone where the team has no text", () => {
    const untitled = aRecord({ flag: aFlagRecord({ titleText: "" }) });
    expect(intend(aGate(), untitled, WRITER, write).intention?.title).toBe("[rampart 2/3 #k3f.8.13]");
    const unknown = aRecord({ flag: null });
    expect(intend(aGate(), unknown, WRITER, write).intention?.title).toBe("[rampart 2/3 #k3f.8.13]");
  });

  test("of a new token leaves the percent as recorded and names where the ramp stands", () => {
    const intended = intendToken(aGate(), aRecord({ ramp: aHalt() }), WRITER, "dec_2", NOON);
    expect(intended.intention).toMatchObject({ kind: "retoken", from: 5, to: 5, step: 1, at: NOON });
    const idle = intendToken(aGate(), aRecord({ ramp: { state: "idle" } }), WRITER, "dec_2", NOON);
    expect(idle.intention).toMatchObject({ kind: "retoken", step: 0, decision: "dec_2" });
  });

  test("of a new token needs a flag of which something is recorded", () => {
    const record = aRecord({ flag: null });
    expect(intendToken(aGate(), record, WRITER, "dec_2", NOON)).toBe(record);
  });
});

test("a halt remembers where the ramp stood and ends the approvals given", () => {
  const record = aRecord({ run: aRun({ approvals: [anApproval()], ceiling: 25 }) });
  expect(halt(record, PROVING, [aBecause()], NOON)).toEqual({
    ...record,
    ramp: {
      state: "halted",
      from: PROVING,
      since: NOON,
      causes: [aBecause()],
      alarmMs: 0,
      remindedAt: NOON,
      paused: null,
    },
    run: aRun({ ceiling: 25 }),
  });
  expect(halt(aRecord({ run: null }), PROVING, [], NOON).run).toBeNull();
});

test("a rollback orders the write to 0%, whatever was intended before, and ends the approvals given", () => {
  const record = aRecord({ intention: anIntention(), run: aRun({ approvals: [anApproval()] }) });
  const order = { from: PROVING, causes: [aBecause()], decision: "dec_2", at: NOON };
  const ordered = rollBack(aGate(), record, WRITER, order);
  expect(ordered.ramp).toEqual({
    state: "rolling-back",
    from: PROVING,
    since: NOON,
    fromPercent: 5,
    causes: [aBecause()],
    rung: "rollout",
    verification: { firstAt: null, servedLateSince: null },
    pagedAt: null,
  });
  expect(ordered.run).toEqual(aRun());
  expect(ordered.intention).toMatchObject({
    kind: "lower",
    from: 5,
    to: 0,
    step: 0,
    decision: "dec_2",
    at: NOON,
    title: "Gradual rollout [rampart 0/3 #k3f.8.13]",
  });
  expect(ordered.exposure.wanted).toBe(0);
});

describe("a run that begins", () => {
  const before = aRecord({
    ramp: { state: "idle" },
    holdMs: MINUTE,
    bakeMs: MINUTE,
    intention: anIntention(),
    drift: [aDrift()],
    reassertUntil: NOON,
    clocks: { errors: aSignalClock({ missingStreak: 3 }) },
  });
  const run = aRun({ id: "run_2" });

  test("at 0% forgets the past but the last change of exposure", () => {
    const flag = aFlagRecord({ rollout: 0 });
    const at0 = { ...before, exposure: anExposure({ set: 0 }) };
    expect(begin(aGate(), at0, run, flag, 0, NOON)).toEqual({
      ...before,
      ramp: { state: "proving", step: 0 },
      run,
      flag,
      exposure: { ...before.exposure, wanted: 0, set: 0, setAt: NOON },
      holdMs: 0,
      bakeMs: 0,
      clocks: {},
      intention: null,
      drift: [],
      reassertUntil: null,
    });
  });

  test("at a percent that no pass has seen yet lets readings settle from now", () => {
    const lowered = begin(aGate(), before, run, aFlagRecord({ rollout: 0 }), 0, NOON);
    expect(lowered.exposure).toMatchObject({ set: 0, changedAt: NOON, raisedAt: NOON - HOUR });
    const unknown = { ...before, exposure: anExposure({ set: null, changedAt: null }) };
    expect(begin(aGate(), unknown, run, aFlagRecord({ rollout: 0 }), 0, NOON).exposure.changedAt).toBeNull();
  });

  test("at an exposed step counts settle, hold and proof from now", () => {
    const begun = begin(aGate(), before, run, aFlagRecord({ rollout: 25 }), 2, NOON);
    expect(begun.ramp).toEqual({ state: "proving", step: 2 });
    const found = { wanted: 25, set: 25, setAt: NOON, changedAt: NOON, raisedAt: NOON };
    expect(begun.exposure).toEqual({ ...found, served: before.exposure.served });
  });

  test("at the last step bakes", () => {
    expect(begin(aGate(), before, run, aFlagRecord({ rollout: 100 }), 3, NOON).ramp).toEqual(BAKING);
  });
});

describe("a resume", () => {
  const CLOCKS = {
    breached: aSignalClock({ halt: aLimitClock({ at: NOON - SECOND, ms: MINUTE }) }),
    missing: aSignalClock({ unknownSince: NOON - MINUTE, missingStreak: 4 }),
    calm: aSignalClock({ rollback: aLimitClock({ at: NOON - SECOND }) }),
  };

  test("from a pause starts hold and bake anew and leaves the evidence alone", () => {
    const record = aRecord({ ramp: aPause({ from: BAKING }), holdMs: 1, bakeMs: 1, clocks: CLOCKS });
    expect(resume(record, NOON)).toEqual({ ...record, ramp: BAKING, holdMs: 0, bakeMs: 0 });
  });

  test("from a halt acknowledges what halted: a breach, or data that is missing, whose clock starts anew", () => {
    const record = aRecord({ ramp: aHalt(), holdMs: 1, bakeMs: 1, clocks: CLOCKS });
    expect(resume(record, NOON)).toEqual({
      ...record,
      ramp: PROVING,
      holdMs: 0,
      bakeMs: 0,
      clocks: {
        breached: { ...CLOCKS.breached, acknowledgedAt: NOON },
        missing: { ...CLOCKS.missing, acknowledgedAt: NOON, unknownSince: NOON },
        calm: CLOCKS.calm,
      },
    });
  });

  test("of anything else changes nothing", () => {
    const record = aRecord();
    expect(resume(record, NOON)).toBe(record);
  });
});
