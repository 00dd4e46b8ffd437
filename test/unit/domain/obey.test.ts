import { describe, expect, test } from "vitest";
import type { Command } from "../../../src/domain/command.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { CommandFacts } from "../../../src/domain/command-facts.ts";
import { obey } from "../../../src/domain/obey.ts";
import type { Obeyed } from "../../../src/domain/obeyed.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import {
  NOON,
  aBecause,
  aDemand,
  aDrift,
  aFlagAt,
  aFlagRecord,
  aFlagSeen,
  aFlagTarget,
  aGate,
  aHalt,
  aLimit,
  aLimitClock,
  aMachine,
  aPause,
  aPerson,
  aRecord,
  aRollback,
  aRun,
  aSignal,
  aSignalClock,
  aStep,
  aStrategy,
  after,
  anApproval,
  anExposure,
  anIntention,
  commandFacts,
} from "../../support/builders.ts";

type Done = Extract<Obeyed, { kind: "done" }>;

const BY = aPerson({ name: "operator" });
const IDLE = { ramp: { state: "idle" }, run: null, flag: null, exposure: anExposure({ set: 0 }) } as const;
const FRESH = aFlagSeen({ strategies: [aStrategy({ rollout: "0", title: "Gradual rollout" })] });

function said(
  command: Partial<Command> & Pick<Command, "action">,
  record: Partial<GateRecord> = {},
  facts: Partial<CommandFacts> = {},
  gate: Partial<Gate> = {},
): Obeyed {
  const whole = {
    gate: "checkout",
    reason: "because",
    by: BY,
    at: null,
    change: null,
    until: null,
    ...command,
  };
  return obey(aGate(gate), aRecord(record), whole, commandFacts(facts));
}

function obeyed(...given: Parameters<typeof said>): Done {
  const answer = said(...given);
  if (answer.kind === "refused") throw new Error(`refused: ${answer.code}: ${answer.message}`);
  return answer;
}

function refusal(...given: Parameters<typeof said>) {
  const answer = said(...given);
  return answer.kind === "refused" ? { code: answer.code, message: answer.message } : null;
}

describe("a command", () => {
  test("that is not legal in the state is refused with both named", () => {
    expect(refusal({ action: "resume" })).toEqual({
      code: "illegal-move",
      message: "resume is not possible while checkout is proving",
    });
  });

  test.each(["start", "act", "rollback"] as const)(
    "%s is refused by a gate that drives no flag",
    (action) => {
      expect(refusal({ action }, IDLE, {}, { flag: null })).toEqual({
        code: "watch-only",
        message: "checkout drives no flag",
      });
    },
  );
});

describe("act", () => {
  test("is on record with its speaker, in any state", () => {
    const before = aRecord({ acting: null, ramp: aRollback() });
    expect(obeyed({ action: "act" }, { acting: null, ramp: aRollback() })).toEqual({
      kind: "done",
      record: { ...before, acting: { by: "operator", at: NOON } },
      tells: [],
      message: "checkout acts from now on",
      pin: "none",
    });
  });

  test("is refused while the file says observe", () => {
    expect(refusal({ action: "act" }, {}, {}, { mode: "observe" })).toEqual({
      code: "not-ready",
      message: "the file says mode: observe, and the file wins",
    });
  });
});

test("observe forgets the flag and any write that was pending", () => {
  const ramp = { state: "finished", since: NOON } as const;
  const given = { ramp, intention: anIntention(), drift: [aDrift({ kind: "flag-gone" })] };
  expect(obeyed({ action: "observe" }, given)).toMatchObject({
    record: aRecord({ ramp, intention: null, flag: null, acting: null, drift: [] }),
    message: "checkout only observes from now on",
    tells: [],
    pin: "none",
  });
});

const started = (
  command: Partial<Command> = {},
  record: Partial<GateRecord> = {},
  facts: Partial<CommandFacts> = {},
  gate: Partial<Gate> = {},
) =>
  [{ action: "start", ...command }, { ...IDLE, ...record }, { observation: FRESH, ...facts }, gate] as const;

