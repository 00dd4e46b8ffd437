import { describe, expect, test } from "vitest";
import { type PassResult, decide } from "../../../src/domain/decide.ts";
import type { PassFacts } from "../../../src/domain/draft.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateJudgement } from "../../../src/domain/judge.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { isAlarmed } from "../../../src/domain/shrink.ts";
import type { SignalJudgement } from "../../../src/domain/verdict.ts";
import {
  NOON,
  aBecause,
  aFlagAt,
  aFlagRecord,
  aFlagSeen,
  aGate,
  aHalt,
  aJudgement,
  aLastPass,
  aPause,
  aRecord,
  aRun,
  aSignalJudgement,
  aStrategy,
  after,
  anApproval,
  anExposure,
  anIntention,
  passFacts,
  aMaintenance,
} from "../../support/builders.ts";

const PROVING = { state: "proving", step: 1 } as const;
const BAKING = { state: "baking", step: 3 } as const;
const ARMED = [PROVING, BAKING, aPause(), aHalt()] as const;

function pass(
  record: Partial<GateRecord>,
  facts: Partial<PassFacts> = {},
  gate: Partial<Gate> = {},
): PassResult {
  return decide(aGate(gate), aRecord(record), passFacts(facts));
}

function judged(...signals: readonly Partial<SignalJudgement>[]): GateJudgement {
  return aJudgement({
    verdict: signals[0]?.verdict ?? "good",
    signals: signals.map((fields) => aSignalJudgement(fields)),
  });
}

const HALT = judged({ verdict: "halt", code: "breached", message: "3%, halt above 2%" });
const ROLLBACK = judged({ verdict: "rollback", code: "breached", message: "6%, rollback above 5%" });
const DARK = judged({ verdict: "halt", code: "dark", message: "source main is dark" });
const WAIT = judged({ verdict: "wait", code: "missing", message: "no-series" });

function codes(result: PassResult): readonly string[] {
  const { ramp } = result.record;
  const causes = "causes" in ramp ? ramp.causes : [];
  return causes.map(({ kind, code }) => `${kind}/${code}`);
}

describe("where nobody is exposed", () => {
  const unexposed = {
    ramp: { state: "proving", step: 0 },
    exposure: anExposure({ wanted: 0, set: 0 }),
    flag: aFlagRecord({ rollout: 0 }),
  } as const;
  const observation = aFlagAt(0);

  test("a signal at rollback halts: there is nothing to take back", () => {
    const result = pass(unexposed, { judgement: ROLLBACK, observation });
    expect(result.record.ramp.state).toBe("halted");
    expect(codes(result)).toEqual(["signal/rollback"]);
  });

  test("the halt deadline orders nothing", () => {
    const halted = { ...unexposed, ramp: aHalt({ from: { state: "proving", step: 0 }, alarmMs: 3 * HOUR }) };
    expect(pass(halted, { judgement: HALT, observation }).record.ramp.state).toBe("halted");
  });

  test("a raise that may be on its way counts as exposure", () => {
    const raising = { ...unexposed, intention: anIntention({ kind: "raise", to: 5, step: 1 }) };
    const result = pass(raising, {
      judgement: ROLLBACK,
      observation: { kind: "unreadable", detail: "timeout" },
    });
    expect(result.record.ramp.state).toBe("rolling-back");
  });

  test.each(["101", "abc"])("so does a percent of %s, which nobody can read", (rollout) => {
    const found = aFlagSeen({ strategies: [aStrategy({ rollout })] });
    const result = pass(unexposed, { judgement: ROLLBACK, observation: found });
    expect(result.record.ramp.state).toBe("rolling-back");
    expect(result.record.intention).toMatchObject({ kind: "lower", to: 0 });
  });

  test("so does a percent that is not known", () => {
    const unknown = { ...unexposed, exposure: anExposure({ set: null }) };
    const result = pass(unknown, {
      judgement: ROLLBACK,
      observation: { kind: "unreadable", detail: "timeout" },
    });
    expect(result.record.ramp.state).toBe("rolling-back");
  });
});

