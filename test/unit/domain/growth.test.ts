import { describe, expect, test } from "vitest";
import type { Gate } from "../../../src/domain/gate.ts";
import { stateBecause } from "../../../src/domain/because.ts";
import {
  type GrowthFacts,
  growthBlockers,
  isOpenForApproval,
  modeOf,
  nextStep,
  percentOf,
} from "../../../src/domain/growth.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateJudgement } from "../../../src/domain/judge.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import type { SignalJudgement } from "../../../src/domain/verdict.ts";
import {
  NOON,
  aBecause,
  aDemand,
  aDrift,
  aGate,
  aHalt,
  aJudgement,
  aPause,
  aReading,
  aRecord,
  aRollback,
  aRun,
  aSignalJudgement,
  aStep,
  after,
  anApproval,
  anExposure,
  anIntention,
  passFacts,
} from "../../support/builders.ts";

type Given = {
  readonly gate?: Partial<Gate>;
  readonly record?: Partial<GateRecord>;
  readonly judgement?: Partial<GateJudgement>;
  readonly facts?: Partial<GrowthFacts>;
};

function blockers({ gate = {}, record = {}, judgement = {}, facts = {} }: Given) {
  return growthBlockers(aGate(gate), aRecord(record), aJudgement(judgement), passFacts(facts));
}

function reasons(given: Given): readonly string[] {
  return blockers(given).map(({ kind, code }) => `${kind}/${code}`);
}

function judged(...signals: readonly Partial<SignalJudgement>[]): Partial<GateJudgement> {
  return { signals: signals.map((fields) => aSignalJudgement(fields)) };
}

const APPROVED_STEP = { steps: [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand()] })] };

test("nothing keeps exposure from growing when the whole law holds", () => {
  expect(blockers({})).toEqual([]);
});

describe("growth is closed alone by", () => {
  const cases: readonly (Given & { readonly why: string; readonly closed: string })[] = [
    { why: "a pause", record: { ramp: aPause() }, closed: "state/paused" },
    { why: "a halt", record: { ramp: aHalt() }, closed: "state/halted" },
    { why: "a rollback under way", record: { ramp: aRollback() }, closed: "state/rolling-back" },
    {
      why: "a rollback done",
      record: { ramp: { state: "rolled-back", since: NOON, fromPercent: 5, causes: [] } },
      closed: "state/rolled-back",
    },
    { why: "no run", record: { ramp: { state: "idle" } }, closed: "state/idle" },
    { why: "the last step", record: { ramp: { state: "baking", step: 3 } }, closed: "state/baking" },
    { why: "the end", record: { ramp: { state: "finished", since: NOON } }, closed: "state/finished" },
    { why: "a gate nobody lets act", record: { acting: null }, closed: "switch/observe" },
    {
      why: "a key that would hold it back and does nothing yet",
      gate: { calendars: ["office-hours"] },
      closed: "definition/unbuilt",
    },
    {
      why: "such a key of a gate that only watches",
      gate: { flag: null, steps: [], calendars: ["office-hours"] },
      closed: "definition/unbuilt",
    },
    { why: "a file that only observes", gate: { mode: "observe" }, closed: "switch/observe" },
    {
      why: "another definition than the run's",
      record: { run: aRun({ definition: "sha256:bb" }) },
      closed: "definition/changed",
    },
    { why: "a hold that is not over", record: { holdMs: 30 * MINUTE - 1 }, closed: "hold/hold" },
    {
      why: "a settle that is not over",
      judgement: judged({ verdict: "wait", code: "settling" }),
      closed: "settle/settling",
    },
    {
      why: "a signal between its limits",
      judgement: judged({ verdict: "wait", code: "between" }),
      closed: "signal/between",
    },
    {
      why: "a signal on few samples",
      judgement: judged({ verdict: "wait", code: "short" }),
      closed: "signal/short",
    },
    {
      why: "a missing signal",
      judgement: judged({ verdict: "wait", code: "missing" }),
      closed: "signal/missing",
    },
    { why: "a dark source", judgement: judged({ verdict: "wait", code: "dark" }), closed: "signal/dark" },
    {
      why: "a signal at halt",
      judgement: judged({ verdict: "halt", code: "breached" }),
      closed: "signal/halt",
    },
    {
      why: "a signal at rollback",
      judgement: judged({ verdict: "rollback", code: "breached" }),
      closed: "signal/rollback",
    },
    {
      why: "one bad signal of two",
      judgement: judged({}, { verdict: "wait", code: "between" }),
      closed: "signal/between",
    },
    { why: "no signal at all", judgement: { signals: [] }, closed: "signal/no-evidence" },
    { why: "signals that do not count", judgement: judged({ counts: false }), closed: "signal/no-evidence" },
    { why: "an approval not given", gate: APPROVED_STEP, closed: "approval/needed" },
    { why: "the stop switch", facts: { stopSwitch: "on" }, closed: "switch/stop" },
    { why: "a stop switch nobody can read", facts: { stopSwitch: "unknown" }, closed: "switch/stop-unknown" },
    { why: "a flag nobody can read", facts: { flagUnreadable: "timeout" }, closed: "health/flag-unreadable" },
    {
      why: "drift of the title alone",
      record: { drift: [aDrift({ kind: "title" })] },
      closed: "drift/title",
    },
    { why: "a ceiling below the next step", record: { run: aRun({ ceiling: 24 }) }, closed: "drift/ceiling" },
    {
      why: "a write that is not verified",
      record: { intention: anIntention() },
      closed: "claim/write-pending",
    },
    { why: "a process that lags", facts: { eventLoopLagMs: 1_000 }, closed: "health/lag" },
    { why: "a clock that is ahead", facts: { clockSkewMs: 5_001 }, closed: "health/clock" },
    { why: "a clock that is behind", facts: { clockSkewMs: -5_001 }, closed: "health/clock" },
  ];

  test.each(cases)("$why", ({ closed, ...given }) => {
    expect(reasons(given)).toEqual([closed]);
  });

  test.each(["changed", "invalid", "gone"] as const)("a file that is %s", (status) => {
    const definition = { ...passFacts().definition, status };
    expect(reasons({ facts: { definition } })).toEqual([`definition/${status}`]);
  });
});

