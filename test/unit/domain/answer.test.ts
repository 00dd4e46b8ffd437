import { describe, expect, test } from "vitest";
import { type StatusAnswer, answer } from "../../../src/domain/answer.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { Gate, Purpose } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import type { Because, SignalJudgement } from "../../../src/domain/verdict.ts";
import {
  NOON,
  aBecause,
  aDecision,
  aGate,
  aHalt,
  aPause,
  aRecord,
  aRollback,
  aSignal,
  aSignalJudgement,
  after,
  anExposure,
  aMaintenance,
} from "../../support/builders.ts";

type Given = {
  readonly record?: Partial<GateRecord>;
  readonly decision?: Partial<Decision> | null;
  readonly gate?: Partial<Gate>;
};

function asked(purpose: Purpose, { record = {}, decision = {}, gate = {} }: Given = {}): StatusAnswer {
  const whole = aRecord(record);
  return answer(purpose, {
    gate: aGate(gate),
    definition: "sha256:aa",
    record: whole,
    decision:
      decision === null
        ? null
        : aDecision({ before: whole.ramp.state, after: whole.ramp.state, ...decision }),
    now: NOON,
  });
}

function exitFor(because: readonly Partial<Because>[], record: Partial<GateRecord> = {}): number {
  return asked("advance", { record, decision: { because: because.map((fields) => aBecause(fields)) } })
    .exitCode;
}

test("an answer remarks on the maintenance that is under way, which opens and closes nothing", () => {
  const given = { gate: aGate(), definition: "sha256:aa", record: aRecord(), decision: null, now: NOON };
  const over = aMaintenance({ id: "mnt_0", since: NOON - HOUR, until: NOON });
  const said = answer("advance", { ...given, maintenance: [over, aMaintenance()] });
  expect(said.remarks).toEqual([
    "source main is under maintenance by operator for another 2h: Prometheus is upgraded; what cannot be seen of it waits, and no clock counts it",
  ]);
  expect({ ...said, remarks: [] }).toEqual(answer("advance", given));
});

const APPROVAL = { kind: "approval", code: "needed" } as const;
const HELD = { kind: "hold", code: "hold" } as const;
const MISSING = { kind: "signal", code: "missing" } as const;
const HALT = { kind: "signal", code: "halt" } as const;

test("an open answer says everything that is known", () => {
  expect(asked("advance")).toEqual({
    gate: "checkout",
    for: "advance",
    open: true,
    verdict: "good",
    state: "proving",
    mode: "act",
    exitCode: 0,
    exposure: { wanted: 5, set: 5, served: 5, observed: null, unit: "percent" },
    step: { index: 1, of: 3, next: 25 },
    because: [],
    signals: [aSignalJudgement()],
    alerts: [],
    deploy: null,
    woulds: [],
    remarks: [],
    retryAt: null,
    decision: "dec_1",
    definition: "sha256:aa",
    at: NOON,
  });
});

test("before the first pass nothing is open and nothing is seen", () => {
  expect(asked("advance", { decision: null })).toMatchObject({
    open: false,
    verdict: "wait",
    exitCode: 6,
    because: [{ kind: "state", code: "not-evaluated", message: "the gate has not been evaluated yet" }],
    signals: [],
    decision: null,
    at: NOON,
    retryAt: after(15 * SECOND),
  });
});

describe("the step an answer speaks of", () => {
  const raised = {
    because: [],
    step: 1,
    action: { kind: "raise", from: 1, to: 5, title: "x" },
  } as const;
  const entered = { ramp: { state: "proving", step: 2 } } as const;

  test("is the one that the pass entered, while its answer is open", () => {
    const { open, step } = asked("advance", { record: entered, decision: raised });
    expect({ open, step }).toEqual({ open: true, step: { index: 1, of: 3, next: 5 } });
  });

  test("is where the ramp stands when the answer is closed", () => {
    const because = [aBecause(HELD)];
    const { step } = asked("advance", { record: entered, decision: { ...raised, because } });
    expect(step).toMatchObject({ index: 2, of: 3 });
  });
});