describe("a signal at rollback", () => {
  test.each(ARMED)("rolls back in that pass while $state", (ramp) => {
    const result = pass({ ramp }, { judgement: ROLLBACK });
    expect(result.record.ramp).toMatchObject({ state: "rolling-back", since: NOON, fromPercent: 5 });
    expect(codes(result)).toEqual(["signal/rollback"]);
    expect(result.decision.action).toEqual({
      kind: "lower",
      from: 5,
      to: 0,
      title: "Gradual rollout [rampart 0/3 #k3f.7.13]",
    });
    expect(result.tellings).toMatchObject([{ kind: "rolling-back", page: true }]);
  });

  test("waits for nothing: no readable flag, no valid file, no health, no drift, no switch", () => {
    const result = pass(
      { holdMs: 0, intention: anIntention() },
      {
        judgement: ROLLBACK,
        observation: { kind: "unreadable", detail: "timeout" },
        flagUnreadable: "timeout",
        definition: { ...passFacts().definition, status: "gone" },
        stopSwitch: "on",
        eventLoopLagMs: HOUR,
        clockSkewMs: HOUR,
      },
    );
    expect(result.record.ramp.state).toBe("rolling-back");
    expect(result.record.intention).toMatchObject({ kind: "lower", to: 0 });
  });

  test("is nothing to act on while it does not count", () => {
    const result = pass({}, { judgement: judged({}, { verdict: "rollback", counts: false }) });
    expect(result.record.ramp.state).toBe("proving");
  });

  test("in observe mode only is what would have been done", () => {
    const result = pass({ acting: null, ramp: { state: "idle" }, run: null }, { judgement: ROLLBACK });
    expect(result.record.intention).toBeNull();
    expect(result.decision).toMatchObject({ would: "rollback", action: { kind: "none" } });
    expect(result.tellings).toEqual([]);
  });
});

describe("a person who took exposure to 0%", () => {
  test.each(ARMED)("is followed into a rollback while $state", (ramp) => {
    const lowered = pass({ ramp }, { observation: aFlagAt(0) });
    expect(lowered.record.ramp).toMatchObject({ state: "rolling-back", fromPercent: 0 });
    expect(codes(lowered)).toEqual(["drift/lowered-to-zero"]);
    expect(lowered.record.intention).toMatchObject({ kind: "lower", to: 0 });
  });

  test("by the environment's switch is followed as well", () => {
    const result = pass({}, { observation: aFlagSeen({ environmentEnabled: false }) });
    expect(codes(result)).toEqual(["drift/environment-off"]);
    expect(result.record.ramp.state).toBe("rolling-back");
  });
});