test("five causes at once are named exactly", () => {
  expect(
    reasons({
      gate: APPROVED_STEP,
      record: { holdMs: 0, drift: [aDrift({ kind: "raised" })] },
      judgement: judged({ verdict: "wait", code: "between" }),
      facts: { stopSwitch: "on" },
    }),
  ).toEqual(["hold/hold", "signal/between", "approval/needed", "switch/stop", "drift/raised"]);
});

describe("the edge of each clause still lets exposure grow:", () => {
  const cases: readonly (Given & { readonly why: string })[] = [
    { why: "a hold just over", record: { holdMs: 30 * MINUTE } },
    { why: "a ceiling at the next step", record: { run: aRun({ ceiling: 25 }) } },
    { why: "a lag just under a second", facts: { eventLoopLagMs: 999 } },
    { why: "a clock five seconds ahead", facts: { clockSkewMs: 5_000 } },
    { why: "a clock five seconds behind", facts: { clockSkewMs: -5_000 } },
    { why: "a clock that nothing was compared with", facts: { clockSkewMs: null } },
    { why: "a bad signal that does not count", judgement: judged({}, { verdict: "halt", counts: false }) },
    { why: "a file that says act, without a command", gate: { mode: "act" }, record: { acting: null } },
    { why: "no run on record to compare with", record: { run: null } },
    { why: "no change of exposure ever", record: { exposure: anExposure({ changedAt: null }) } },
    {
      why: "the hold of the step before the first",
      record: { ramp: { state: "proving", step: 0 }, holdMs: 0 },
    },
    { why: "the approval given", gate: APPROVED_STEP, record: { run: aRun({ approvals: [anApproval()] }) } },
  ];

  test.each(cases)("$why", (given) => {
    expect(reasons(given)).toEqual([]);
  });

  test("a watch-only gate knows no ramp, no stop switch and no flag", () => {
    const record = { ramp: { state: "idle" }, drift: [aDrift()], intention: anIntention() } as const;
    const facts = { stopSwitch: "on", flagUnreadable: "timeout" } as const;
    expect(reasons({ gate: { flag: null }, record, facts })).toEqual([]);
  });
});