test("begins a run at 0%, pinned to its definition and its flag, and writes nothing", () => {
  const answer = obeyed(...started({ change: "v2" }, { epoch: 3 }));
  expect(answer).toMatchObject({ message: "checkout started at 0%", pin: "in-force" });
  expect(answer.record).toMatchObject({
    epoch: 7,
    ramp: { state: "proving", step: 0 },
    run: {
      id: "run_2",
      startedAt: NOON,
      startedBy: "operator",
      change: "v2",
      definition: "sha256:aa",
      approvals: [],
      ceiling: null,
    },
    flag: { rollout: 0, title: "Gradual rollout", strategyId: "s1" },
    exposure: { wanted: 0, set: 0, setAt: NOON },
    intention: null,
  });
  expect(answer.tells).toEqual([
    {
      kind: "started",
      page: false,
      causes: [aBecause({ kind: "state", code: "started", message: "started by operator: because" })],
    },
  ]);
});

describe("start", () => {
  test("may be said by a machine", () => {
    expect(obeyed(...started({ by: aMachine() })).record.run?.startedBy).toBe("ci");
  });

  test("keeps since when nobody was exposed, where a limit asks what was before", () => {
    const signals = [aSignal({ rollback: aLimit("above 300% of baseline") })];
    const run = obeyed(...started({}, {}, {}, { signals })).record.run;
    expect(run).toMatchObject({ unexposed: { since: IDLE.exposure.changedAt } });
    expect(obeyed(...started()).record.run).not.toHaveProperty("unexposed");
  });

  test("is possible again after a finished run", () => {
    expect(obeyed(...started({}, { ramp: { state: "finished", since: NOON } })).record.run?.id).toBe("run_2");
  });

  test("told twice for the same change has no further effect, whatever became of the run", () => {
    const run = aRun({ change: "v2" });
    for (const ramp of [aHalt(), aRollback(), { state: "finished", since: NOON } as const]) {
      expect(obeyed({ action: "start", change: "v2" }, { run, ramp })).toEqual({
        kind: "done",
        record: aRecord({ run, ramp }),
        tells: [],
        message: "checkout has started for this change already",
        pin: "none",
      });
    }
  });

  test.each([
    { what: "another change", change: "v3", run: aRun({ change: "v2" }) },
    { what: "no change", change: null, run: aRun({ change: null }) },
    { what: "a change where no run is known", change: "v3", run: null },
  ])("told twice for $what is another start", ({ change, run }) => {
    expect(refusal({ action: "start", change }, { run })?.code).toBe("illegal-move");
  });

  test("after an aborted run begins, though the change is the same", () => {
    expect(obeyed(...started({ change: "v2" }, { run: aRun({ change: "v2" }) })).record.run?.id).toBe(
      "run_2",
    );
  });

  test("said of another action with the same change is no start", () => {
    const run = aRun({ change: "v2" });
    expect(obeyed({ action: "pause", change: "v2" }, { run }).record.ramp.state).toBe("paused");
  });

  test("is refused while the gate observes", () => {
    expect(refusal(...started({}, { acting: null }))).toEqual({
      code: "not-ready",
      message: "checkout only observes; say: rampart act checkout",
    });
  });

  test("is refused while a key of the gate that would hold it back does nothing yet", () => {
    const [command, record, facts] = started();
    expect(refusal(command, record, facts, { calendars: ["office-hours"] })).toEqual({
      code: "not-ready",
      message:
        "`calendars` of checkout would hold it back and has no effect yet: it can be watched, not raised; leave it out of the file, if the gate is safe without",
    });
  });

  test.each(["changed", "invalid", "gone"] as const)("is refused while the file is %s", (status) => {
    const definition = { ...commandFacts().definition, status };
    expect(refusal(...started({}, {}, { definition }))).toEqual({
      code: "not-ready",
      message: `the definition is ${status}`,
    });
  });

  test("is refused with every reason there is", () => {
    const observation = aFlagSeen({
      environmentEnabled: false,
      strategies: [aStrategy({ rollout: "7", stickiness: "random" })],
    });
    const serverRefusals = [{ code: "no-right", message: "the token may not update strategies" } as const];
    expect(refusal(...started({}, {}, { observation, serverRefusals }))).toEqual({
      code: "preflight",
      message: [
        "environment-off: environment production is off; Rampart never switches one on (set the strategy to 0% and switch the environment on in Unleash)",
        "stickiness-random: stickiness is random: the same user would be in and out of the exposed share at each request (set the strategy's stickiness in Unleash to the field that identifies what is exposed)",
        "percent-differs: the flag stands at 7%, not at 0% (set the flag to that percent in Unleash, or start with --at and the declared step it stands at)",
        "no-right: the token may not update strategies (give the token's user that permission for this project and environment)",
      ].join("; "),
    });
  });

  test("is refused on a strategy that another gate drives", () => {
    expect(refusal(...started({}, {}, { rivals: ["basket"] }))).toEqual({
      code: "not-ready",
      message:
        "basket drives the same strategy of the same flag: keep one of the two gates, or give each its own `flag.strategy`",
    });
  });

  test("is refused on a strategy that another store drives, until a person has adopted it as it is", () => {
    const title = "Gradual rollout [rampart 1/3 #zzz.7.12]";
    const observation = aFlagAt(0, title);
    const serverRefusals = [{ code: "no-right", message: "the token may not update strategies" } as const];
    expect(refusal(...started({}, {}, { observation, serverRefusals }))).toEqual({
      code: "preflight",
      message: [
        "foreign-token: the strategy carries the token of another store; say adopt-flag if it is to be ours (if nobody else drives the flag any more, say adopt-flag)",
        "no-right: the token may not update strategies (give the token's user that permission for this project and environment)",
      ].join("; "),
    });
    const known = { flag: aFlagRecord({ title: aStrategy().title }) };
    expect(refusal(...started({}, known, { observation }))?.code).toBe("preflight");
    const adopted = { flag: aFlagRecord({ title }) };
    expect(obeyed(...started({}, adopted, { observation })).record.ramp.state).toBe("proving");
    const ours = { observation: aFlagAt(0) };
    expect(obeyed(...started({}, {}, ours)).record.ramp.state).toBe("proving");
  });

  test("is refused for what only the server knows", () => {
    const serverRefusals = [{ code: "no-right", message: "the token may not update strategies" } as const];
    expect(refusal(...started({}, {}, { serverRefusals }))).toEqual({
      code: "preflight",
      message:
        "no-right: the token may not update strategies (give the token's user that permission for this project and environment)",
    });
  });

  test("is refused while the flag was not read", () => {
    expect(refusal(...started({}, {}, { observation: null }))).toEqual({
      code: "flag",
      message: "the flag could not be read",
    });
  });

  describe("at an exposed step", () => {
    const at25 = { observation: aFlagAt(25) };

    test("takes that step, with settle and hold from now", () => {
      const { record, message } = obeyed(...started({ at: 25 }, {}, at25));
      expect(message).toBe("checkout started at 25%");
      expect(record).toMatchObject({
        ramp: { state: "proving", step: 2 },
        exposure: { wanted: 25, set: 25, setAt: NOON, changedAt: NOON },
        flag: { rollout: 25 },
        holdMs: 0,
      });
    });

    test("bakes at the last", () => {
      const { record } = obeyed(...started({ at: 100 }, {}, { observation: aFlagAt(100) }));
      expect(record.ramp).toEqual({ state: "baking", step: 3 });
    });

    test("is refused where that is no declared step", () => {
      expect(refusal(...started({ at: 30 }, {}, { observation: aFlagAt(30) }))).toEqual({
        code: "not-ready",
        message: "30% is not a declared step of checkout",
      });
    });

    test("is refused where the flag stands elsewhere", () => {
      expect(refusal(...started({ at: 5 }, {}, at25))).toEqual({
        code: "preflight",
        message:
          "percent-differs: the flag stands at 25%, not at 5% (set the flag to that percent in Unleash, or start with --at and the declared step it stands at)",
      });
    });

    test.each([
      { who: "a machine", by: aMachine({ scopes: ["start", "approve"] }) },
      { who: "a person who may not approve", by: aPerson({ scopes: ["start"] }) },
    ])("is refused to $who", ({ by }) => {
      expect(refusal(...started({ at: 25, by }, {}, at25))).toEqual({
        code: "not-eligible",
        message: "starting at an exposed step needs a person who may approve",
      });
    });

    test("is refused where the step asks for approvals", () => {
      const steps = [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand()] }), aStep({ to: 100 })];
      expect(refusal(...started({ at: 25 }, {}, at25, { steps }))).toEqual({
        code: "not-eligible",
        message: "starting at step 2 needs approvals: 1 by release-leads; rampart approve checkout",
      });
      expect(obeyed(...started({ at: 5 }, {}, { observation: aFlagAt(5) }, { steps })).record.ramp).toEqual({
        state: "proving",
        step: 1,
      });
    });
  });
});

