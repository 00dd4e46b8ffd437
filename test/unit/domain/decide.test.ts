import { describe, expect, test } from "vitest";
import { type PassResult, decide, nextPercent } from "../../../src/domain/decide.ts";
import { landedTells } from "../../../src/domain/pass-tells.ts";
import type { PassFacts } from "../../../src/domain/draft.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateJudgement } from "../../../src/domain/judge.ts";
import type { Maintenance } from "../../../src/domain/maintenance.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import type { SignalJudgement } from "../../../src/domain/verdict.ts";
import {
  NOON,
  aBecause,
  aDemand,
  aFlagAt,
  aFlagEvent,
  aFlagRecord,
  aGate,
  aHalt,
  aJudgement,
  aLastPass,
  aPause,
  aRecord,
  aRollback,
  aRun,
  aSignal,
  aSignalClock,
  aSignalJudgement,
  aStep,
  after,
  anApproval,
  anExposure,
  anIntention,
  passFacts,
  aMaintenance,
} from "../../support/builders.ts";

function pass(
  record: Partial<GateRecord> = {},
  facts: Partial<PassFacts> = {},
  gate: Partial<Gate> = {},
): PassResult {
  return decide(aGate(gate), aRecord(record), passFacts(facts));
}

function judged(fields: Partial<SignalJudgement>): GateJudgement {
  return aJudgement({ verdict: fields.verdict ?? "good", signals: [aSignalJudgement(fields)] });
}

const WAIT = judged({ verdict: "wait", code: "between", message: "1.5%" });
const BAKING = {
  ramp: { state: "baking", step: 3 },
  flag: aFlagRecord({ rollout: 100 }),
  exposure: anExposure({ wanted: 100, set: 100 }),
} as const;
const AT_100 = { observation: aFlagAt(100) };

function codes(result: PassResult): readonly string[] {
  return result.record.because.map(({ kind, code }) => `${kind}/${code}`);
}

function told(result: PassResult) {
  return result.tellings.map(({ kind, page }) => ({ kind, page }));
}

describe("a pass in which the whole law of growth holds", () => {
  test("intends the next step, and no other", () => {
    const { record, decision, tellings } = pass();
    expect(record.intention).toEqual({
      kind: "raise",
      from: 5,
      to: 25,
      step: 2,
      decision: "dec_2",
      at: NOON,
      token: { step: 2, of: 3, store: "k3f", epoch: 7, sequence: 13 },
      title: "Gradual rollout [rampart 2/3 #k3f.7.13]",
    });
    expect(record.ramp).toEqual({ state: "proving", step: 1 });
    expect(record.exposure).toMatchObject({ wanted: 25, set: 5 });
    expect(record.because).toEqual([]);
    expect(decision.action).toEqual({ kind: "raise", from: 5, to: 25, title: record.intention?.title });
    expect(tellings).toEqual([]);
  });

  test("never skips a step, however long it has waited", () => {
    const held = {
      holdMs: 30 * DAY,
      exposure: anExposure({ setAt: NOON - 30 * DAY, changedAt: NOON - 30 * DAY }),
    };
    expect(pass(held).record.intention?.to).toBe(25);
  });

  test("enters step 1 from 0% like any other step", () => {
    const start = {
      ramp: { state: "proving", step: 0 },
      holdMs: 0,
      flag: aFlagRecord({ rollout: 0 }),
      exposure: anExposure({ wanted: 0, set: 0 }),
    } as const;
    const { intention } = pass(start, { observation: aFlagAt(0) }).record;
    expect(intention).toMatchObject({ kind: "raise", from: 0, to: 5, step: 1 });
  });

  test("has nothing to intend beyond the last step, or for a flag of which nothing is known", () => {
    const last = { ...BAKING, ramp: { state: "proving", step: 3 } } as const;
    expect(pass(last, AT_100).record.intention).toBeNull();
    expect(
      pass({ flag: null, exposure: anExposure({ set: 0 }) }, { observation: aFlagAt(0) }).record.intention,
    ).toBeNull();
  });

  test("tells of the step once it is read back", () => {
    const raised = pass().record;
    const title = raised.intention?.title ?? "";
    const next = decide(
      aGate(),
      raised,
      passFacts({ now: after(15 * SECOND), decision: "dec_3", observation: aFlagAt(25, title) }),
    );
    expect(next.record.ramp).toEqual({ state: "proving", step: 2 });
    expect(next.record.holdMs).toBe(0);
    expect(next.record.intention).toBeNull();
    expect(codes(next)).toEqual(["hold/hold", "settle/settling"]);
    expect(next.tellings).toMatchObject([
      { kind: "advanced", page: false, title: "checkout went from 5% to 25%, step 2 of 3" },
    ]);
  });

  test("does not raise again in the pass that finds the last raise done, though the step has no hold", () => {
    const steps = [5, 25, 100].map((to) => aStep({ to, holdMs: 0 }));
    const raised = pass({}, {}, { steps }).record;
    const next = decide(
      aGate({ steps }),
      raised,
      passFacts({ observation: aFlagAt(25, raised.intention?.title ?? "") }),
    );
    expect(next.record.ramp).toEqual({ state: "proving", step: 2 });
    expect(next.record.intention).toBeNull();
    expect(codes(next)).toEqual(["settle/settling"]);
  });
});