describe("the exit code is the first that applies of 4, 6, 3 and 5:", () => {
  test.each([
    { because: [], exit: 0 },
    { because: [APPROVAL], exit: 5 },
    { because: [APPROVAL, APPROVAL], exit: 5 },
    { because: [APPROVAL, HELD], exit: 3 },
    { because: [HELD], exit: 3 },
    { because: [HELD, MISSING], exit: 6 },
    { because: [APPROVAL, MISSING], exit: 6 },
    { because: [MISSING, HALT], exit: 4 },
    { because: [APPROVAL, HELD, MISSING, HALT], exit: 4 },
  ])("$exit for $because", ({ because, exit }) => {
    expect(exitFor(because)).toBe(exit);
  });

  test.each([
    { reason: { kind: "state", code: "halted" }, exit: 4 },
    { reason: { kind: "state", code: "rolling-back" }, exit: 4 },
    { reason: { kind: "state", code: "rolled-back" }, exit: 4 },
    { reason: { kind: "signal", code: "halt" }, exit: 4 },
    { reason: { kind: "signal", code: "rollback" }, exit: 4 },
    { reason: { kind: "drift", code: "raised" }, exit: 4 },
    { reason: { kind: "drift", code: "audience" }, exit: 4 },
    { reason: { kind: "drift", code: "unmanaged" }, exit: 4 },
    { reason: { kind: "drift", code: "foreign-token" }, exit: 4 },
    { reason: { kind: "definition", code: "invalid" }, exit: 4 },
    { reason: { kind: "signal", code: "missing" }, exit: 6 },
    { reason: { kind: "signal", code: "dark" }, exit: 6 },
    { reason: { kind: "signal", code: "no-evidence" }, exit: 6 },
    { reason: { kind: "health", code: "flag-unreadable" }, exit: 6 },
    { reason: { kind: "switch", code: "stop-unknown" }, exit: 6 },
    { reason: { kind: "state", code: "not-evaluated" }, exit: 6 },
    { reason: { kind: "state", code: "idle" }, exit: 3 },
    { reason: { kind: "state", code: "paused" }, exit: 3 },
    { reason: { kind: "state", code: "baking" }, exit: 3 },
    { reason: { kind: "settle", code: "settling" }, exit: 3 },
    { reason: { kind: "signal", code: "between" }, exit: 3 },
    { reason: { kind: "signal", code: "short" }, exit: 3 },
    { reason: { kind: "drift", code: "title" }, exit: 3 },
    { reason: { kind: "drift", code: "ceiling" }, exit: 3 },
    { reason: { kind: "definition", code: "changed" }, exit: 3 },
    { reason: { kind: "definition", code: "gone" }, exit: 3 },
    { reason: { kind: "switch", code: "observe" }, exit: 3 },
    { reason: { kind: "switch", code: "stop" }, exit: 3 },
    { reason: { kind: "health", code: "lag" }, exit: 3 },
    { reason: { kind: "claim", code: "write-pending" }, exit: 3 },
    { reason: { kind: "approval", code: "needed" }, exit: 5 },
  ] as const)("$exit for $reason", ({ reason, exit }) => {
    expect(exitFor([reason])).toBe(exit);
  });

  test.each([
    { set: 1, exit: 4 },
    { set: 0, exit: 3 },
    { set: null, exit: 3 },
  ])("an invalid definition at $set% is $exit", ({ set, exit }) => {
    expect(exitFor([{ kind: "definition", code: "invalid" }], { exposure: anExposure({ set }) })).toBe(exit);
  });
});