const back = (since: number) => ({
  ...IDLE,
  ramp: { state: "rolled-back", since, fromPercent: 5, causes: [] } as const,
  run: aRun({ ceiling: 5 }),
});

describe("restart", () => {
  test("begins anew from 0% once the cooldown is over", () => {
    const { record } = obeyed({ action: "restart" }, back(NOON - HOUR), { observation: FRESH });
    expect(record).toMatchObject({
      ramp: { state: "proving", step: 0 },
      run: { id: "run_2", ceiling: null },
    });
  });

  test("is refused before that, with the time left", () => {
    expect(refusal({ action: "restart" }, back(NOON - 20 * MINUTE), { observation: FRESH })).toEqual({
      code: "cooldown",
      message: "the cooldown lasts another 40m",
    });
    expect(refusal({ action: "restart" }, back(NOON - HOUR + 1), { observation: FRESH })?.code).toBe(
      "cooldown",
    );
  });
});

describe("pause", () => {
  test("keeps where the ramp stands and its approvals, under a new token with the percent unchanged", () => {
    const given = { run: aRun({ approvals: [anApproval()] }), intention: anIntention() };
    const { record, tells, message } = obeyed({ action: "pause" }, given);
    expect(record).toMatchObject({
      ramp: {
        state: "paused",
        from: { state: "proving", step: 1 },
        since: NOON,
        by: "operator",
        reason: "because",
      },
      run: { approvals: [anApproval()] },
      intention: { kind: "retoken", to: 5, decision: "dec_2", at: NOON },
      holdMs: 30 * MINUTE,
    });
    expect(message).toBe("checkout is paused; its signals stay armed");
    expect(tells).toEqual([
      {
        kind: "paused",
        page: false,
        causes: [aBecause({ kind: "state", code: "paused", message: "paused by operator: because" })],
      },
    ]);
  });

  test("writes nothing over a flag that a person changed", () => {
    const { record } = obeyed({ action: "pause" }, { drift: [aDrift({ kind: "title" })] });
    expect(record.intention).toBeNull();
    expect(record.ramp.state).toBe("paused");
  });
});