describe("a raise", () => {
  test.each([
    { from: 5, text: "5% to 25%, step 2 of 3" },
    { from: null, text: "0% to 25%, step 2 of 3" },
  ])("from $from% is told in words when it landed", ({ from, text }) => {
    expect(landedTells(aGate(), anIntention({ from }), aRecord())).toEqual([
      {
        kind: "advanced",
        page: false,
        causes: [aBecause({ kind: "state", code: "proving", message: text })],
      },
    ]);
  });

  test.each(["lower", "retoken", "restore"] as const)("is not what a %s is told as", (kind) => {
    expect(landedTells(aGate(), anIntention({ kind }), aRecord())).toEqual([]);
  });

  test("under way is not decided again before it is resolved", () => {
    const observation = { kind: "unreadable", detail: "timeout" } as const;
    const result = pass({ intention: anIntention() }, { observation, flagUnreadable: "timeout" });
    expect(result.record.intention).toEqual(anIntention());
    expect(result.decision.action).toEqual({ kind: "none" });
    expect(codes(result)).toEqual(["health/flag-unreadable", "claim/write-pending"]);
  });
});

describe("the hold clock", () => {
  const young = { holdMs: MINUTE, exposure: anExposure({ setAt: NOON - HOUR }) };

  test("grows by the time between two passes that count", () => {
    expect(pass(young).record.holdMs).toBe(MINUTE + 15 * SECOND);
  });

  test.each([
    { what: "this pass does not count", record: young, facts: { judgement: WAIT } },
    {
      what: "the last pass did not count",
      record: { ...young, lastPass: aLastPass({ counted: false }) },
      facts: {},
    },
    { what: "the title drifts", record: young, facts: { observation: aFlagAt(5, "Mine") } },
    { what: "it is the first pass", record: { ...young, lastPass: null }, facts: {} },
    { what: "a person paused", record: { ...young, ramp: aPause() }, facts: {} },
  ])("stands still while $what", ({ record, facts }) => {
    expect(pass(record, facts).record.holdMs).toBe(MINUTE);
  });

  test("starts when the percent is verified as set, not at a pass before that", () => {
    const exposure = anExposure({ setAt: NOON - 10 * SECOND });
    expect(pass({ holdMs: 0, exposure }).record.holdMs).toBe(10 * SECOND);
    const atThePass = anExposure({ setAt: NOON - 15 * SECOND });
    expect(pass({ holdMs: 0, exposure: atThePass }).record.holdMs).toBe(15 * SECOND);
    const unverified = anExposure({ setAt: null });
    expect(pass({ holdMs: 0, exposure: unverified }).record.holdMs).toBe(0);
  });

  test("starts anew after a gap longer than the step's hold", () => {
    const lastPass = aLastPass({ at: NOON - 31 * MINUTE });
    expect(pass({ ...young, lastPass }).record.holdMs).toBe(0);
    expect(
      pass({ ...young, lastPass }, {}, { steps: [aStep({ holdMs: HOUR }), aStep({ to: 25 })] }).record.holdMs,
    ).toBe(MINUTE);
  });

  test("before the first step has no hold to reach", () => {
    const start = {
      ramp: { state: "proving", step: 0 },
      holdMs: 0,
      flag: aFlagRecord({ rollout: 0 }),
      exposure: anExposure({ wanted: 0, set: 0 }),
      lastPass: aLastPass({ at: NOON - MINUTE }),
    } as const;
    expect(pass(start, { observation: aFlagAt(0) }).record.intention?.kind).toBe("raise");
  });
});