test("a ramp that bakes has no hold, no approval and no ceiling to name: there is no next step", () => {
  const record = { ramp: { state: "baking", step: 1 }, holdMs: 0, run: aRun({ ceiling: 5 }) } as const;
  expect(reasons({ gate: APPROVED_STEP, record })).toEqual(["state/baking"]);
});

describe("a change of exposure found in this very pass", () => {
  const CHANGED = { exposure: anExposure({ changedAt: NOON - 60 * SECOND }) };

  test("makes good evidence from before it settle first", () => {
    const [reason, ...others] = blockers({ record: CHANGED, judgement: judged({ settleMs: 75 * SECOND }) });
    expect(others).toEqual([]);
    expect(reason).toEqual({
      kind: "settle",
      code: "settling",
      message: "errors: still shows the time before the change",
      until: after(15 * SECOND),
      opens: null,
    });
  });

  test("is settled the moment settle is over", () => {
    expect(reasons({ record: CHANGED, judgement: judged({ settleMs: 60 * SECOND }) })).toEqual([]);
  });

  test.each([
    { asOf: NOON - 60 * SECOND, reason: ["settle/settling"] },
    { asOf: NOON - 60 * SECOND + 1, reason: [] },
  ])("asks of a watermark that it lies after the change", ({ asOf, reason }) => {
    const settled = judged({ settleMs: 0, reading: aReading({ asOf }) });
    expect(reasons({ record: CHANGED, judgement: settled })).toEqual(reason);
    for (const { until } of blockers({ record: CHANGED, judgement: settled })) expect(until).toBeNull();
  });

  test("says nothing about signals that are not good anyway", () => {
    const bad = judged({ verdict: "halt", code: "breached", settleMs: HOUR });
    expect(reasons({ record: CHANGED, judgement: bad })).toEqual(["signal/halt"]);
  });
});

describe("signals that settle together", () => {
  test("are one reason that opens with the last of them", () => {
    const signals = judged(
      { signal: "c", verdict: "wait", code: "settling", message: "data ends before", until: null },
      { signal: "b", verdict: "wait", code: "settling", message: "for 3m", until: after(3 * MINUTE) },
      { signal: "a", verdict: "wait", code: "settling", message: "for 1m", until: after(MINUTE) },
      { signal: "d", verdict: "wait", code: "between", message: "2%", until: null },
    );
    expect(blockers({ judgement: signals })).toEqual([
      aBecause({ code: "between", message: "d: 2%" }),
      aBecause({
        kind: "settle",
        code: "settling",
        message: "b and 2 more: for 3m",
        until: after(3 * MINUTE),
      }),
    ]);
  });

  test("without a known end have none together either", () => {
    const waiting = { verdict: "wait", code: "settling", message: "data ends before", until: null } as const;
    const [reason] = blockers({
      judgement: judged({ signal: "a", ...waiting }, { signal: "b", ...waiting }),
    });
    expect(reason).toMatchObject({ message: "a and 1 more: data ends before", until: null });
  });
});