describe("resume", () => {
  test("from a pause goes on where it was, and the hold starts anew", () => {
    const { record, tells, message } = obeyed({ action: "resume" }, { ramp: aPause() });
    expect(record).toEqual(aRecord({ holdMs: 0 }));
    expect(message).toBe("checkout goes on");
    expect(tells).toEqual([
      {
        kind: "resumed",
        page: false,
        causes: [aBecause({ kind: "state", code: "resumed", message: "resumed by operator: because" })],
      },
    ]);
  });

  test("from a halt acknowledges what halted", () => {
    const clocks = { errors: aSignalClock({ halt: aLimitClock({ at: NOON }) }) };
    const { record } = obeyed({ action: "resume" }, { ramp: aHalt(), clocks });
    expect(record.ramp).toEqual({ state: "proving", step: 1 });
    expect(record.clocks["errors"]?.acknowledgedAt).toBe(NOON);
  });

  test("is refused while the flag drifts", () => {
    expect(refusal({ action: "resume" }, { ramp: aHalt(), drift: [aDrift()] })).toEqual({
      code: "flag",
      message: "the flag was changed by hand; first adopt-flag, restore or rollback checkout",
    });
  });
});

describe("rollback", () => {
  test.each([
    { ramp: { state: "proving", step: 2 }, from: { state: "proving", step: 2 } },
    { ramp: { state: "baking", step: 3 }, from: { state: "baking", step: 3 } },
    { ramp: aPause(), from: { state: "proving", step: 1 } },
    { ramp: aHalt(), from: { state: "proving", step: 1 } },
    { ramp: { state: "idle" }, from: { state: "proving", step: 0 } },
    { ramp: { state: "finished", since: NOON }, from: { state: "proving", step: 0 } },
    {
      ramp: { state: "rolled-back", since: NOON, fromPercent: 5, causes: [] },
      from: { state: "proving", step: 0 },
    },
  ] as const)("while $ramp.state orders exposure to 0%", ({ ramp, from }) => {
    const { record, tells, message } = obeyed(
      { action: "rollback", by: aMachine() },
      { ramp },
      { observation: null },
    );
    const cause = aBecause({ kind: "state", code: "rollback", message: "ordered by ci: because" });
    expect(record.ramp).toMatchObject({ state: "rolling-back", from, since: NOON, causes: [cause] });
    expect(record.intention).toMatchObject({ kind: "lower", to: 0, decision: "dec_2", at: NOON });
    expect(message).toBe("checkout is rolling back to 0%");
    expect(tells).toEqual([{ kind: "rolling-back", page: true, causes: [cause] }]);
  });

  test("is allowed in a file's observe mode, for a flag that drifts, and through any definition", () => {
    const definition = { ...commandFacts().definition, status: "gone" } as const;
    const { record } = obeyed(
      { action: "rollback" },
      { drift: [aDrift()] },
      { definition },
      { mode: "observe" },
    );
    expect(record.ramp.state).toBe("rolling-back");
  });

  test("under way is not ordered again", () => {
    const given = { ramp: aRollback(), intention: anIntention({ kind: "lower", to: 0 }) };
    expect(obeyed({ action: "rollback" }, given)).toMatchObject({
      record: aRecord(given),
      message: "checkout is rolling back already",
      tells: [],
    });
  });

  test("of a flag that no run of ours exposed takes the strategy as it stands", () => {
    const given = { ...IDLE, exposure: anExposure({ set: 30 }), drift: [aDrift({ kind: "unmanaged" })] };
    const { record } = obeyed({ action: "rollback" }, given, { observation: aFlagAt(30) });
    expect(record).toMatchObject({ flag: { rollout: 30 }, drift: [], ramp: { state: "rolling-back" } });
  });

  const obstacles = [
    { what: "environment is off", seen: { environmentEnabled: false }, strategy: {} },
    { what: "strategy is disabled", seen: {}, strategy: { disabled: true }, gate: "Gradual rollout" },
    { what: "stickiness is random", seen: {}, strategy: { stickiness: "random" } },
    { what: "strategy is of a release plan", seen: {}, strategy: { milestoneId: "m1" } },
    { what: "project is another one", seen: { project: "elsewhere" }, strategy: {} },
    { what: "percent is not the one last seen", seen: {}, strategy: { rollout: "70" } },
  ];
  test.each(obstacles)("of a flag nothing is recorded of is taken although its $what", (given) => {
    const { seen, strategy, gate = null } = given;
    const observation = aFlagSeen({ strategies: [aStrategy({ rollout: "30", ...strategy })], ...seen });
    const flag = aFlagTarget({ strategy: gate });
    const { record } = obeyed({ action: "rollback" }, IDLE, { observation }, { flag });
    expect(record).toMatchObject({ ramp: { state: "rolling-back" }, intention: { kind: "lower", to: 0 } });
  });

  test("of a flag whose percent is none takes it for exposed to everybody", () => {
    const observation = aFlagSeen({ strategies: [aStrategy({ rollout: "12.5" })] });
    const { record } = obeyed({ action: "rollback" }, IDLE, { observation });
    expect(record).toMatchObject({ flag: { rollout: 100 }, intention: { to: 0 } });
  });

  test.each([
    { what: "was not read", observation: null },
    { what: "cannot be read", observation: { kind: "unreadable", detail: "down" } as const },
    { what: "has no strategy", observation: aFlagSeen({ strategies: [] }) },
  ])("is refused only where nothing is known of a flag that $what", ({ observation }) => {
    expect(refusal({ action: "rollback" }, IDLE, { observation })).toEqual({
      code: "flag",
      message: "checkout has no strategy of which Rampart knows",
    });
  });
});