describe("a ramp at the last step", () => {
  test("bakes by the same clock as a hold", () => {
    const { record } = pass({ ...BAKING, bakeMs: HOUR }, AT_100);
    expect(record).toMatchObject({ bakeMs: HOUR + 15 * SECOND, holdMs: 30 * MINUTE });
    expect(record.ramp.state).toBe("baking");
    const unseen = { ...BAKING, exposure: anExposure({ wanted: 100, set: 100, setAt: NOON - SECOND }) };
    expect(pass({ ...unseen, bakeMs: 0 }, AT_100).record.bakeMs).toBe(SECOND);
    const long = {
      lastPass: aLastPass({ at: NOON - 2 * DAY }),
      exposure: anExposure({ wanted: 100, set: 100, setAt: NOON - 3 * DAY }),
    };
    expect(pass({ ...BAKING, ...long, bakeMs: HOUR }, AT_100).record.bakeMs).toBe(0);
  });

  test("says how much of the bake is left, and every other reason", () => {
    const observation = aFlagAt(100, "Mine");
    const result = pass({ ...BAKING, bakeMs: HOUR }, { judgement: WAIT, observation });
    expect(codes(result)).toEqual(["state/baking", "hold/bake", "signal/between", "drift/title"]);
    expect(result.record.because[1]).toEqual(
      aBecause({ kind: "hold", code: "bake", message: "baked 1h of 1d", until: after(23 * HOUR) }),
    );
  });

  test("finishes when the bake is over and every signal that counts is good", () => {
    const result = pass({ ...BAKING, bakeMs: DAY - 15 * SECOND }, AT_100);
    expect(result.record.ramp).toEqual({ state: "finished", since: NOON });
    expect(codes(result)).toEqual(["state/finished"]);
    expect(told(result)).toEqual([{ kind: "finished", page: false }]);
    expect(result.tellings[0]?.text).toBe("Why: all conditions hold.");
    expect(result.decision).toMatchObject({ before: "baking", after: "finished" });
    expect(result.record.intention).toBeNull();
  });

  test.each([
    { what: "the bake lasts", facts: AT_100, bakeMs: DAY - 15 * SECOND - 1 },
    { what: "a signal is not good", facts: { ...AT_100, judgement: WAIT }, bakeMs: 2 * DAY },
    { what: "the title drifts", facts: { observation: aFlagAt(100, "Mine") }, bakeMs: 2 * DAY },
  ])("does not finish while $what", ({ facts, bakeMs }) => {
    expect(pass({ ...BAKING, bakeMs }, facts).record.ramp.state).toBe("baking");
  });

  test("halted from there bakes no further, however long it has", () => {
    const halted = aHalt({ from: BAKING.ramp, remindedAt: NOON });
    const result = pass({ ...BAKING, ramp: halted, bakeMs: 2 * DAY }, AT_100);
    expect(result.record.ramp).toEqual(halted);
  });

  test("does not wait for signals that do not count", () => {
    const judgement = judged({ verdict: "halt", counts: false });
    expect(pass({ ...BAKING, bakeMs: 2 * DAY }, { ...AT_100, judgement }).record.ramp.state).toBe("finished");
  });
});

