import { describe, expect, test } from "vitest";
import { SECOND } from "../../../src/domain/instant.ts";
import { lateRollback } from "../../../src/domain/stopped.ts";
import { stepBackOf, steppedBack, steppingSignals } from "../../../src/domain/step-back.ts";
import { decide } from "../../../src/domain/decide.ts";
import {
  NOON,
  aBecause,
  aFlagAt,
  aFlagRecord,
  aGate,
  aJudgement,
  aLimit,
  aRecord,
  aRollback,
  aServed,
  aSignal,
  aSignalClock,
  aSignalJudgement,
  aStrategy,
  anExposure,
  passFacts,
} from "../../support/builders.ts";

const GATE = aGate({
  signals: [aSignal(), aSignal({ name: "throttled", rollback: { ...aLimit("above 20%"), to: "previous" } })],
});
const BREACHED = aJudgement({
  verdict: "rollback",
  signals: [aSignalJudgement({ signal: "throttled", verdict: "rollback", code: "breached" })],
});
const STEP_BACK = { step: 1, to: 5, signals: ["throttled"] };

describe("a step back goes to the highest declared step below", () => {
  test.each([
    ["the percent on record", { flag: aFlagRecord({ rollout: 25 }), exposure: anExposure({ set: 25 }) }],
    [
      "what is set, where that is lower",
      { flag: aFlagRecord({ rollout: 100 }), exposure: anExposure({ set: 25 }) },
    ],
    [
      "the percent on record, where somebody raised it",
      { flag: aFlagRecord({ rollout: 25 }), exposure: anExposure({ set: 60 }) },
    ],
    [
      "the percent on record, where nothing was read",
      { flag: aFlagRecord({ rollout: 25 }), exposure: anExposure({ set: null }) },
    ],
    [
      "a percent between two steps",
      { flag: aFlagRecord({ rollout: 12 }), exposure: anExposure({ set: 12 }) },
    ],
  ])("%s", (_, record) => {
    expect(stepBackOf(GATE, aRecord(record), BREACHED)).toEqual(STEP_BACK);
  });

  test.each([
    ["from the first step", {}],
    ["of a flag nothing is recorded of", { flag: null }],
  ])("which %s is none", (_, record) => {
    expect(stepBackOf(GATE, aRecord(record), BREACHED)).toBeNull();
  });
});

describe("a signal steps back", () => {
  test("by its breached limit alone, and not for being missing", () => {
    const judgement = aJudgement({
      signals: [
        aSignalJudgement({ verdict: "rollback", code: "breached" }),
        aSignalJudgement({ signal: "throttled", verdict: "rollback", code: "missing" }),
      ],
    });
    expect(steppingSignals(GATE, judgement)).toEqual([]);
    expect(steppingSignals(GATE, BREACHED)).toEqual(["throttled"]);
  });
});

describe("a verified step back", () => {
  const causes = [aBecause({ code: "rollback" })];

  test("halts at its step, and marks who ordered it with the time of the change", () => {
    const clocks = { errors: aSignalClock(), throttled: aSignalClock() };
    const exposure = anExposure({ set: 5, changedAt: NOON - SECOND });
    const { ramp, clocks: marked } = steppedBack(
      GATE,
      aRecord({ clocks, exposure }),
      STEP_BACK,
      causes,
      NOON,
    );
    expect(ramp).toMatchObject({ state: "halted", from: { state: "proving", step: 1 }, causes, since: NOON });
    expect(marked).toEqual({
      errors: aSignalClock(),
      throttled: aSignalClock({ steppedBackAt: NOON - SECOND }),
    });
  });

  test("takes its own time where no change is known, and step 0 where nothing was read", () => {
    const record = aRecord({
      clocks: { throttled: aSignalClock() },
      exposure: anExposure({ set: null, changedAt: null }),
    });
    const { ramp, clocks } = steppedBack(GATE, record, STEP_BACK, causes, NOON);
    expect(ramp).toMatchObject({ from: { state: "proving", step: 0 } });
    expect(clocks["throttled"]?.steppedBackAt).toBe(NOON);
  });
});

test("a step back that SDKs do not show waits in the inbox as one", () => {
  const verification = { firstAt: null, servedLateSince: NOON - 60 * SECOND };
  const waiting = lateRollback(aRollback({ stepBack: STEP_BACK, verification }), NOON);
  expect(waiting?.message).toMatch(/^going one step back: set to 5%, but SDKs do not show it yet/);
});

test("a step back under which no raise is known is verified by two looks", () => {
  const title = aStrategy().title;
  const record = aRecord({
    ramp: aRollback({
      stepBack: STEP_BACK,
      verification: { firstAt: NOON - 5 * SECOND, servedLateSince: null },
    }),
    exposure: anExposure({ raisedAt: null }),
  });
  const facts = passFacts({ observation: aFlagAt(5, title), served: aServed("5"), judgement: BREACHED });
  expect(decide(GATE, record, facts).record.ramp.state).toBe("halted");
});