const asks = (onReject: "rollback" | "pause") => ({
  steps: [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand({ onReject })] }), aStep({ to: 100 })],
});

describe("reject", () => {
  const given = { run: aRun({ approvals: [anApproval()] }) };

  test("rolls back", () => {
    const { record } = obeyed({ action: "reject" }, given, {}, asks("rollback"));
    expect(record.ramp).toMatchObject({ state: "rolling-back", causes: [{ code: "reject" }] });
    expect(obeyed({ action: "reject" }).record.ramp.state).toBe("rolling-back");
  });

  test("pauses where the step says so, and ends the approvals given", () => {
    const { record } = obeyed({ action: "reject" }, given, {}, asks("pause"));
    expect(record.ramp).toMatchObject({ state: "paused", from: { step: 1 }, reason: "because" });
    expect(record.run?.approvals).toEqual([]);
  });

  test("of a paused ramp goes by the step it would enter next", () => {
    const { record } = obeyed({ action: "reject" }, { ramp: aPause({ since: 0 }) }, {}, asks("pause"));
    expect(record.ramp).toMatchObject({ state: "paused", since: NOON });
  });

  test("of a ramp that was paused at its last step rolls back: nothing comes after it", () => {
    const paused = aPause({ from: { state: "baking", step: 3 } });
    expect(obeyed({ action: "reject" }, { ramp: paused }, {}, asks("pause")).record.ramp.state).toBe(
      "rolling-back",
    );
  });

  test("is what rollback is not: that one never pauses", () => {
    expect(obeyed({ action: "rollback" }, given, {}, asks("pause")).record.ramp.state).toBe("rolling-back");
  });
});

