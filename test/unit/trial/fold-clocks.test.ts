import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Signal } from "../../../src/domain/gate.ts";
import { foldClocks } from "../../../src/trial/fold-clocks.ts";
import { aCohorts, aCounts, aGate, aLimit, aSignal, NOON } from "../../support/builders.ts";
import { createScriptedHistory } from "../../support/scripted-history.ts";

const EVERY = 15 * SECOND;

function gateOf(signal: Partial<Signal>) {
  return aGate({ signals: [aSignal({ halt: null, rollback: aLimit("above 5% for 2m"), ...signal })] });
}

async function clockOf(
  signal: Partial<Signal>,
  value: (at: number) => number | null,
  since: number | null = null,
) {
  const history = createScriptedHistory();
  history.set("errors", value);
  const folded = await foldClocks(gateOf(signal), history, NOON, since);
  return { history, folded, rollback: folded.clocks["errors"]?.rollback };
}

test("without a `for` nothing of the past is asked", async () => {
  const { history, folded } = await clockOf({ rollback: aLimit("above 5%") }, () => 0.5);
  expect(history.asked).toEqual([]);
  expect(folded).toEqual({ clocks: {}, everyMs: EVERY, lost: [] });
});

test("a limit `for 2m` is folded over the last 2 minutes at the gate's every, the pass of now left out", async () => {
  const { history, rollback } = await clockOf({}, () => 0.5);
  expect(history.asked.map(({ span }) => span)).toEqual([
    { from: NOON - 2 * MINUTE, to: NOON - EVERY, stepMs: EVERY },
  ]);
  // Seven steps between eight passes; the pass of now adds the last.
  expect(rollback).toMatchObject({ ms: 2 * MINUTE - EVERY, at: NOON - EVERY });
});

test("one reading that does not breach begins the time anew", async () => {
  const { rollback } = await clockOf({}, (at) => (at === NOON - MINUTE ? 0.01 : 0.5));
  expect(rollback).toMatchObject({ ms: MINUTE - 2 * EVERY });
});

test("a gap adds nothing and clears nothing", async () => {
  const { rollback } = await clockOf({}, (at) => (at === NOON - MINUTE ? null : 0.5));
  expect(rollback).toMatchObject({ ms: 2 * MINUTE - 3 * EVERY, at: NOON - EVERY });
});

test("NaN is a gap", async () => {
  const { rollback } = await clockOf({}, (at) => (at === NOON - MINUTE ? Number.NaN : 0.5));
  expect(rollback).toMatchObject({ ms: 2 * MINUTE - 3 * EVERY });
});

test("a change of exposure sets the clocks to 0, so nothing before it is folded", async () => {
  const { history, rollback } = await clockOf({}, () => 0.5, NOON - 50 * SECOND);
  expect(history.asked[0]?.span.from).toBe(NOON - 45 * SECOND);
  expect(rollback).toMatchObject({ ms: 2 * EVERY });
});

test("a change of just now leaves nothing to fold", async () => {
  const { history } = await clockOf({}, () => 0.5, NOON - SECOND);
  expect(history.asked).toEqual([]);
});

test("`for 2 runs` counts the watermarks of the last 2 periods", async () => {
  const history = createScriptedHistory();
  history.set("errors", () => 0.5);
  history.set("as_of", (at) => Math.floor(at / HOUR) * (HOUR / SECOND));
  const signal = {
    rollback: aLimit("above 5% for 2 runs"),
    asOf: "as_of",
    periodMs: HOUR,
  };
  const folded = await foldClocks(gateOf(signal), history, NOON + MINUTE, null);
  expect(history.asked[0]?.span.from).toBe(NOON + MINUTE - 2 * HOUR);
  expect(folded.clocks["errors"]?.rollback).toMatchObject({ runs: 3, runAsOf: NOON });
});

test.each([
  [null, { runs: 4, runAsOf: NOON - MINUTE }],
  [2 * MINUTE, { runs: 2, runAsOf: NOON - 2 * MINUTE }],
])("new data is taken to have come every period of %s, or every minute", async (periodMs, rollback) => {
  const limit = { onNewData: true, periodMs, rollback: aLimit("above 5% for 2 runs") } as const;
  const folded = await clockOf(limit, () => 0.5);
  expect(folded.rollback).toMatchObject(rollback);
});

test("counts are folded from their counts: a bad-counter that is not there has counted nothing", async () => {
  const history = createScriptedHistory();
  const signal = aCounts({ halt: null, rollback: aLimit("above 5% for 2m") });
  const measure = signal.measure.kind === "counts" ? signal.measure : null;
  if (measure === null) throw new Error("no counts");
  history.set(measure.total, () => 100);
  history.set(measure.bad, (at) => (at < NOON - MINUTE ? 50 : null));
  const folded = await foldClocks(aGate({ signals: [signal] }), history, NOON, null);
  expect(folded.clocks[signal.name]?.rollback).toMatchObject({ ms: 0, at: null });
});

test("what is compared with last week is folded with the week before it", async () => {
  const { history, rollback } = await clockOf({ rollback: aLimit("above 200% of last week for 2m") }, (at) =>
    at < NOON - DAY ? 0.1 : 0.5,
  );
  expect(rollback).toMatchObject({ ms: 2 * MINUTE - EVERY });
  const [now, then] = history.asked.map(({ span }) => span);
  expect((now?.from ?? 0) - (then?.from ?? 0)).toBe(7 * DAY);
});

test("of raw counters nothing is folded, and that is told", async () => {
  const signal = aCohorts({ halt: null, rollback: aLimit("above 5% for 2m") });
  const history = createScriptedHistory();
  const folded = await foldClocks(aGate({ signals: [signal] }), history, NOON, null);
  expect(folded.lost).toMatchObject([{ lookBackMs: 2 * MINUTE, why: { reason: "query-budget" } }]);
  expect(history.asked).toEqual([]);
});

test("a past that cannot be read is told, with how far back it was needed", async () => {
  const history = createScriptedHistory();
  history.fail("timeout");
  const folded = await foldClocks(gateOf({}), history, NOON, null);
  expect(folded).toMatchObject({
    clocks: {},
    lost: [{ signal: "errors", lookBackMs: 2 * MINUTE, why: { reason: "timeout" } }],
  });
});

test("a look back of days is taken in wider steps, fewer than Prometheus refuses", async () => {
  const { history, folded } = await clockOf({ rollback: aLimit("above 5% for 7d") }, () => 0.5);
  const { from, to, stepMs } = history.asked[0]?.span ?? { from: 0, to: 0, stepMs: 1 };
  expect((to - from) / stepMs).toBeLessThan(11_000);
  expect(folded.everyMs).toBe(stepMs);
});