describe("an approval given", () => {
  const steps = [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand()] }), aStep({ to: 100 })];
  const given = { run: aRun({ approvals: [anApproval()] }) };

  test("lets the ramp enter its step", () => {
    const { record, decision } = pass(given, {}, { steps });
    expect(record.intention?.kind).toBe("raise");
    expect(decision.approvals).toEqual(["approver"]);
  });

  test.each([
    { what: "missing", judgement: judged({ verdict: "wait", code: "missing" }) },
    { what: "short", judgement: judged({ verdict: "wait", code: "short" }) },
    { what: "settling", judgement: judged({ verdict: "wait", code: "settling" }) },
  ])("is kept while a signal is $what", ({ judgement }) => {
    const { record } = pass(given, { judgement }, { steps });
    expect(record.run?.approvals).toEqual([anApproval()]);
    expect(record.intention).toBeNull();
  });

  test("is kept through a pause", () => {
    expect(pass({ ...given, ramp: aPause() }, {}, { steps }).record.run?.approvals).toEqual([anApproval()]);
  });

  test.each([
    { what: "between", judgement: WAIT },
    { what: "at halt", judgement: judged({ verdict: "halt", code: "breached" }) },
    { what: "at rollback", judgement: judged({ verdict: "rollback", code: "breached" }) },
  ])("is void when a signal is $what", ({ judgement }) => {
    expect(pass(given, { judgement }, { steps }).record.run?.approvals).toEqual([]);
  });

  test.each([
    { what: "it expires", facts: { now: anApproval().expiresAt } },
    {
      what: "the definition changes",
      facts: { definition: { ...passFacts().definition, hash: "sha256:bb" } },
    },
    { what: "the approver has other rights", facts: { people: new Map([["approver", ["finance"]]]) } },
    { what: "the approver is nobody any more", facts: { people: new Map() } },
  ])("is void when $what", ({ facts }) => {
    expect(pass(given, facts, { steps }).record.run?.approvals).toEqual([]);
  });

  test.each([
    { ramp: { state: "proving", step: 2 } },
    { ramp: { state: "baking", step: 2 } },
    { ramp: aPause({ from: { state: "baking", step: 1 } }) },
    { ramp: { state: "finished", since: NOON } },
  ] as const)("is void where the ramp does not stand before its step: $ramp.state", ({ ramp }) => {
    expect(pass({ ...given, ramp }, {}, { steps }).record.run?.approvals).toEqual([]);
  });

  test("stays the only one of several that are void", () => {
    const run = aRun({ approvals: [anApproval({ step: 3 }), anApproval()] });
    expect(pass({ run }, { judgement: judged({ verdict: "wait", code: "short" }) }).record.run).toEqual(
      aRun({ approvals: [anApproval()] }),
    );
  });
});

describe("people are asked for an approval", () => {
  const steps = [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand()] })];
  const needed = aBecause({ kind: "approval", code: "needed", opens: "rampart approve checkout" });

  test("as soon as nothing but it and time is left", () => {
    const result = pass({ holdMs: 0 }, {}, { steps });
    expect(told(result)).toEqual([{ kind: "needs-approval", page: false }]);
    expect(result.tellings[0]?.text).toBe(
      "Why: 25% needs an approval by release-leads.\nNext: rampart approve checkout",
    );
    expect(result.record.intention).toBeNull();
  });

  test("once, not in every pass", () => {
    expect(told(pass({ because: [needed] }, {}, { steps }))).toEqual([]);
  });

  test("when what stood in the way is over", () => {
    const because = [needed, aBecause({ kind: "settle", code: "settling" })];
    expect(told(pass({ because }, {}, { steps }))).toEqual([{ kind: "needs-approval", page: false }]);
  });

  test("not while a signal stands in the way, nor where none is needed", () => {
    expect(told(pass({}, { judgement: WAIT }, { steps }))).toEqual([]);
    expect(told(pass({ holdMs: 0 }))).toEqual([]);
  });
});

describe("the first pass of another process", () => {
  test("writes its token first, with the percent unchanged, and raises nothing", () => {
    const { record, decision } = pass({}, { epoch: 8 });
    expect(record.intention).toMatchObject({
      kind: "retoken",
      from: 5,
      to: 5,
      decision: "dec_2",
      at: NOON,
      token: { epoch: 8, sequence: 13, step: 1 },
    });
    expect(record.epoch).toBe(8);
    expect(decision.action).toMatchObject({ kind: "retoken" });
  });

  test.each([
    {
      what: "its own write is under way",
      record: { intention: anIntention({ kind: "lower", to: 5 }) },
      facts: {},
    },
    { what: "a person changed the flag", record: {}, facts: { observation: aFlagAt(5, "Mine") } },
    {
      what: "the flag cannot be read",
      record: {},
      facts: { observation: { kind: "unreadable", detail: "" } as const, flagUnreadable: "timeout" },
    },
    { what: "the ramp is at rest", record: { ramp: { state: "finished", since: NOON } as const }, facts: {} },
  ])("writes none while $what", ({ record, facts }) => {
    const { intention } = pass(record, { ...facts, epoch: 8 }).record;
    expect(intention).toEqual("intention" in record ? record.intention : null);
  });

  test("comes after halting and before a halt goes on", () => {
    const halted = pass({ ramp: aHalt({ remindedAt: NOON }) }, { epoch: 8 });
    expect(halted.record.intention).toMatchObject({ kind: "retoken", token: { epoch: 8 } });
  });
});