describe("adopt-flag", () => {
  const raised = { drift: [aDrift()], exposure: anExposure({ set: 30 }), intention: anIntention() };
  const at30 = { observation: aFlagAt(30) };

  test("takes the highest step that the percent reaches; hold, proof and approvals start anew", () => {
    const run = aRun({ ceiling: 5, approvals: [anApproval()] });
    const { record, message } = obeyed(
      { action: "adopt-flag" },
      { ...raised, run, ramp: aHalt({ causes: [aBecause({ kind: "drift" })] }) },
      at30,
    );
    expect(message).toBe("checkout takes the flag as it is, at 30%");
    expect(record).toMatchObject({
      ramp: { state: "proving", step: 2 },
      flag: { rollout: 30 },
      run: { ceiling: null, approvals: [] },
      drift: [],
      holdMs: 0,
      exposure: { wanted: 30, set: 30, setAt: NOON, changedAt: NOON },
      intention: { kind: "retoken", from: 30, to: 30, step: 2, decision: "dec_2", at: NOON },
    });
  });

  test.each([
    { what: "proving", ramp: { state: "proving", step: 1 }, next: { state: "proving", step: 2 } },
    { what: "a pause", ramp: aPause(), next: aPause({ from: { state: "proving", step: 2 } }) },
    {
      what: "a halt by a signal",
      ramp: aHalt({ causes: [aBecause({ kind: "drift" }), aBecause()] }),
      next: aHalt({
        causes: [aBecause({ kind: "drift" }), aBecause()],
        from: { state: "proving", step: 2 },
      }),
    },
    {
      what: "a pause below a halt by drift",
      ramp: aHalt({ causes: [aBecause({ kind: "drift" })], paused: aPause() }),
      next: aPause({ from: { state: "proving", step: 2 } }),
    },
  ] as const)("leaves $what as it is, but for the step", ({ ramp, next }) => {
    expect(obeyed({ action: "adopt-flag" }, { ...raised, ramp }, at30).record.ramp).toEqual(next);
  });

  test("of the whole exposure bakes", () => {
    const { record } = obeyed({ action: "adopt-flag" }, raised, { observation: aFlagAt(100) });
    expect(record.ramp).toEqual({ state: "baking", step: 3 });
  });

  test("lifts a person's ceiling where nothing else changed", () => {
    expect(obeyed({ action: "adopt-flag" }, { run: aRun({ ceiling: 5 }) }).record.run?.ceiling).toBeNull();
  });

  test("takes a strategy that was made anew", () => {
    const observation = aFlagSeen({ strategies: [aStrategy({ id: "s9", rollout: "25" })] });
    const given = { drift: [aDrift({ kind: "strategy-gone" })], exposure: anExposure({ set: 0 }) };
    const { record } = obeyed({ action: "adopt-flag" }, given, { observation });
    expect(record.flag).toMatchObject({ strategyId: "s9", rollout: 25 });
  });

  test("keeps to the strategy of the run where others are called the same", () => {
    const observation = aFlagSeen({
      strategies: [aStrategy({ id: "s2", disabled: true }), aStrategy({ rollout: "30" })],
    });
    expect(obeyed({ action: "adopt-flag" }, raised, { observation }).record.flag?.strategyId).toBe("s1");
  });

  test("is refused with the reason where the flag cannot be taken", () => {
    const observation = aFlagSeen({ strategies: [aStrategy(), aStrategy({ id: "s2", title: "Everybody" })] });
    expect(refusal({ action: "adopt-flag" }, raised, { observation })).toEqual({
      code: "preflight",
      message: 'strategy "Everybody" (s2) is enabled and is neither ours nor named in flag.also',
    });
    const none = aFlagSeen({ environmentEnabled: false, strategies: [] });
    expect(refusal({ action: "adopt-flag" }, raised, { observation: none })?.message).toBe(
      "environment production is off; Rampart never switches one on; there is no enabled flexibleRollout strategy beside the companions; the environment has none at all",
    );
  });

  test.each([
    { what: "was not read", observation: null },
    { what: "could not be read", observation: { kind: "unreadable", detail: "" } },
    { what: "is gone", observation: { kind: "absent", what: "flag" } },
  ] as const)("is refused while the flag $what", ({ observation }) => {
    expect(refusal({ action: "adopt-flag" }, raised, { observation })).toEqual({
      code: "flag",
      message: "the flag could not be read",
    });
  });

  describe("at rest", () => {
    const rest = { ...IDLE, exposure: anExposure({ set: 30 }), drift: [aDrift({ kind: "unmanaged" })] };
    const untouched = { observation: aFlagAt(30, "Gradual rollout") };
    const foreign = { observation: aFlagAt(30, "Gradual rollout [rampart 1/3 #zzz.7.12]") };

    test("takes the percent and writes nothing to a flag nobody of us wrote to", () => {
      const { record } = obeyed({ action: "adopt-flag" }, rest, untouched);
      expect(record).toMatchObject({
        ramp: { state: "idle" },
        run: null,
        flag: { rollout: 30, strategyId: "s1" },
        drift: [],
        intention: null,
        exposure: { wanted: 30, set: 30, setAt: NOON },
      });
    });

    test("replaces a token of another store, so that the next run may grow", () => {
      const { record } = obeyed({ action: "adopt-flag" }, rest, foreign);
      expect(record.intention).toMatchObject({ kind: "retoken", to: 30, token: { store: "k3f", step: 0 } });
      expect(record.ramp).toEqual({ state: "idle" });
    });

    test("writes nothing while the gate observes", () => {
      const { record } = obeyed({ action: "adopt-flag" }, { ...rest, acting: null }, untouched);
      expect(record.intention).toBeNull();
      expect(record.flag?.rollout).toBe(30);
    });

    test("holds a flag that another store drives to nothing while the gate observes", () => {
      const { record, message } = obeyed({ action: "adopt-flag" }, { ...rest, acting: null }, foreign);
      expect(record).toMatchObject({ flag: null, drift: [], intention: null });
      expect(message).toBe("checkout watches the flag, which another store drives");
    });
  });
});