describe("a reason says", () => {
  test("how much of the hold is left", () => {
    const [hold] = blockers({ record: { holdMs: 10 * MINUTE } });
    expect(hold).toEqual({
      kind: "hold",
      code: "hold",
      message: "held 10m of 30m",
      until: after(20 * MINUTE),
      opens: null,
    });
  });

  test("which signal, its message and when time opens it", () => {
    const signal = { verdict: "wait", code: "missing", message: "no-series", until: after(MINUTE) } as const;
    expect(blockers({ judgement: judged(signal) })[0]).toMatchObject({
      message: "errors: no-series",
      until: after(MINUTE),
    });
  });

  test.each([
    { count: 1, message: "25% needs an approval by release-leads" },
    { count: 2, message: "25% needs 2 approvals by release-leads" },
  ])("how many approvals are missing ($count)", ({ count, message }) => {
    const steps = [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand({ count })] })];
    expect(blockers({ gate: { steps } })).toEqual([
      aBecause({ kind: "approval", code: "needed", message, opens: "rampart approve checkout" }),
    ]);
  });

  test("that an unknown author asks for one approval more", () => {
    const author = { kind: "unknown", why: "no entry" } as const;
    const definition = { ...passFacts().definition, author };
    expect(blockers({ gate: APPROVED_STEP, facts: { definition } })[0]?.message).toBe(
      "25% needs 2 approvals by release-leads",
    );
  });

  test("that an approval for another step does not count", () => {
    const run = aRun({ approvals: [anApproval({ step: 3 })] });
    expect(reasons({ gate: APPROVED_STEP, record: { run } })).toEqual(["approval/needed"]);
    expect(reasons({ gate: APPROVED_STEP, record: { run: null } })).toEqual(["approval/needed"]);
  });

  test.each([
    {
      kind: "raised",
      opens: "rampart adopt-flag checkout, rampart restore checkout or rampart rollback checkout",
    },
    { kind: "audience", opens: "rampart adopt-flag checkout or rampart rollback checkout" },
  ] as const)("what settles drift that is $kind", ({ kind, opens }) => {
    const drift = [aDrift({ kind, message: "was changed", by: "operator" })];
    expect(blockers({ record: { drift } })).toEqual([
      aBecause({ kind: "drift", code: kind, message: "was changed by operator", opens }),
    ]);
    const unnamed = [aDrift({ kind, message: "was changed", by: null })];
    expect(blockers({ record: { drift: unnamed } })[0]?.message).toBe("was changed");
  });

  test("which percent is the ceiling and who lifts it", () => {
    expect(blockers({ record: { run: aRun({ ceiling: 10 }) } })).toEqual([
      aBecause({
        kind: "drift",
        code: "ceiling",
        message: "a person lowered the flag: 10% is the ceiling",
        opens: "rampart adopt-flag checkout",
      }),
    ]);
  });

  test("that a ceiling bounds nothing where there is no next step", () => {
    const run = aRun({ ceiling: 10 });
    expect(reasons({ record: { run, ramp: { state: "baking", step: 3 } } })).toEqual(["state/baking"]);
    expect(reasons({ record: { run, ramp: { state: "proving", step: 3 } } })).toEqual([]);
  });

  const said: readonly (Given & { readonly message: string; readonly opens: string | null })[] = [
    { record: { acting: null }, message: "the gate only observes", opens: "rampart act checkout" },
    {
      facts: { stopSwitch: "on" },
      message: "the flag rampart.stop is on: no increases anywhere",
      opens: "switch rampart.stop off in Unleash",
    },
    {
      facts: { stopSwitch: "unknown" },
      message: "the flag rampart.stop cannot be read: the SDK is not synchronised",
      opens: null,
    },
    { facts: { flagUnreadable: "403" }, message: "the flag cannot be read: 403", opens: null },
    { facts: { eventLoopLagMs: 2_000 }, message: "this process lags by 2s", opens: null },
    { facts: { clockSkewMs: -7_000 }, message: "the clock differs from Prometheus' by 7s", opens: null },
    { record: { intention: anIntention() }, message: "a write is not verified yet", opens: null },
    {
      judgement: { signals: [] },
      message: "no signal that gates this step has an answer",
      opens: null,
    },
  ];

  test.each(said)("'$message'", ({ message, opens, ...given }) => {
    expect(blockers(given)).toMatchObject([{ message, opens, until: null }]);
  });

  test.each([
    { status: "valid", hash: "sha256:bb", message: "the run is pinned to another definition" },
    { status: "changed", hash: "sha256:aa", message: "the file changed after the run began" },
    { status: "invalid", hash: "sha256:aa", message: "the newest file has errors" },
    { status: "gone", hash: "sha256:aa", message: "the file is gone" },
    {
      status: "invalid",
      hash: "sha256:aa",
      fault: "gates/checkout.yaml:5:7 basket.yaml drives the same flag, environment and strategy",
      message:
        "the newest file has errors: gates/checkout.yaml:5:7 basket.yaml drives the same flag, environment and strategy",
    },
  ] as const)("of a definition that is $status: '$message'", ({ status, hash, message, ...more }) => {
    const definition = { ...passFacts().definition, status, hash, ...more };
    const opens =
      status === "changed"
        ? "rampart adopt-definition checkout, put the pinned one back, or end the run and start anew"
        : "put the pinned definition back, or end the run and start anew";
    expect(blockers({ facts: { definition } })).toMatchObject([{ message, opens }]);
  });
});