describe("a gate that only observes", () => {
  const observed = { acting: null, ramp: { state: "idle" }, run: null, flag: null } as const;

  test.each([
    { judgement: aJudgement(), would: "advance" },
    { judgement: WAIT, would: null },
    { judgement: judged({ verdict: "halt", code: "breached" }), would: "halt" },
    { judgement: judged({ verdict: "rollback", code: "breached" }), would: "rollback" },
  ])("says what it would have done ($would) and intends nothing", ({ judgement, would }) => {
    const { record, decision, tellings } = pass(observed, { judgement });
    expect(decision).toMatchObject({ would, action: { kind: "none" } });
    expect(record.intention).toBeNull();
    expect(record.ramp).toEqual({ state: "idle" });
    expect(tellings).toEqual([]);
  });

  test("by its file intends nothing whatever the record says", () => {
    const { record, decision } = pass({}, {}, { mode: "observe" });
    expect(record.intention).toBeNull();
    expect(record.ramp).toEqual({ state: "proving", step: 1 });
    expect(decision.would).toBe("advance");
  });

  test("says nothing of what it would do once it acts", () => {
    expect(pass().decision.would).toBeNull();
  });

  test("still drives a rollback that was ordered to its end", () => {
    const { decision } = pass({ acting: null, ramp: aRollback() }, { observation: aFlagAt(5) });
    expect(decision).toMatchObject({ would: null, action: { kind: "lower", to: 0 } });
  });
});

describe("a ramp at rest", () => {
  const done = { state: "finished", since: NOON - DAY } as const;
  const back = { state: "rolled-back", since: NOON - DAY, fromPercent: 5, causes: [aBecause()] } as const;
  const idle = { state: "idle" } as const;

  test.each([done, back, idle])("does nothing while $state, whatever signals say", (ramp) => {
    const judgement = judged({ verdict: "rollback", code: "breached" });
    const result = pass({ ramp, holdMs: DAY }, { judgement, epoch: 8 });
    expect(result.record.ramp).toEqual(ramp);
    expect(result.record.intention).toBeNull();
    expect(result.tellings).toEqual([]);
  });

  test.each([done, back, idle])("that a person raised pages while $state, and nothing is written", (ramp) => {
    const result = pass({ ramp }, { observation: aFlagAt(50) });
    expect(told(result)).toEqual([{ kind: "changed-by-hand", page: true }]);
    expect(result.record.intention).toBeNull();
    expect(codes(result)).toContain("drift/raised");
  });

  test("pages for a rise alone, not for any other drift at that percent", () => {
    const exposure = anExposure({ set: 3 });
    const flag = aFlagRecord({ groupId: "other" });
    expect(told(pass({ ramp: done, exposure, flag }))).toEqual([{ kind: "changed-by-hand", page: false }]);
  });

  test("that a person lowered is told without a page", () => {
    const result = pass({ ramp: done }, { observation: aFlagAt(3) });
    expect(told(result)).toEqual([{ kind: "changed-by-hand", page: false }]);
    expect(codes(result)).toEqual(["state/finished", "drift/lowered"]);
  });

  test("that never ran pages when the flag rises, and not because it stood there before", () => {
    const never = { ramp: idle, run: null, flag: null, intention: null } as const;
    const at = (set: number | null) => ({ ...never, exposure: anExposure({ wanted: null, set }) });
    const observation = aFlagAt(30);
    expect(told(pass(at(10), { observation }))).toEqual([{ kind: "changed-by-hand", page: true }]);
    expect(told(pass(at(30), { observation }))).toEqual([{ kind: "changed-by-hand", page: false }]);
    expect(told(pass(at(50), { observation }))).toEqual([{ kind: "changed-by-hand", page: false }]);
    expect(told(pass(at(null), { observation }))).toEqual([{ kind: "changed-by-hand", page: false }]);
    expect(codes(pass(at(30), { observation }))).toEqual(["state/idle", "drift/unmanaged"]);
  });

  test("in observe mode is told of changes without a page", () => {
    expect(told(pass({ ramp: back, acting: null }, { observation: aFlagAt(50) }))).toEqual([
      { kind: "changed-by-hand", page: false },
    ]);
  });

  test("names whom the event log names", () => {
    const events = [aFlagEvent({ rolloutAfter: "50" })];
    const result = pass({ ramp: done }, { observation: aFlagAt(50), events });
    expect(result.tellings[0]?.text).toContain("5% was changed to 50% by operator");
  });
});

