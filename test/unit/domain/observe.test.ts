import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { observedStep, withObservedTime, withWould, wouldDo } from "../../../src/domain/observe.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import {
  NOON,
  aGate,
  aJudgement,
  aLastPass,
  aRecord,
  aSignalJudgement,
  aStep,
  anAlertJudgement,
  aDemand,
  anExposure,
  passFacts,
} from "../../support/builders.ts";

/** Watched at 5 % since an hour, with nothing in the way. */
function watched(fields: Partial<GateRecord> = {}): GateRecord {
  return aRecord({ acting: null, ramp: { state: "idle" }, run: null, flag: null, ...fields });
}

const BAD = aSignalJudgement({ verdict: "rollback", code: "breached", message: "6%, rollback above 5%" });

describe("what Rampart would do is", () => {
  test("to advance, when everything but the word to act is there", () => {
    expect(wouldDo(aGate(), watched(), passFacts())).toEqual({
      would: "advance",
      message: "to 25%: all conditions hold",
    });
  });

  test("to advance once approved, where the next step asks people", () => {
    const gate = aGate({ steps: [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand()] })] });
    expect(wouldDo(gate, watched(), passFacts()).message).toBe("to 25%, once approved: all conditions hold");
  });

  test("to wait for the hold, and it says so", () => {
    expect(wouldDo(aGate(), watched({ holdMs: MINUTE }), passFacts())).toEqual({
      would: null,
      message: "held 1m of 30m",
    });
  });

  test("nothing, where a key that would hold it back does nothing yet, and it says so", () => {
    expect(wouldDo(aGate({ calendars: ["office-hours"] }), watched(), passFacts())).toEqual({
      would: null,
      message:
        "`calendars` of checkout would hold it back and has no effect yet: it can be watched, not raised",
    });
  });

  test("nothing on what people have put in themselves, where a percent of it can be read", () => {
    const [read, unread] = [30, null].map((set) => {
      const record = watched({ exposure: anExposure({ set, reach: "segment 7" }) });
      return wouldDo(aGate(), record, passFacts()).message;
    });
    expect(read).toBe(
      "people have set it to 30% of segment 7: no run has put that in, so none goes on from it",
    );
    expect(unread).not.toContain("people have set it");
  });

  test("nothing at the last step", () => {
    const record = watched({ exposure: anExposure({ set: 100 }) });
    expect(wouldDo(aGate(), record, passFacts())).toEqual({
      would: null,
      message: "it stands at the last step",
    });
  });

  test("to halt or roll back, with every cause", () => {
    const judgement = aJudgement({
      verdict: "rollback",
      signals: [BAD, aSignalJudgement(), aSignalJudgement({ ...BAD, counts: false })],
      alerts: [
        anAlertJudgement({ verdict: "halt", code: "firing", message: "CheckoutErrors is firing for 8m" }),
      ],
    });
    const message = 'errors: 6%, rollback above 5%; {service="checkout"}: CheckoutErrors is firing for 8m';
    const facts = passFacts({ judgement });
    expect(wouldDo(aGate(), watched(), facts)).toEqual({ would: "rollback", message });
    const halt = passFacts({ judgement: { ...judgement, verdict: "halt" } });
    expect(wouldDo(aGate(), watched(), halt)).toEqual({ would: "halt", message });
  });

  test("to halt where nobody is exposed, for there is nothing to take back", () => {
    const judgement = aJudgement({ verdict: "rollback", signals: [BAD] });
    const record = watched({ exposure: anExposure({ set: 0 }) });
    expect(wouldDo(aGate(), record, passFacts({ judgement })).would).toBe("halt");
  });

  test("not kept from anybody by `mode: observe` of the file", () => {
    expect(wouldDo(aGate({ mode: "observe" }), watched(), passFacts()).would).toBe("advance");
  });
});

test.each([
  [null, 0],
  [0, 0],
  [4, 0],
  [5, 1],
  [30, 2],
  [100, 3],
])("at %s% a ramp would stand at step %i", (set, step) => {
  expect(observedStep(aGate(), watched({ exposure: anExposure({ set }) }))).toBe(step);
});

describe("the hold of a watched flag", () => {
  const pass = { now: NOON, counted: true };

  test("grows from pass to pass", () => {
    const record = watched({ holdMs: MINUTE, lastPass: aLastPass({ at: NOON - 15_000 }) });
    expect(withObservedTime(aGate(), record, pass).holdMs).toBe(MINUTE + 15_000);
    expect(withObservedTime(aGate(), record, { ...pass, counted: false }).holdMs).toBe(MINUTE);
  });

  test("begins at the change of exposure, not at the pass before it", () => {
    const exposure = anExposure({ changedAt: NOON - 5_000 });
    const record = watched({ holdMs: 0, exposure, lastPass: aLastPass({ at: NOON - 15_000 }) });
    expect(withObservedTime(aGate(), record, pass).holdMs).toBe(5_000);
  });

  test("stands still at the first pass of all", () => {
    const exposure = anExposure({ changedAt: null, set: 0 });
    expect(withObservedTime(aGate(), watched({ holdMs: 0, lastPass: null, exposure }), pass).holdMs).toBe(0);
  });
});

describe("what it would have done is kept", () => {
  const advance = { would: "advance", message: "to 25%" } as const;

  test("when it changes, with the exposure at that time", () => {
    const once = withWould(watched(), advance, NOON);
    expect(once.woulds).toEqual([{ at: NOON, set: 5, ...advance }]);
    expect(withWould(once, { ...advance, message: "other words" }, NOON + HOUR)).toBe(once);
    const halted = withWould(once, { would: "halt", message: "errors" }, NOON + HOUR);
    expect(halted.woulds.map(({ at, would }) => [at, would])).toEqual([
      [NOON, "advance"],
      [NOON + HOUR, "halt"],
    ]);
  });

  test("anew when somebody moves the flag", () => {
    const once = withWould(watched(), advance, NOON);
    const moved = withWould({ ...once, exposure: anExposure({ set: 25 }) }, advance, NOON + HOUR);
    expect(moved.woulds.map(({ set }) => set)).toEqual([5, 25]);
  });

  test("twenty times", () => {
    let record = watched();
    for (let n = 0; n < 25; n += 1) {
      record = withWould(record, { would: n % 2 === 0 ? "halt" : null, message: String(n) }, NOON + n);
    }
    expect(record.woulds.map(({ at }) => at - NOON)).toEqual(Array.from({ length: 20 }, (_, n) => n + 5));
  });
});