describe("restore", () => {
  test("writes the recorded percent over a person's raise", () => {
    const drift = [aDrift({ kind: "audience" }), aDrift()];
    const given = { drift, exposure: anExposure({ set: 50 }), ramp: aHalt() };
    const { record, message } = obeyed({ action: "restore" }, given);
    expect(record.intention).toMatchObject({
      kind: "restore",
      from: 50,
      to: 5,
      step: 1,
      decision: "dec_2",
      at: NOON,
    });
    expect(record.ramp).toEqual(aHalt());
    expect(message).toBe("checkout goes back to 5%");
  });

  test("at rest goes back to what stood there", () => {
    const flag = aFlagRecord({ rollout: 0 });
    const ramp = { state: "rolled-back", since: NOON, fromPercent: 5, causes: [] } as const;
    expect(obeyed({ action: "restore" }, { flag, ramp, drift: [aDrift()] }).record.intention).toMatchObject({
      to: 0,
      step: 0,
    });
  });

  test.each([
    { what: "nothing was raised", fields: { drift: [aDrift({ kind: "audience" })] } },
    { what: "nothing is recorded of the flag", fields: { flag: null, drift: [aDrift()] } },
  ])("is refused where $what", ({ fields }) => {
    expect(refusal({ action: "restore" }, fields)).toEqual({
      code: "flag",
      message: "only a percent that somebody raised can be restored",
    });
  });
});