describe("a person who lowered exposure above 0%", () => {
  const ramp = { state: "proving", step: 2 } as const;
  const at25 = { ramp, flag: aFlagRecord({ rollout: 25 }), exposure: anExposure({ wanted: 25, set: 25 }) };

  test("sets the ceiling; the ramp halts there and nothing is written", () => {
    const result = pass(
      {
        ...at25,
        intention: anIntention({ kind: "lower", from: 25, to: 20 }),
        run: aRun({ approvals: [anApproval()] }),
      },
      { observation: aFlagAt(10) },
    );
    expect(result.record).toMatchObject({
      ramp: { state: "halted", from: { state: "proving", step: 1 }, since: NOON },
      run: { ceiling: 10, approvals: [] },
      flag: { rollout: 10 },
      exposure: { wanted: 10, set: 10, setAt: NOON, changedAt: NOON },
      intention: null,
      drift: [],
    });
    expect(codes(result)).toEqual(["drift/lowered"]);
    expect(result.decision.action).toEqual({ kind: "none" });
    expect(result.tellings.map(({ kind, page }) => ({ kind, page }))).toEqual([
      { kind: "changed-by-hand", page: false },
      { kind: "halted", page: false },
    ]);
  });

  test("never moves the ramp up, wherever the ceiling lies", () => {
    const flag = aFlagRecord({ rollout: 50 });
    const result = pass({ ...at25, ramp: PROVING, flag }, { observation: aFlagAt(40) });
    expect(result.record.ramp).toMatchObject({ state: "halted", from: PROVING });
  });

  test("takes a baking ramp back to proving", () => {
    const flag = aFlagRecord({ rollout: 100 });
    const result = pass({ ...at25, ramp: BAKING, flag }, { observation: aFlagAt(40) });
    expect(result.record.ramp).toMatchObject({ from: { state: "proving", step: 2 } });
  });

  test("halts a pause too", () => {
    const result = pass({ ...at25, ramp: aPause({ from: ramp }) }, { observation: aFlagAt(10) });
    expect(result.record.ramp).toMatchObject({ state: "halted", from: { step: 1 } });
  });

  test("of a ramp that is halted already lowers its ceiling and leaves the halt as it is", () => {
    const halted = aHalt({ from: ramp });
    const result = pass({ ...at25, ramp: halted }, { observation: aFlagAt(10) });
    expect(result.record.ramp).toEqual({ ...halted, from: { state: "proving", step: 1 } });
    expect(result.record.run?.ceiling).toBe(10);
    expect(result.tellings.map(({ kind }) => kind)).toEqual(["changed-by-hand"]);
  });

  test("who changed more leaves the rest as drift", () => {
    const observation = aFlagSeen({ strategies: [aStrategy({ rollout: "10", groupId: "other" })] });
    const result = pass(at25, { observation });
    expect(result.record.drift).toMatchObject([{ kind: "audience" }]);
    expect(result.record.run?.ceiling).toBe(10);
  });

  test.each([
    { what: "run", fields: { run: null } },
    { what: "flag", fields: { flag: null } },
  ])("is followed only where a $what is on record", ({ fields }) => {
    const result = pass({ ...at25, ...fields }, { observation: aFlagAt(10) });
    expect(result.record.ramp.state).not.toBe("halted");
  });

  test("is rolled back all the same when a signal asks for it", () => {
    const result = pass(at25, { observation: aFlagAt(10), judgement: ROLLBACK });
    expect(result.record.ramp.state).toBe("rolling-back");
  });
});

describe("a signal at halt", () => {
  test.each([PROVING, BAKING, aPause()])(
    "halts while $state, under a new token with the percent unchanged",
    (ramp) => {
      const result = pass({ ramp }, { judgement: HALT });
      expect(result.record).toMatchObject({
        ramp: {
          state: "halted",
          from: ramp.state === "paused" ? ramp.from : ramp,
          since: NOON,
          causes: [aBecause({ message: "errors: 3%, halt above 2%" })],
        },
        reassertUntil: after(10 * MINUTE),
      });
      expect(result.decision.action).toMatchObject({ kind: "retoken", from: 5, to: 5 });
      expect(result.tellings).toMatchObject([{ kind: "halted", page: false }]);
    },
  );

  test("replaces a raise under way by the new token", () => {
    const raise = anIntention();
    const result = pass(
      { intention: raise, sequence: 13, exposure: anExposure({ wanted: 25 }) },
      { judgement: HALT, observation: { kind: "unreadable", detail: "" }, flagUnreadable: "" },
    );
    expect(result.record.intention).toMatchObject({ kind: "retoken", to: 5, token: { sequence: 14 } });
    expect(result.record.exposure.wanted).toBe(5);
  });

  test("is nothing to act on while it does not count", () => {
    const result = pass({}, { judgement: judged({}, { verdict: "halt", counts: false }) });
    expect(result.record.ramp.state).toBe("proving");
  });

  test("halts only once: the next pass halts nothing anew", () => {
    const first = pass({}, { judgement: HALT });
    const landed = aFlagAt(5, first.record.intention?.title ?? "");
    const again = decide(aGate(), first.record, passFacts({ judgement: HALT, observation: landed }));
    expect(again.record.ramp).toMatchObject({ state: "halted", since: NOON });
    expect(again.tellings).toEqual([]);
    expect(again.decision.action).toEqual({ kind: "none" });
  });
});

