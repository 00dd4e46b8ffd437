import { describe, expect, test } from "vitest";
import { answer } from "../../../src/domain/answer.ts";
import { type PassResult, decide } from "../../../src/domain/decide.ts";
import type { PassFacts } from "../../../src/domain/draft.ts";
import type { Gate, Purpose } from "../../../src/domain/gate.ts";
import { alertBlockers } from "../../../src/domain/growth.ts";
import { countsTowardsHold } from "../../../src/domain/hold.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { isAlarmed } from "../../../src/domain/shrink.ts";
import type { AlertJudgement } from "../../../src/domain/verdict.ts";
import {
  NOON,
  aDecision,
  aDeploy,
  aFlagAt,
  aFlagRecord,
  aGate,
  aGuard,
  aHalt,
  aMaintenance,
  aJudgement,
  aRecord,
  anAlertJudgement,
  anExposure,
  passFacts,
} from "../../support/builders.ts";

const FIRING = { code: "firing", message: "CheckoutErrors is firing for 8m" } as const;
const PENDING = { verdict: "wait", code: "pending", message: "CheckoutErrors is pending for 1m" } as const;
const LOST = {
  verdict: "wait",
  code: "missing",
  message: "no alerting rule matches",
  until: NOON + HOUR,
} as const;

/** Every signal is good; only the guard has something to say. */
function guarded(fields: Partial<AlertJudgement>) {
  const alert = anAlertJudgement(fields);
  return aJudgement({ verdict: alert.verdict, alerts: [alert] });
}

function pass(
  fields: Partial<AlertJudgement>,
  facts: Partial<PassFacts> = {},
  record: Partial<GateRecord> = {},
  gate: Partial<Gate> = {},
): PassResult {
  const own = { judgement: guarded(fields), ...facts };
  return decide(aGate({ alerts: [aGuard()], ...gate }), aRecord(record), passFacts(own));
}

function causes({ record: { ramp } }: PassResult): readonly string[] {
  return "causes" in ramp ? ramp.causes.map(({ kind, code, message }) => `${kind}/${code}: ${message}`) : [];
}

describe("a guard", () => {
  test("that is good raises nothing by itself and is in nobody's way", () => {
    expect(pass({}).decision).toMatchObject({ because: [], action: { kind: "raise" } });
  });

  test.each([PENDING, LOST])(
    "that waits ($code) keeps exposure where it is, and the hold clock too",
    (said) => {
      const { decision, record } = pass(said);
      expect(decision.because).toEqual([
        {
          kind: "alert",
          code: said.code,
          message: said.message,
          until: "until" in said ? said.until : null,
          opens: null,
        },
      ]);
      expect(decision.action.kind).toBe("none");
      expect(record.lastPass?.counted).toBe(false);
      expect(decision.alerts).toEqual([anAlertJudgement(said)]);
    },
  );

  test("at halt halts the ramp, and its deadline runs", () => {
    const result = pass({ verdict: "halt", ...FIRING });
    expect(result.record.ramp.state).toBe("halted");
    expect(causes(result)).toEqual(["alert/halt: CheckoutErrors is firing for 8m"]);
    expect(result.record.lastPass?.alarmed).toBe(true);
  });

  test("at rollback rolls back in this very pass", () => {
    const result = pass({ verdict: "rollback", ...FIRING });
    expect(result.record).toMatchObject({
      ramp: { state: "rolling-back" },
      intention: { kind: "lower", to: 0 },
    });
    expect(causes(result)).toEqual(["alert/rollback: CheckoutErrors is firing for 8m"]);
    expect(result.tellings[0]).toMatchObject({ kind: "rolling-back", page: true });
  });

  test("at rollback halts where nobody is exposed", () => {
    const unexposed = {
      ramp: { state: "proving", step: 0 },
      exposure: anExposure({ wanted: 0, set: 0 }),
      flag: aFlagRecord({ rollout: 0 }),
    } as const;
    const facts = { observation: aFlagAt(0) };
    expect(pass({ verdict: "rollback", ...FIRING }, facts, unexposed).record.ramp.state).toBe("halted");
  });

  test("keeps a baking ramp from finishing", () => {
    const baking = {
      ramp: { state: "baking", step: 3 },
      exposure: anExposure({ wanted: 100, set: 100 }),
      flag: aFlagRecord({ rollout: 100 }),
      bakeMs: 48 * HOUR,
    } as const;
    const facts = { observation: aFlagAt(100) };
    expect(pass(PENDING, facts, baking).record.ramp.state).toBe("baking");
    expect(pass({}, facts, baking).record.ramp.state).toBe("finished");
  });
});

describe("only a guard that stands at halt alarms", () => {
  test.each([
    [{ verdict: "halt", ...FIRING }, true],
    [{ verdict: "halt", code: "missing" }, true],
    [{ verdict: "halt", code: "dark" }, false],
    [PENDING, false],
  ] as const)("%j: %s", (said, alarmed) => {
    expect(isAlarmed(aGate(), passFacts({ judgement: guarded(said) }))).toBe(alarmed);
  });

  test("and none that is missing while its source is under maintenance", () => {
    const facts = {
      judgement: guarded({ verdict: "halt", code: "missing" }),
      maintenance: [aMaintenance({ since: NOON - MINUTE })],
    };
    const match = anAlertJudgement().guard;
    expect(isAlarmed(aGate({ alerts: [aGuard({ match })] }), passFacts(facts))).toBe(false);
    expect(isAlarmed(aGate({ alerts: [] }), passFacts(facts))).toBe(true);
  });
});