describe("abort", () => {
  const start = { ramp: { state: "proving", step: 0 }, exposure: anExposure({ wanted: 5, set: 0 }) } as const;

  test("ends a run that stands at 0%, with whatever it intended", () => {
    const { record, message } = obeyed({ action: "abort" }, { ...start, intention: anIntention() });
    expect(record).toMatchObject({
      ramp: { state: "idle" },
      run: null,
      intention: null,
      exposure: { wanted: 0, set: 0 },
    });
    expect(message).toBe("checkout is idle again");
  });

  test("ends a pause at 0%, and a run of which no percent was read yet", () => {
    const paused = aPause({ from: { state: "proving", step: 0 } });
    expect(obeyed({ action: "abort" }, { ...start, ramp: paused }).record.ramp.state).toBe("idle");
    const unread = anExposure({ set: null });
    expect(obeyed({ action: "abort" }, { ...start, exposure: unread }).record.ramp.state).toBe("idle");
  });

  test.each([
    { what: "a later step", fields: { exposure: anExposure({ set: 0 }) } },
    { what: "an exposed flag", fields: { ...start, exposure: anExposure({ set: 1 }) } },
  ])("is refused at $what", ({ fields }) => {
    expect(refusal({ action: "abort" }, fields)).toEqual({
      code: "illegal-move",
      message: "abort ends a run that stands at 0%; this one is exposed: rollback",
    });
  });
});

describe("finish", () => {
  const baking = { ramp: { state: "baking", step: 3 } } as const;
  const state = aBecause({ kind: "state", code: "baking" });
  const bake = aBecause({ kind: "hold", code: "bake" });

  test("ends the bake early when everything else is good", () => {
    const { record, tells, message } = obeyed({ action: "finish" }, { ...baking, because: [state, bake] });
    expect(record.ramp).toEqual({ state: "finished", since: NOON });
    expect(message).toBe("checkout is finished");
    expect(tells).toEqual([{ kind: "finished", page: false, causes: [] }]);
  });

  test("does not ask for the file: what it says now is for the next run", () => {
    const because = [aBecause({ kind: "definition", code: "gone" })];
    expect(obeyed({ action: "finish" }, { ...baking, because }).record.ramp.state).toBe("finished");
  });

  test("is refused with every other reason", () => {
    const because = [
      state,
      bake,
      aBecause({ message: "errors: 3%" }),
      aBecause({ kind: "drift", message: "moved" }),
    ];
    expect(refusal({ action: "finish" }, { ...baking, because })).toEqual({
      code: "signals",
      message: "errors: 3%; moved",
    });
  });
});

test("an advance is no command of the record: a pass decides it on fresh evidence", () => {
  expect(refusal({ action: "advance" }, { run: aRun() })).toEqual({
    code: "illegal-move",
    message: "advance is decided by a pass",
  });
});

test("a command at an instant is dated by it", () => {
  expect(obeyed({ action: "pause" }, {}, { now: after(HOUR) }).record.ramp).toMatchObject({
    since: after(HOUR),
  });
});