describe("a change by a person that halts", () => {
  test.each([
    { what: "a raise", observation: aFlagAt(50), code: "drift/raised" },
    {
      what: "another audience",
      observation: aFlagSeen({ strategies: [aStrategy({ segments: "[1]" })] }),
      code: "drift/audience",
    },
    {
      what: "a strategy added",
      observation: aFlagSeen({ strategies: [aStrategy(), aStrategy({ id: "s2" })] }),
      code: "drift/strategy-added",
    },
    { what: "the strategy gone", observation: aFlagSeen({ strategies: [] }), code: "drift/strategy-gone" },
    { what: "an archived flag", observation: aFlagSeen({ archived: true }), code: "drift/flag-gone" },
    { what: "a moved flag", observation: aFlagSeen({ project: "other" }), code: "drift/flag-gone" },
    {
      what: "a percent nobody can read",
      observation: aFlagSeen({ strategies: [aStrategy({ rollout: "abc" })] }),
      code: "drift/rollout-unreadable",
    },
    {
      what: "a token newer than the record",
      observation: aFlagAt(5, "Gradual rollout [rampart 1/3 #k3f.9.1]"),
      code: "drift/restored-store",
    },
  ])("is $what: paged, and nothing is written", ({ observation, code }) => {
    const result = pass({}, { observation });
    expect(result.record.ramp).toMatchObject({ state: "halted", from: PROVING });
    expect(codes(result)).toEqual([code]);
    expect(result.record.intention).toBeNull();
    expect(result.decision.action).toEqual({ kind: "none" });
    expect(result.tellings.map(({ kind, page }) => ({ kind, page }))).toEqual([
      { kind: "changed-by-hand", page: false },
      { kind: "halted", page: true },
    ]);
  });

  test.each([
    { what: "the title", observation: aFlagAt(5, "Mine"), code: "title" },
    {
      what: "another store's token",
      observation: aFlagAt(5, "Gradual rollout [rampart 1/3 #zzz.7.12]"),
      code: "foreign-token",
    },
  ])("is not $what alone: told, and only increases wait", ({ observation, code }) => {
    const result = pass({}, { observation });
    expect(result.record.ramp).toEqual(PROVING);
    expect(result.record.intention).toBeNull();
    expect(result.record.because.map((reason) => reason.code)).toEqual([code]);
    expect(result.tellings).toMatchObject([{ kind: "changed-by-hand", page: false }]);
  });

  test("halts together with a signal, and then nothing is written either", () => {
    const result = pass({}, { observation: aFlagAt(50), judgement: HALT });
    expect(codes(result)).toEqual(["signal/halt", "drift/raised"]);
    expect(result.record.intention).toBeNull();
  });

  test("of the title keeps its words when a signal halts", () => {
    const result = pass({}, { observation: aFlagAt(5, "Mine"), judgement: HALT });
    expect(codes(result)).toEqual(["signal/halt"]);
    expect(result.record.intention).toBeNull();
    expect(result.tellings.at(-1)).toMatchObject({ kind: "halted", page: false });
  });

  test.each([
    { what: "another audience", observation: aFlagSeen({ strategies: [aStrategy({ groupId: "x" })] }) },
    {
      what: "a strategy added",
      observation: aFlagSeen({ strategies: [aStrategy(), aStrategy({ id: "s2" })] }),
    },
  ])("rolls back for $what where the file says so", ({ observation }) => {
    const result = pass({}, { observation }, { drift: { raised: "halt", changed: "rollback" } });
    expect(result.record.ramp.state).toBe("rolling-back");
  });

  test.each(["k3f.8.1", "zzz.1.1"])("halts even so where the title tells of other hands: %s", (token) => {
    const strategies = [aStrategy({ groupId: "x", title: `Gradual rollout [rampart 1/3 #${token}]` })];
    const facts = { observation: aFlagSeen({ strategies }) };
    const result = pass({}, facts, { drift: { raised: "halt", changed: "rollback" } });
    expect(result.record.ramp.state).toBe("halted");
    expect(result.record.intention).toBeNull();
  });
});

