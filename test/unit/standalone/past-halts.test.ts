import { beforeEach, expect, test } from "vitest";
import type { Signal } from "../../../src/domain/gate.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../../../src/domain/instant.ts";
import type { BlindWindow } from "../../../src/domain/window-time.ts";
import { pastHalts } from "../../../src/standalone/past-halts.ts";
import { NOON, aCohorts, aGate, aGuard, aLimit, aSignal } from "../../support/builders.ts";
import { createScriptedHistory } from "../../support/scripted-history.ts";
import { createScriptedMetrics } from "../../support/scripted-metrics.ts";

let history: ReturnType<typeof createScriptedHistory>;

beforeEach(() => {
  history = createScriptedHistory();
});

/** A number that halts above 10 and rolls back above 20. */
function number(name: string): Signal {
  const limits = { advance: aLimit("at most 5"), halt: aLimit("above 10"), rollback: aLimit("above 20") };
  return aSignal({ name, measure: { kind: "plain", query: name }, unit: "count", ...limits });
}

function halts(...signals: readonly Signal[]) {
  return pastHalts(aGate({ signals }), { history, metrics: createScriptedMetrics() }, NOON);
}

/** Whether it is within an hour that began this long ago. */
function isHour(at: Instant, ago: number): boolean {
  return at >= NOON - ago && at < NOON - ago + HOUR;
}

test("stops of the last week are counted, those of several signals at once as one", async () => {
  history.set("a", (at) => (isHour(at, DAY) ? 15 : 1));
  history.set("b", (at) => (isHour(at, DAY - 30 * MINUTE) || isHour(at, 3 * DAY) ? 30 : 1));
  expect(await halts(number("a"), number("b"), aCohorts())).toEqual({
    kind: "known",
    times: 2,
    overMs: 7 * DAY,
    unread: ["errors"],
  });
});

test("less than a day says nothing of a month", async () => {
  history.set("a", (at) => (at > NOON - 2 * HOUR ? 1 : null));
  expect(await halts(number("a"))).toEqual({
    kind: "unknown",
    why: "the source has kept 2h of it, less than 1d",
  });
});

test("a week without data, and a source in the dark, are not a week without stops", async () => {
  expect(await halts(number("a"))).toEqual({
    kind: "unknown",
    why: "its signals have no data in the last 7d",
  });
  history.fail("timeout");
  expect(await halts(number("a"))).toMatchObject({
    kind: "unknown",
    why: expect.stringContaining("timeout"),
  });
});

test("what a window in `except` keeps from stopping a ramp is not counted", async () => {
  const midday: BlindWindow = {
    name: "erp-midday",
    hours: {
      kind: "every",
      recurrence: { kind: "weekly", days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 10 * 60, toMinute: 16 * 60 },
      offsets: [],
    },
  };
  history.set("a", (at) => (isHour(at, DAY) ? 30 : 1));
  expect(await halts(number("a"))).toMatchObject({ times: 1 });
  expect(await halts({ ...number("a"), except: [midday] })).toMatchObject({ times: 0 });
});

test("what had no data in all of the week is left out, and hides no halt of the others", async () => {
  history.set("a", (at) => (isHour(at, DAY) || isHour(at, 3 * DAY) ? 30 : 1));
  const gate = aGate({ signals: [number("a"), number("gone")], alerts: [aGuard()] });
  const metrics = createScriptedMetrics();
  metrics.setAlertRules(() => ({ kind: "known", rules: [] }));
  expect(await pastHalts(gate, { history, metrics }, NOON)).toEqual({
    kind: "known",
    times: 2,
    overMs: 7 * DAY,
    unread: ["gone", '{service="checkout"}'],
  });
});

test("a window in `except` is no data either", async () => {
  const nights: BlindWindow = {
    name: "erp-nights",
    hours: {
      kind: "every",
      recurrence: { kind: "weekly", days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 5 * 60 },
      offsets: [],
    },
  };
  expect(await halts({ ...number("a"), except: [nights] })).toMatchObject({
    why: "its signals have no data in the last 7d",
  });
});