describe("whether exposure may advance", () => {
  test("is what the latest pass found", () => {
    expect(asked("advance", { decision: { because: [aBecause(HELD)] } })).toMatchObject({
      open: false,
      because: [aBecause(HELD)],
    });
  });

  test.each([
    { ramp: aPause(), exit: 3 },
    { ramp: aHalt(), exit: 4 },
    { ramp: aRollback(), exit: 4 },
    { ramp: { state: "idle" } as const, exit: 3 },
  ])("is closed by a command that came after a pass without reasons: $ramp.state", ({ ramp, exit }) => {
    expect(asked("advance", { record: { ramp }, decision: { after: "proving" } })).toMatchObject({
      open: false,
      exitCode: exit,
      because: [{ kind: "state", code: ramp.state }],
    });
  });

  test("is open in the pass that raised into the last step", () => {
    const ramp = { state: "baking", step: 3 } as const;
    expect(asked("advance", { record: { ramp }, decision: { after: "proving" } }).open).toBe(true);
  });
});

describe("a finished ramp", () => {
  const record = { ramp: { state: "finished", since: NOON } } as const;
  const because = [aBecause({ kind: "state", code: "finished" })];

  test.each(["advance", "finish"] as const)("is open for %s, though its state is named", (purpose) => {
    expect(asked(purpose, { record, decision: { because } })).toMatchObject({
      open: true,
      exitCode: 0,
      because,
      step: { index: 3, of: 3, next: null },
      retryAt: null,
    });
  });

  test("is closed by drift alone", () => {
    const drift = aBecause({ kind: "drift", code: "raised" });
    const answered = asked("advance", { record, decision: { because: [...because, drift] } });
    expect(answered).toMatchObject({ open: false, exitCode: 4 });
  });

  test("is open for a deploy only as far as its signals are good", () => {
    const signals = [aSignalJudgement({ verdict: "halt", code: "breached" })];
    expect(asked("deploy", { record, decision: { because, signals } })).toMatchObject({
      open: false,
      exitCode: 4,
    });
  });
});

describe("whether the ramp may finish", () => {
  const baking = { ramp: { state: "baking", step: 3 } } as const;
  const state = aBecause({ kind: "state", code: "baking" });

  test("does not ask for the state or the file while it bakes", () => {
    const changed = aBecause({ kind: "definition", code: "changed" });
    expect(asked("finish", { record: baking, decision: { because: [state, changed] } }).open).toBe(true);
    const bake = aBecause({ kind: "hold", code: "bake" });
    expect(asked("finish", { record: baking, decision: { because: [state, bake] } })).toMatchObject({
      open: false,
      exitCode: 3,
      because: [bake],
    });
  });

  test("is not said by the pass that raised into the last step", () => {
    expect(asked("finish", { record: baking, decision: { after: "proving" } })).toMatchObject({
      open: false,
      exitCode: 3,
      because: [{ kind: "state", code: "baking" }],
    });
  });

  test.each([{ because: [] }, { because: [aBecause(APPROVAL)] }])(
    "is closed while it still proves, whatever growth lacks",
    ({ because }) => {
      expect(asked("finish", { decision: { because } })).toMatchObject({
        open: false,
        exitCode: 3,
        because: [{ kind: "state", code: "proving" }, ...because],
      });
    },
  );

  test("is closed by a halt, also by one that came after the pass", () => {
    const halted = aBecause({ kind: "state", code: "halted" });
    expect(asked("finish", { record: { ramp: aHalt() }, decision: { because: [halted] } })).toMatchObject({
      exitCode: 4,
      because: [halted],
    });
    expect(asked("finish", { record: { ramp: aHalt() }, decision: { after: "baking" } }).exitCode).toBe(4);
  });
});

const open = (signal: Partial<SignalJudgement>, given: Given = {}) =>
  asked("deploy", { ...given, decision: { ...given.decision, signals: [aSignalJudgement(signal)] } });

test("asks for signals alone, not for hold, proof, approvals or the state", () => {
  const because = [aBecause(HELD), aBecause(APPROVAL), aBecause({ kind: "state", code: "halted" })];
  for (const ramp of [aHalt({ causes: [aBecause({ kind: "drift" })] }), aPause(), aRollback()]) {
    expect(open({}, { record: { ramp }, decision: { because } })).toMatchObject({
      open: true,
      exitCode: 0,
      because: [],
    });
  }
});