describe("a decrease by a person that a write of ours ran over", () => {
  test("is given back by the pass that finds it in the log", () => {
    const intention = anIntention();
    const events = [
      aFlagEvent({ id: 1, rolloutAfter: "2" }),
      aFlagEvent({ id: 2, by: "rampart", byUserId: 1, rolloutAfter: "25", titleAfter: intention.title }),
    ];
    const result = pass(
      { intention, sequence: 13, exposure: anExposure({ wanted: 25 }) },
      { observation: aFlagAt(25, intention.title), events },
    );
    expect(result.record.ramp.state).toBe("halted");
    expect(result.record.intention).toMatchObject({ kind: "lower", to: 2 });
    expect(told(result)).toEqual([
      { kind: "advanced", page: false },
      { kind: "halted", page: false },
    ]);
  });
});

const file = (status: "valid" | "changed" | "invalid" | "gone", hash = "sha256:aa") => ({
  definition: { ...passFacts().definition, status, hash },
});

const known = (code: string) => ({ because: [aBecause({ kind: "definition", code })] });

describe("the definition of a run", () => {
  test.each([
    { status: "changed", page: false },
    { status: "invalid", page: false },
    { status: "gone", page: true },
  ] as const)("that is $status is told once, without a halt", ({ status, page }) => {
    const first = pass({}, file(status));
    expect(told(first)).toEqual([{ kind: "definition", page }]);
    expect(first.tellings[0]?.text).toContain(first.record.because[0]?.message);
    expect(first.record.ramp).toEqual({ state: "proving", step: 1 });
    expect(first.record.intention).toBeNull();
    expect(told(pass(known(status), file(status)))).toEqual([]);
    expect(told(pass({ because: [aBecause({ kind: "state", code: status })] }, file(status)))).toHaveLength(
      1,
    );
  });

  test("that is changed and then gone is told again", () => {
    expect(told(pass(known("changed"), file("gone")))).toEqual([{ kind: "definition", page: true }]);
  });

  test.each([0, null])("that is gone pages nobody at %s%", (set) => {
    const exposure = anExposure({ wanted: 0, set });
    const record = { exposure, flag: aFlagRecord({ rollout: 0 }) };
    expect(told(pass(record, { ...file("gone"), observation: aFlagAt(0) }))).toEqual([
      { kind: "definition", page: false },
    ]);
  });

  test("is told while the ramp bakes or is paused too, and named among the reasons", () => {
    expect(codes(pass({ ...BAKING, bakeMs: HOUR }, { ...AT_100, ...file("gone") }))).toEqual([
      "state/baking",
      "definition/gone",
      "hold/bake",
    ]);
    expect(told(pass({ ramp: aPause() }, file("changed")))).toEqual([{ kind: "definition", page: false }]);
  });

  test("is nobody's business where no run stands on it", () => {
    const ramp = { state: "finished", since: NOON } as const;
    expect(told(pass({ ramp }, file("gone")))).toEqual([]);
    expect(told(pass({}, file("valid")))).toEqual([]);
  });
});

const dark = (minutes: number) => new Map([["main", NOON - minutes * MINUTE]]);

const work = (since: number, until: number) => ({
  maintenance: [aMaintenance({ since: NOON + since, until: NOON + until })],
});