test("time counts towards the hold only while every guard is good", () => {
  expect(countsTowardsHold(guarded({}))).toBe(true);
  expect(countsTowardsHold(guarded(PENDING))).toBe(false);
});

test("each guard that is not good is a reason, under its own code while it waits and its verdict else", () => {
  const all = [
    anAlertJudgement(),
    anAlertJudgement(PENDING),
    anAlertJudgement({ verdict: "halt", ...FIRING }),
  ];
  expect(alertBlockers(all).map(({ kind, code }) => [kind, code])).toEqual([
    ["alert", "pending"],
    ["alert", "halt"],
  ]);
});

describe("what is asked of a gate with guards", () => {
  const watchOnly = aGate({ flag: null, steps: [], signals: [], alerts: [aGuard()] });

  function asked(purpose: Purpose, said: Partial<AlertJudgement>) {
    const judgement = { ...guarded(said), signals: [] };
    const record = aRecord({ ramp: { state: "idle" }, run: null, flag: null });
    const passed = decide(watchOnly, record, passFacts({ judgement, observation: null, served: null }));
    const { decision } = passed;
    return answer(purpose, {
      gate: watchOnly,
      definition: "sha256:aa",
      record: passed.record,
      decision,
      now: NOON,
    });
  }

  test("alone is open while they are good, and says that nothing proves health", () => {
    expect(asked("advance", {})).toMatchObject({
      open: true,
      exitCode: 0,
      remarks: ["guards only: nothing proves health"],
    });
    expect(asked("deploy", {}).open).toBe(true);
  });

  test.each([
    [PENDING, 3],
    [LOST, 6],
    [{ verdict: "halt", ...FIRING } as const, 4],
    [{ verdict: "rollback", ...FIRING } as const, 4],
  ])("%j closes a deploy with exit code %i", (said, exitCode) => {
    expect(asked("deploy", said)).toMatchObject({ open: false, exitCode, alerts: [anAlertJudgement(said)] });
    expect(asked("advance", said)).toMatchObject({ open: false, exitCode });
  });

  test("is no evidence where there is neither signal nor guard", () => {
    const nothing = aGate({ flag: null, steps: [], signals: [] });
    const facts = passFacts({ judgement: aJudgement({ signals: [] }), observation: null, served: null });
    expect(decide(nothing, aRecord({ flag: null }), facts).decision.because[0]?.code).toBe("no-evidence");
  });

  test("does not replace the signal that a gate with a flag needs", () => {
    const facts = { judgement: aJudgement({ signals: [], alerts: [anAlertJudgement()] }) };
    expect(pass({}, facts).decision.because[0]?.code).toBe("no-evidence");
  });
});

describe("a deploy", () => {
  const gate = { service: "checkout", onDeploy: "settle" } as const;
  const newestDeploy = aDeploy({ at: NOON - 12 * MINUTE });

  test("that a degradation follows is named among its causes, and the answer calls it a suspect", () => {
    const result = pass({ verdict: "rollback", ...FIRING }, { newestDeploy }, {}, gate);
    expect(causes(result)).toEqual([
      "alert/rollback: CheckoutErrors is firing for 8m",
      "state/suspect: suspect: checkout 4f2a91c was deployed 12m before",
    ]);
    const { record, decision } = result;
    const told = answer("advance", { gate: aGate(), definition: "sha256:aa", record, decision, now: NOON });
    expect(told.deploy).toMatchObject({ service: "checkout", version: "4f2a91c", suspect: true });
  });

  test("that nothing followed is no suspect", () => {
    const { record } = pass({}, { newestDeploy }, {}, gate);
    const asked = { gate: aGate(), definition: "sha256:aa", decision: aDecision(), now: NOON };
    expect(answer("advance", { ...asked, record }).deploy).toMatchObject({ suspect: false });
    const halted = { ...record, ramp: aHalt() };
    expect(answer("advance", { ...asked, record: halted }).deploy?.suspect).toBe(false);
    expect(answer("advance", { ...asked, record: aRecord() }).deploy).toBeNull();
  });

  test("is told once while a ramp runs, with what it does", () => {
    const result = pass({}, { newestDeploy }, {}, { ...gate, onDeploy: "restart-step" });
    expect(result.tellings.map(({ kind, text }) => [kind, text.split("\n")[0]])).toContainEqual([
      "deployed",
      "Why: checkout 4f2a91c was deployed (machine:ci): the step begins anew.",
    ]);
    const settle = pass({}, { newestDeploy }, {}, gate)
      .tellings.map(({ text }) => text)
      .join();
    expect(settle).toMatch(/readings settle anew/);
    const { deploy } = result.record;
    expect(pass({}, { newestDeploy }, { deploy }, gate).tellings.map(({ kind }) => kind)).not.toContain(
      "deployed",
    );
  });

  const kinds = (record: Partial<GateRecord>, onDeploy: Gate["onDeploy"]) =>
    pass({}, { newestDeploy }, record, { ...gate, onDeploy }).tellings.map(({ kind }) => kind);

  test("is not told where it is only noted, nor where no ramp runs", () => {
    expect(kinds({}, "note")).not.toContain("deployed");
    expect(kinds({ ramp: { state: "finished", since: NOON } }, "settle")).not.toContain("deployed");
  });

  test("that this pass learned of makes yesterday's good evidence settle", () => {
    const fresh = aDeploy({ at: NOON - MINUTE });
    const { decision } = pass({}, { newestDeploy: fresh }, {}, gate);
    expect(decision.action.kind).toBe("none");
    expect(decision.because[0]).toMatchObject({ kind: "settle", code: "settling" });
    expect(decision.because[0]?.message).toMatch(/checkout 4f2a91c was deployed 1m ago$/);
  });
});