describe("a raise by a person, where the file says revert,", () => {
  const REVERT = { drift: { raised: "revert", changed: "halt" } } as const;
  const observation = aFlagAt(50);

  test.each(ARMED)(
    "goes back to the recorded percent while $state, and the ramp stays where it is",
    (ramp) => {
      const result = pass({ ramp }, { observation }, REVERT);
      expect(result.record.ramp).toEqual(ramp);
      expect(result.record.intention).toMatchObject({
        kind: "lower",
        from: 50,
        to: 5,
        step: ramp === BAKING ? 3 : 1,
        decision: "dec_2",
        at: NOON,
      });
      expect(result.tellings.map(({ kind }) => kind)).toEqual(["changed-by-hand"]);
    },
  );

  test("is not written back twice while the first write is under way", () => {
    const lower = anIntention({ kind: "lower", from: 50, to: 5, step: 1 });
    const result = pass({ intention: lower, sequence: 13 }, { observation }, REVERT);
    expect(result.record.intention).toEqual(lower);
  });

  test("goes back also in the pass in which a signal halts", () => {
    const result = pass({}, { observation, judgement: HALT }, REVERT);
    expect(codes(result)).toEqual(["signal/halt"]);
    expect(result.record.intention).toMatchObject({ kind: "lower", to: 5 });
    expect(result.tellings.at(-1)).toMatchObject({ kind: "halted", page: false });
  });

  test("is nothing to write back without a record of the flag", () => {
    const idle = pass({ flag: null }, { observation }, REVERT);
    expect(idle.record.intention).toBeNull();
  });
});

const haltedFor = (alarmMs: number) => ({
  ramp: aHalt({ alarmMs, remindedAt: NOON - HOUR }),
  lastPass: aLastPass({ at: NOON - MINUTE, alarmed: true }),
});