describe("whether a deploy may go out", () => {
  test("is not known while a freeze could be in its way and calendars have no effect yet", () => {
    const said = asked("deploy", { gate: { calendars: ["peak"] } });
    expect([said.open, said.exitCode]).toEqual([false, 3]);
    expect(said.because.map(({ kind, code }) => `${kind}/${code}`)).toEqual(["definition/unbuilt"]);
    expect(asked("deploy", { gate: { evidence: { falseHalt: 0.01 } } }).open).toBe(true);
  });

  test.each([
    { signal: { verdict: "wait", code: "settling" }, exit: 0 },
    { signal: { verdict: "wait", code: "between" }, exit: 3 },
    { signal: { verdict: "wait", code: "short" }, exit: 3 },
    { signal: { verdict: "wait", code: "missing" }, exit: 6 },
    { signal: { verdict: "wait", code: "dark" }, exit: 6 },
    { signal: { verdict: "halt", code: "breached" }, exit: 4 },
    { signal: { verdict: "rollback", code: "breached" }, exit: 4 },
    { signal: { verdict: "halt", code: "missing" }, exit: 4 },
  ] as const)("$signal: $exit", ({ signal, exit }) => {
    expect(open(signal).exitCode).toBe(exit);
    expect(open(signal).open).toBe(exit === 0);
  });

  test("is closed while a signal stands at halt, though the ramp is halted already", () => {
    const { because } = open(
      { verdict: "halt", code: "breached", message: "3%" },
      { record: { ramp: aHalt() } },
    );
    expect(because).toEqual([aBecause({ message: "errors: 3%" })]);
  });

  test.each([
    { signal: { verdict: "wait", code: "between" }, isOpen: true },
    { signal: { verdict: "wait", code: "missing" }, isOpen: true },
    { signal: { verdict: "halt", code: "breached" }, isOpen: false },
    { signal: { verdict: "rollback", code: "breached" }, isOpen: false },
  ] as const)(
    "does not depend on a signal without deploy, unless it is breached: $signal",
    ({ signal, isOpen }) => {
      const gate = { signals: [aSignal({ name: "other" }), aSignal({ gates: ["advance"] })] };
      expect(open(signal, { gate }).open).toBe(isOpen);
      expect(open(signal, { gate: { signals: [] } }).open).toBe(isOpen);
    },
  );
});

describe("when to ask again", () => {
  test("is never before the next pass", () => {
    const because = [aBecause({ until: after(SECOND) })];
    expect(asked("advance", { decision: { because } }).retryAt).toBe(after(15 * SECOND));
    expect(asked("advance", { decision: { because: [aBecause({ until: null })] } }).retryAt).toBe(
      after(15 * SECOND),
    );
  });

  test("is the first instant at which time opens one of the reasons", () => {
    const because = [
      aBecause({ until: after(3 * MINUTE) }),
      aBecause({ until: after(2 * MINUTE) }),
      aBecause({ until: null }),
    ];
    expect(asked("advance", { decision: { because } }).retryAt).toBe(after(2 * MINUTE));
  });
});

describe("the step", () => {
  test.each([
    { ramp: { state: "idle" }, step: { index: 0, of: 3, next: 5 } },
    { ramp: { state: "proving", step: 2 }, step: { index: 2, of: 3, next: 100 } },
    { ramp: aHalt(), step: { index: 1, of: 3, next: 25 } },
    { ramp: { state: "baking", step: 3 }, step: { index: 3, of: 3, next: null } },
    { ramp: aRollback(), step: { index: 0, of: 3, next: 5 } },
  ] as const)("while $ramp.state", ({ ramp, step }) => {
    expect(asked("advance", { record: { ramp } }).step).toEqual(step);
  });
});

test("the mode, and the time of the last pass folded into the decision, are told", () => {
  const decision = { at: NOON - MINUTE, lastAt: NOON - SECOND };
  expect(asked("advance", { record: { acting: null }, decision })).toMatchObject({
    mode: "observe",
    at: NOON - SECOND,
  });
});