describe("a source that answers nothing", () => {
  const WAITS = judged({ verdict: "wait", code: "dark" });

  test("is paged once, after its time, with what will happen", () => {
    const result = pass({}, { dark: dark(5), judgement: WAITS });
    expect(told(result)).toEqual([{ kind: "cannot-see", page: true }]);
    expect(result.tellings[0]).toMatchObject({
      title: "checkout cannot see its signals at 5%",
      text: "Why: source main has answered nothing for 5m; halts 25m from now.",
    });
    expect(told(pass({ lastPass: aLastPass({ at: NOON }) }, { dark: dark(5), judgement: WAITS }))).toEqual(
      [],
    );
  });

  test.each([
    { what: "sooner", facts: { dark: new Map([["main", NOON - 5 * MINUTE + 1]]) }, record: {} },
    { what: "at the first pass ever", facts: { dark: dark(10) }, record: { lastPass: null } },
    {
      what: "for another gate's source",
      facts: { dark: new Map([["other", NOON - 5 * MINUTE]]) },
      record: {},
    },
  ])("is not paged $what", ({ facts, record }) => {
    expect(told(pass(record, { ...facts, judgement: WAITS }))).toEqual([]);
  });

  const before = aLastPass({ at: NOON - MINUTE });

  test("is paged by nobody during maintenance", () => {
    const facts = { dark: dark(5), judgement: WAITS, ...work(-HOUR, HOUR) };
    expect(told(pass({ lastPass: before }, facts)).filter(({ page }) => page)).toEqual([]);
  });

  test("is paged again by the first pass after maintenance, and not by the next", () => {
    const facts = { dark: dark(6), judgement: WAITS };
    expect(told(pass({ lastPass: before }, { ...facts, ...work(-HOUR, -SECOND) }))).toEqual([
      { kind: "cannot-see", page: true },
    ]);
    expect(told(pass({ lastPass: before }, { ...facts, ...work(-HOUR, -MINUTE) }))).toEqual([]);
  });

  test("is paged when its clock comes to its time after maintenance, however long that was", () => {
    const facts = { dark: dark(5), judgement: WAITS };
    expect(told(pass({ lastPass: before }, { ...facts, ...work(-HOUR, -2 * MINUTE) }))).toEqual([
      { kind: "cannot-see", page: true },
    ]);
  });

  test.each([
    { data: { darkHaltMs: null, darkRollbackMs: HOUR }, text: "; rolls back 55m from now" },
    {
      data: { darkHaltMs: HOUR, darkRollbackMs: 2 * HOUR },
      text: "; halts 55m from now, rolls back 1h55m from now",
    },
    { data: { darkHaltMs: null, darkRollbackMs: null }, text: "" },
  ])("says what the gate does about it: '$text'", ({ data, text }) => {
    const gate = { data: { ...aGate().data, ...data }, signals: [aSignal({ source: "other" }), aSignal()] };
    const result = pass({}, { dark: dark(5), judgement: WAITS }, gate);
    expect(result.tellings[0]?.text).toBe(`Why: source main has answered nothing for 5m${text}.`);
  });
});

const passWith = (maintenance: readonly Maintenance[], record: Partial<GateRecord>) =>
  pass(record, { maintenance });

describe("maintenance of a source", () => {
  const WORK = aMaintenance({ since: NOON - MINUTE, until: after(HOUR) });
  const lastPass = aLastPass({ at: NOON - MINUTE });
  const knowing = aLastPass({ at: NOON - MINUTE, maintenance: [{ source: "main", id: "mnt_1" }] });

  test("is told once, when it begins, with who ordered it and why", () => {
    const { tellings, record } = passWith([WORK], { lastPass });
    expect(tellings).toMatchObject([
      {
        kind: "maintenance",
        page: false,
        title: "checkout takes notice of maintenance, at 5%",
        text: "Why: clocks of source main stand still, maintenance by operator for another 1h: Prometheus is upgraded.",
      },
    ]);
    expect(record.lastPass?.maintenance).toEqual([{ source: "main", id: "mnt_1" }]);
    expect(told(passWith([WORK], { lastPass: knowing }))).toEqual([]);
  });

  test("is told once more, when it is over", () => {
    const { tellings, record } = passWith([{ ...WORK, until: NOON }], { lastPass: knowing });
    expect(tellings).toMatchObject([
      {
        kind: "maintenance",
        text: "Why: maintenance of source main is over: its clocks go on from where they stood.",
      },
    ]);
    expect(record.lastPass).not.toHaveProperty("maintenance");
    expect(told(passWith([], { lastPass }))).toEqual([]);
  });

  test("that takes the place of another is told as what it is, and not as the other's end", () => {
    const next = { ...WORK, id: "mnt_2", since: NOON, until: after(2 * HOUR) };
    const { tellings } = passWith([{ ...WORK, until: NOON }, next], { lastPass: knowing });
    expect(tellings).toHaveLength(1);
    expect(tellings[0]?.text).toContain("for another 2h");
  });

  test("is nobody's business at the first pass of all, and where no run stands on it", () => {
    expect(told(passWith([WORK], { lastPass: null }))).toEqual([]);
    expect(told(passWith([WORK], { lastPass, ramp: { state: "finished", since: NOON } }))).toEqual([]);
  });

  test("closes nothing by itself", () => {
    const { decision } = passWith([WORK], { lastPass });
    expect(decision.because).toEqual(passWith([], { lastPass }).decision.because);
  });
});

