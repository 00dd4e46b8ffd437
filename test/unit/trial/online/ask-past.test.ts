import { beforeEach, describe, expect, test } from "vitest";
import type { Signal } from "../../../../src/domain/gate.ts";
import { DAY, HOUR, MINUTE } from "../../../../src/domain/instant.ts";
import { askPast } from "../../../../src/trial/online/ask-past.ts";
import { NOON, aCohorts, aGate, aLimit, aSignal } from "../../../support/builders.ts";
import { createScriptedHistory, type ScriptedHistory } from "../../../support/scripted-history.ts";

const SIGNAL = aSignal({ advance: null, halt: aLimit("above 5% for 30m"), rollback: null });

let history: ScriptedHistory;

beforeEach(() => {
  history = createScriptedHistory();
});

async function told(signal: Signal = SIGNAL) {
  const { faults, unseen } = await askPast(aGate({ signals: [signal] }), signal, history, NOON);
  return { faults: faults.map(({ code, message }) => `${code} ${message}`), unseen };
}

/** Above the limit for that long, so many days before noon. */
function breaches(...episodes: readonly (readonly [daysAgo: number, lasting: number])[]): void {
  history.set("errors", (at) =>
    episodes.some(([daysAgo, lasting]) => {
      const from = NOON - daysAgo * DAY + HOUR;
      return at >= from && at <= from + lasting;
    })
      ? 0.1
      : 0.01,
  );
}

describe("over the last two weeks", () => {
  test("a day that would have stopped a ramp is told", async () => {
    breaches([3, HOUR]);
    expect(await told()).toEqual({
      faults: ["R211 `above 5% for 30m` would have stopped a ramp on 1 of the last 14 days"],
      unseen: [],
    });
  });

  test("days are counted, and not how often", async () => {
    breaches([3, HOUR], [9, HOUR], [8.5, HOUR]);
    expect((await told()).faults).toEqual([
      "R211 `above 5% for 30m` would have stopped a ramp on 2 of the last 14 days",
    ]);
  });

  test("a breach shorter than the limit asks for is none", async () => {
    breaches([3, 20 * MINUTE]);
    expect((await told()).faults).toEqual([]);
  });

  test("both limits are named", async () => {
    breaches([3, HOUR]);
    const { faults } = await told({ ...SIGNAL, rollback: aLimit("above 9%") });
    expect(faults).toEqual([
      "R211 `above 5% for 30m` and `above 9%` would have stopped a ramp on 1 of the last 14 days",
    ]);
  });

  test("days without a number do not count, and too few say nothing", async () => {
    history.set("errors", (at) => (at > NOON - 6 * DAY ? 0.1 : null));
    expect((await told()).faults).toEqual([]);
    history.set("errors", (at) => (at > NOON - 7 * DAY ? 0.1 : null));
    expect((await told()).faults).toEqual([
      "R211 `above 5% for 30m` would have stopped a ramp on 7 of the last 7 days",
    ]);
  });
});

test.each<[string, Signal]>([
  ["without a limit that stops", { ...SIGNAL, halt: null, advance: aLimit("at most 1%") }],
  ["of cohorts", aCohorts()],
  ["of raw counters", aCohorts({ halt: aLimit("above 5%"), rollback: null })],
  ["of days before a ramp", { ...SIGNAL, rollback: aLimit("above 300% of baseline") }],
])("a signal %s is not asked about", async (_, signal) => {
  expect(await told(signal)).toEqual({ faults: [], unseen: [] });
  expect(history.asked).toEqual([]);
});

test("a past that cannot be read is unseen", async () => {
  history.fail("timeout");
  expect(await told()).toEqual({ faults: [], unseen: ["main: scripted timeout (timeout)"] });
});