describe("the deadline of a halt", () => {
  test("runs between passes that both find a signal at halt", () => {
    const { ramp } = pass(haltedFor(HOUR), { judgement: HALT }).record;
    expect(ramp).toMatchObject({ state: "halted", alarmMs: HOUR + MINUTE });
  });

  test("turns the halt into a rollback when it is reached", () => {
    const result = pass(haltedFor(2 * HOUR - MINUTE), { judgement: HALT });
    expect(result.record.ramp.state).toBe("rolling-back");
    expect(codes(result)).toEqual(["state/halt-deadline"]);
    expect(result.tellings[0]?.text).toContain("nobody decided on the halt before its deadline");
    const sooner = pass(haltedFor(2 * HOUR - MINUTE - 1), { judgement: HALT });
    expect(sooner.record.ramp.state).toBe("halted");
  });

  test.each([
    { what: "the signal is good again", judgement: aJudgement(), lastAlarmed: true },
    { what: "the source is dark", judgement: DARK, lastAlarmed: true },
    { what: "the last pass saw none at halt", judgement: HALT, lastAlarmed: false },
  ])("stands still while $what", ({ judgement, lastAlarmed }) => {
    const record = { ...haltedFor(HOUR), lastPass: aLastPass({ at: NOON - MINUTE, alarmed: lastAlarmed }) };
    expect(pass(record, { judgement }).record.ramp).toMatchObject({ state: "halted", alarmMs: HOUR });
  });

  test("stands still at the first pass and when the clock went back", () => {
    expect(pass({ ...haltedFor(HOUR), lastPass: null }, { judgement: HALT }).record.ramp).toMatchObject({
      alarmMs: HOUR,
    });
    const ahead = aLastPass({ at: NOON + MINUTE, alarmed: true });
    expect(pass({ ...haltedFor(HOUR), lastPass: ahead }, { judgement: HALT }).record.ramp).toMatchObject({
      alarmMs: HOUR,
    });
  });

  test("runs also while the flag drifts", () => {
    const { ramp } = pass(haltedFor(HOUR), { judgement: HALT, observation: aFlagAt(50) }).record;
    expect(ramp).toMatchObject({ alarmMs: HOUR + MINUTE });
  });

  test.each([
    { code: "breached", source: "main", alarmed: true },
    { code: "missing", source: "main", alarmed: false },
    { code: "missing", source: "other", alarmed: true },
  ] as const)("during maintenance of $source counts a halt for $code as an alarm: $alarmed", (given) => {
    const { code, source, alarmed } = given;
    const maintenance = [aMaintenance({ source, since: NOON - MINUTE })];
    const halt = { verdict: "halt", code } as const;
    expect(isAlarmed(aGate(), passFacts({ judgement: judged(halt), maintenance }))).toBe(alarmed);
    expect(pass({}, { judgement: judged(halt), maintenance }).record.lastPass?.alarmed).toBe(alarmed);
  });

  test.each([
    { signal: { verdict: "halt", code: "breached" }, alarmed: true },
    { signal: { verdict: "halt", code: "missing" }, alarmed: true },
    { signal: { verdict: "halt", code: "dark" }, alarmed: false },
    { signal: { verdict: "halt", code: "breached", counts: false }, alarmed: false },
    { signal: { verdict: "wait", code: "missing" }, alarmed: false },
  ] as const)("counts $signal as an alarm: $alarmed", ({ signal, alarmed }) => {
    expect(isAlarmed(aGate(), passFacts({ judgement: judged(signal) }))).toBe(alarmed);
    expect(isAlarmed(aGate(), passFacts({ judgement: judged({}, signal) }))).toBe(alarmed);
    expect(pass({}, { judgement: judged(signal) }).record.lastPass?.alarmed).toBe(alarmed);
  });
});

describe("a halt that waits for a person", () => {
  const causes = [aBecause({ kind: "drift", code: "audience", message: "segments changed" })];
  const halted = (sinceReminder: number) => ({
    ramp: aHalt({ causes, remindedAt: NOON - sinceReminder }),
  });

  test.each([
    { what: "drift", judgement: aJudgement() },
    { what: "a dark source", judgement: DARK },
    { what: "a signal that waits", judgement: WAIT },
  ])("by $what is paged again after half an hour", ({ judgement }) => {
    const due = pass(halted(30 * MINUTE), { judgement });
    expect(due.tellings).toMatchObject([{ kind: "halt-reminder", page: true }]);
    expect(due.tellings[0]?.text).toContain("segments changed");
    expect(due.record.ramp).toMatchObject({ state: "halted", remindedAt: NOON });
    const sooner = pass(halted(30 * MINUTE - 1), { judgement });
    expect(sooner.tellings).toEqual([]);
    expect(sooner.record.ramp).toMatchObject({ remindedAt: NOON - 30 * MINUTE + 1 });
  });

  test("is not one with a signal at halt: its deadline runs instead", () => {
    expect(pass(halted(HOUR), { judgement: HALT }).tellings).toEqual([]);
  });

  test("stays halted however good everything is", () => {
    const result = pass({ ramp: aHalt({ remindedAt: NOON }) });
    expect(result.record.ramp.state).toBe("halted");
    expect(result.record.intention).toBeNull();
  });
});

test("a dark source halts like a signal, under a new token", () => {
  const result = pass({}, { judgement: DARK, now: NOON + SECOND });
  expect(result.record.ramp.state).toBe("halted");
  expect(result.decision.action).toMatchObject({ kind: "retoken" });
  expect(result.tellings[0]?.text).toContain("This halt waits for a person.");
});