describe("the state as a reason", () => {
  const causes = [aBecause({ message: "errors: 3%" }), aBecause({ message: "late: 4" })];

  test.each([
    { ramp: { state: "idle" }, message: "no ramp runs", opens: "rampart start checkout" },
    { ramp: { state: "proving", step: 2 }, message: "proving at step 2", opens: null },
    {
      ramp: { state: "baking", step: 3 },
      message: "baking at the last step: there is no further step",
      opens: null,
    },
    { ramp: aPause(), message: "paused by operator: lunch", opens: "rampart resume checkout" },
    {
      ramp: aHalt({ causes }),
      message: "halted: errors: 3%; late: 4",
      opens: "rampart resume checkout --reason ..., or rampart rollback checkout",
    },
    { ramp: aRollback({ causes }), message: "rolling back: errors: 3%; late: 4", opens: null },
    {
      ramp: { state: "rolled-back", since: NOON, fromPercent: 5, causes },
      message: "rolled back: errors: 3%; late: 4",
      opens: "rampart restart checkout",
    },
    { ramp: { state: "finished", since: NOON }, message: "the ramp is finished", opens: null },
  ] as const)("of $ramp.state", ({ ramp, message, opens }) => {
    expect(stateBecause(aRecord({ ramp }))).toEqual({
      kind: "state",
      code: ramp.state,
      message,
      until: null,
      opens,
    });
  });
});

describe("the mode", () => {
  test.each([
    { file: null, acting: true, mode: "act" },
    { file: null, acting: false, mode: "observe" },
    { file: "act", acting: false, mode: "act" },
    { file: "act", acting: true, mode: "act" },
    { file: "observe", acting: true, mode: "observe" },
    { file: "observe", acting: false, mode: "observe" },
  ] as const)(
    "with the file saying $file and the act command given $acting is $mode",
    ({ file, acting, mode }) => {
      const record = aRecord({ acting: acting ? { by: "operator", at: NOON } : null });
      expect(modeOf(aGate({ mode: file }), record)).toBe(mode);
    },
  );
});

describe("steps", () => {
  test("are counted from 1, and 0 is before the first", () => {
    expect([0, 1, 2, 3, 4].map((index) => percentOf(aGate(), index))).toEqual([0, 5, 25, 100, 0]);
    expect(nextStep(aGate(), 0)?.to).toBe(5);
    expect(nextStep(aGate(), 2)?.to).toBe(100);
    expect(nextStep(aGate(), 3)).toBeNull();
  });
});

describe("people are asked for an approval", () => {
  test.each(["hold", "lock", "approval", "claim"] as const)("while %s alone is left", (kind) => {
    expect(isOpenForApproval([aBecause({ kind, code: "any" })])).toBe(true);
  });

  test.each(["state", "definition", "signal", "alert", "settle", "proof", "require", "drift"] as const)(
    "not while %s stands in the way",
    (kind) => {
      expect(isOpenForApproval([aBecause({ kind: "approval" }), aBecause({ kind, code: "any" })])).toBe(
        false,
      );
    },
  );

  test("though the stop switch is on, but not while the gate observes or its flag cannot be read", () => {
    expect(isOpenForApproval([aBecause({ kind: "switch", code: "stop" })])).toBe(true);
    expect(isOpenForApproval([aBecause({ kind: "switch", code: "observe" })])).toBe(false);
    expect(isOpenForApproval([aBecause({ kind: "health", code: "flag-unreadable" })])).toBe(false);
    expect(isOpenForApproval([aBecause({ kind: "health", code: "lag" })])).toBe(true);
  });
});