describe("the decision", () => {
  test("keeps everything the pass knew and did", () => {
    const facts = passFacts({ actor: "operator" });
    const { decision, record } = pass({}, facts);
    expect(decision).toEqual({
      id: "dec_2",
      gate: "checkout",
      run: "run_1",
      definition: "sha256:aa",
      at: NOON,
      lastAt: NOON,
      count: 1,
      actor: "operator",
      before: "proving",
      after: "proving",
      step: 1,
      of: 3,
      verdict: "good",
      because: [],
      signals: facts.judgement.signals,
      alerts: [],
      exposure: record.exposure,
      flag: facts.observation,
      served: facts.served,
      approvals: [],
      action: { kind: "raise", from: 5, to: 25, title: "Gradual rollout [rampart 2/3 #k3f.7.13]" },
      would: null,
    });
  });

  test("of a gate without a run names none", () => {
    const { decision } = pass({ ramp: { state: "idle" }, run: null });
    expect(decision).toMatchObject({ run: null, step: 0, approvals: [] });
  });

  test("leaves the pass on record: when, whether it counts, and the clocks of its judgement", () => {
    const clocks = { errors: aSignalClock({ missingStreak: 1 }) };
    const { record } = pass({}, { judgement: { ...WAIT, clocks } });
    expect(record.lastPass).toEqual({
      at: NOON,
      counted: false,
      alarmed: false,
      astray: false,
      decision: "dec_2",
    });
    expect(record.clocks).toEqual(clocks);
    expect(pass().record.lastPass?.counted).toBe(true);
  });

  test("acts on nothing when a write under way is only tried again", () => {
    const lower = anIntention({ kind: "lower", from: 50, to: 5, step: 1 });
    const { decision, record } = pass({ intention: lower }, { observation: aFlagAt(50) });
    expect(record.intention).toEqual(lower);
    expect(decision.action).toEqual({ kind: "none" });
  });
});

describe("the same pass twice", () => {
  test.each([
    { what: "good", facts: {} },
    { what: "waiting", facts: { judgement: WAIT } },
    { what: "halting", facts: { judgement: judged({ verdict: "halt", code: "breached" }) } },
    { what: "with a person's raise", facts: { observation: aFlagAt(50) } },
    { what: "with a person's decrease", facts: { observation: aFlagAt(3) } },
    { what: "with another title", facts: { observation: aFlagAt(5, "Mine") } },
  ])("$what changes nothing more", ({ facts }) => {
    const first = pass({ holdMs: 0 }, facts).record;
    const second = decide(aGate(), first, passFacts(facts));
    expect(second.record).toEqual(first);
    expect(second.tellings).toEqual([]);
    expect(second.decision.action).toEqual({ kind: "none" });
  });
});

function nextAt(ramp: GateRecord["ramp"]): number | null {
  return nextPercent(aGate(), aRecord({ ramp }));
}

test("the percent that comes next is the next step's, none at the end, the first before a run", () => {
  expect(nextAt({ state: "idle" })).toBe(5);
  expect(nextAt({ state: "proving", step: 1 })).toBe(25);
  expect(nextAt(aHalt({ from: { state: "proving", step: 2 } }))).toBe(100);
  expect(nextAt({ state: "baking", step: 3 })).toBeNull();
  expect(nextAt({ state: "finished", since: NOON })).toBeNull();
  expect(nextAt(aRollback())).toBe(5);
  expect(nextPercent(aGate({ steps: [] }), aRecord({ ramp: { state: "idle" } }))).toBeNull();
});

test("a gate without a flag is judged and nothing more", () => {
  const result = pass(
    { ramp: { state: "idle" }, run: null, flag: null, acting: null, exposure: anExposure({ set: null }) },
    { observation: null, served: null },
    { flag: null, steps: [] },
  );
  expect(result.decision).toMatchObject({ verdict: "good", flag: null, action: { kind: "none" } });
  expect(result.tellings).toEqual([]);
});
