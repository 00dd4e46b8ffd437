import { describe, expect, test } from "vitest";
import { type BacktestAsked, type Phase, backtest } from "../../../src/backtest/backtest.ts";
import type { Backtest } from "../../../src/backtest/report.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../../../src/domain/instant.ts";
import {
  aCohorts,
  aCounts,
  aGate,
  aGuard,
  aLimit,
  aSignal,
  aStep,
  anAlertRule,
  NOON,
} from "../../support/builders.ts";
import { type ScriptedHistory, createScriptedHistory } from "../../support/scripted-history.ts";
import type { History } from "../../../src/trial/ports.ts";
import type { Limit } from "../../../src/domain/limit.ts";
import type { BlindWindow } from "../../../src/domain/window-time.ts";
import { createScriptedMetrics } from "../../support/scripted-metrics.ts";

/** Half the looks of a minute each, for the sake of the time that a run of the tests takes. */
const STEP = 2 * MINUTE;
const LOOKS = (2 * DAY) / STEP;
const SHORT_RAMP = { steps: [aStep({ to: 5 }), aStep({ to: 100 })], bakeMs: HOUR };

async function run(gate: Gate, history: History, asked: Partial<BacktestAsked> = {}) {
  const phases: Phase[] = [];
  const metrics = createScriptedMetrics();
  metrics.setAlertRules(() => ({ kind: "known", rules: [anAlertRule()] }));
  const given = { hash: "sha256:aa", lastMs: 2 * DAY, stepMs: STEP, known: [], timeZone: "UTC", now: NOON };
  const done = await backtest(
    { gate, ...given, ...asked },
    { history, metrics, tell: async (phase) => void phases.push(phase) },
  );
  return { done, phases };
}

async function replayed(gate: Gate, history: History, asked: Partial<BacktestAsked> = {}): Promise<Backtest> {
  const { done } = await run(gate, history, asked);
  if (done.kind !== "done") throw new Error(done.message);
  return done.backtest;
}

/** Well but for some time. */
function well(except: { from: Instant; to: Instant; value: number | null }[] = []): ScriptedHistory {
  const history = createScriptedHistory();
  history.set("errors", (at) => {
    const found = except.find(({ from, to }) => from <= at && at < to);
    return found === undefined ? 0.001 : found.value;
  });
  return history;
}

const first = <Each>(all: readonly Each[]): Each => {
  const [one] = all;
  if (one === undefined) throw new Error("there is none");
  return one;
};

describe("a gate over a quiet past", () => {
  test("is good at every look, and every ramp comes to its end", async () => {
    const history = well();
    const { signals, stops, placebos, looks, queries } = await replayed(aGate(SHORT_RAMP), history);
    expect(first(signals).shares).toEqual({ good: 1, wait: 0, halt: 0, rollback: 0, missing: 0 });
    expect(stops).toEqual([]);
    expect(looks).toBe(LOOKS);
    expect(placebos.ramps).toHaveLength(7);
    for (const ramp of placebos.ramps) {
      expect(ramp).toMatchObject({ outcome: "finished", step: 2, why: null });
      expect(ramp.endedAt - ramp.startedAt).toBeGreaterThanOrEqual(placebos.shortestMs);
    }
    expect(queries).toBe(1);
  });

  test("asks each distinct query once, however many signals it serves", async () => {
    const history = well();
    const other = aSignal({ name: "other", advance: aLimit("at most 3%") });
    await replayed(aGate({ ...SHORT_RAMP, signals: [aSignal(), other] }), history);
    expect(history.asked).toHaveLength(1);
  });

  test("is asked in portions that a source answers", async () => {
    const history = well();
    const { queries } = await replayed(aGate({ flag: null, steps: [] }), history, {
      lastMs: 8 * DAY,
      stepMs: null,
    });
    expect(queries).toBe(2);
    for (const { span } of history.asked) {
      expect((span.to - span.from) / span.stepMs).toBeLessThan(11_000);
    }
  });

  test("says how far it is in each of its parts", async () => {
    const { phases } = await run(aGate(SHORT_RAMP), well());
    expect(new Set(phases)).toEqual(new Set(["asking", "judging", "ramps"]));
  });
});

describe("an incident", () => {
  const bad = { from: NOON - 20 * HOUR, to: NOON - 19 * HOUR, value: 0.03 };
  const worse = { from: NOON - 8 * HOUR, to: NOON - 7 * HOUR, value: 0.08 };

  test("is found at its time, under the worst that it came to, and nothing else is", async () => {
    const { signals, stops } = await replayed(aGate(SHORT_RAMP), well([bad, worse]));
    expect(stops).toMatchObject([
      { verdict: "halt", by: ["errors"], message: "3%, halt above 2%", known: null },
      { verdict: "rollback", by: ["errors"], message: "8%, rollback above 5%" },
    ]);
    const [halt, rollback] = stops;
    expect(halt?.from).toBeGreaterThanOrEqual(bad.from);
    expect(halt?.from).toBeLessThan(bad.from + STEP);
    expect(rollback?.to).toBeGreaterThanOrEqual(worse.to - STEP);
    expect(rollback?.to).toBeLessThan(worse.to);
    expect(first(signals).stops).toEqual(stops);
    expect(first(signals).shares).toMatchObject({ halt: 30 / LOOKS, rollback: 30 / LOOKS, missing: 0 });
  });

  test("stops the ramps that run across it, and no other", async () => {
    const { placebos } = await replayed(aGate(SHORT_RAMP), well([bad]));
    const halted = placebos.ramps.filter(({ outcome }) => outcome === "halted");
    const across = placebos.ramps.filter(
      ({ startedAt }) => startedAt < bad.to && startedAt + 2 * HOUR >= bad.from,
    );
    expect(halted).toHaveLength(1);
    expect(halted).toEqual(across);
    expect(halted).toMatchObject([{ why: expect.stringContaining("halt above 2%"), known: null }]);
  });

  test("that gets worse after it has halted a ramp rolls that ramp back", async () => {
    const from = bad.from + 2 * HOUR;
    const history = well([
      { from, to: from + 10 * MINUTE, value: 0.03 },
      { from: from + 10 * MINUTE, to: from + HOUR, value: 0.08 },
    ]);
    const { placebos } = await replayed(aGate({ ...SHORT_RAMP, bakeMs: 6 * HOUR }), history);
    const stopped = placebos.ramps.filter(({ outcome }) => outcome !== "finished");
    expect(stopped).toMatchObject([{ outcome: "rolled-back", step: 2 }]);
  });

  test("that gets worse is told by what was said at its worst", async () => {
    const grows = [bad, { from: bad.to, to: bad.to + 10 * MINUTE, value: 0.08 }];
    const { stops } = await replayed(aGate(SHORT_RAMP), well(grows));
    expect(stops).toMatchObject([{ verdict: "rollback", message: "8%, rollback above 5%" }]);
    expect(first(stops).from).toBeLessThan(bad.from + STEP);
  });

  test("that comes and goes is one stop for as long as no quarter of an hour lies between", async () => {
    const flaps = [0, 10, 20].map((minute) => ({
      from: bad.from + minute * MINUTE,
      to: bad.from + (minute + 5) * MINUTE,
      value: 0.03,
    }));
    const { stops } = await replayed(aGate(SHORT_RAMP), well(flaps));
    expect(stops).toHaveLength(1);
  });

  test("in a known span is told with the span's name, and counts for nobody", async () => {
    const known = [{ name: "erp-maintenance", from: bad.from - HOUR, to: bad.to }];
    const { signals, stops, placebos } = await replayed(aGate(SHORT_RAMP), well([bad]), { known });
    expect(stops).toMatchObject([{ known: "erp-maintenance" }]);
    expect(first(signals).notes[0]).toBe("its one stop is covered by erp-maintenance");
    expect(first(signals).suggestion).toBeNull();
    expect(placebos.ramps.filter(({ outcome }) => outcome === "halted")).toMatchObject([
      { known: "erp-maintenance" },
    ]);
  });
});

describe("a gap", () => {
  const gap = { from: NOON - 20 * HOUR, to: NOON - 17 * HOUR, value: null };

  test("is missing, never good, and halts once its clock has run", async () => {
    const { signals, stops } = await replayed(aGate(SHORT_RAMP), well([gap]));
    expect(first(signals).shares.missing).toBeCloseTo(90 / LOOKS, 6);
    expect(stops).toMatchObject([{ verdict: "rollback", message: expect.stringContaining("no-series") }]);
    expect(first(stops).from).toBeGreaterThanOrEqual(gap.from + 30 * MINUTE);
    expect(first(signals).notes).toEqual([
      "missing for 2h58m from 3 Mar 16:01 on: no-series: the query matched no series",
    ]);
  });

  test("in a known span stops nothing: the clock of what is missing stands still", async () => {
    const known = [{ name: "erp-maintenance", from: gap.from - HOUR, to: gap.to + HOUR }];
    const { stops, placebos } = await replayed(aGate(SHORT_RAMP), well([gap]), { known });
    expect(stops).toEqual([]);
    expect(placebos.ramps.every(({ outcome }) => outcome === "finished")).toBe(true);
  });

  test("before the first number of all is time that nobody kept", async () => {
    const kept = NOON - DAY;
    const history = well([{ from: 0, to: kept, value: null }]);
    const { span, askedFrom, stops, looks } = await replayed(aGate(SHORT_RAMP), history);
    expect(span.from).toBeGreaterThanOrEqual(kept);
    expect(span.from - askedFrom).toBeGreaterThanOrEqual(DAY - STEP);
    expect(looks).toBe(DAY / STEP);
    expect(stops).toEqual([]);
  });

  test("over all of it leaves nothing to judge, and says so", async () => {
    const { signals, placebos } = await replayed(aGate(SHORT_RAMP), createScriptedHistory());
    expect(first(signals)).toMatchObject({
      shares: { missing: 1, good: 0 },
      spread: null,
      notes: ["no data in this period: no-series: the query matched no series"],
    });
    expect(placebos.ramps.some(({ outcome }) => outcome === "finished")).toBe(false);
  });
});

describe("a source", () => {
  test.each([
    ["unreachable", "is its URL right"],
    ["http-400", "rampart try says why"],
    ["timeout", "a shorter --last"],
    ["http-503", "rampart doctor"],
  ] as const)("that answers %s makes no clean result, and says what to do", async (reason, opens) => {
    const history = well();
    history.fail(reason);
    const { done } = await run(aGate(SHORT_RAMP), history);
    expect(done).toMatchObject({ kind: "blind", message: expect.stringContaining(opens) });
  });

  test("that turns down one query of several, while it answers others, makes none either", async () => {
    const history = well();
    const other = aSignal({ name: "other", measure: { kind: "plain", query: "other" } });
    const slow: History = {
      async range(source, query, span) {
        if (query === "other") return { kind: "unknown", reason: "http-422", detail: "many-to-many" };
        await new Promise((resolve) => setImmediate(resolve));
        return history.range(source, query, span);
      },
    };
    const { done } = await run(aGate({ ...SHORT_RAMP, signals: [aSignal(), other] }), slow);
    expect(done).toMatchObject({ kind: "blind", message: expect.stringContaining("many-to-many") });
  });

  test("whose rules cannot be read makes none either", async () => {
    const metrics = createScriptedMetrics();
    metrics.fail("unreachable");
    const asked = { hash: "", lastMs: DAY, stepMs: null, known: [], timeZone: "UTC", now: NOON };
    const ports = { history: well(), metrics, tell: async () => {} };
    expect(await backtest({ gate: aGate({ alerts: [aGuard()] }), ...asked }, ports)).toMatchObject({
      kind: "blind",
      message: expect.stringContaining("the rules of {service="),
    });
  });

  test("that answers nothing in time is not asked for halves of halves", async () => {
    const history = well();
    history.fail("timeout");
    const { done } = await run(aGate(SHORT_RAMP), history);
    expect(done).toMatchObject({ kind: "blind", message: expect.stringContaining("timeout") });
    expect(history.asked).toHaveLength(2);
  });

  test("that takes too long for much at once is asked for its halves", async () => {
    const history = well();
    const slow: History = {
      range: (source, query, span) =>
        (span.to - span.from) / span.stepMs > 400
          ? Promise.resolve({ kind: "unknown", reason: "timeout", detail: "5s" })
          : history.range(source, query, span),
    };
    const { signals } = await replayed(aGate(SHORT_RAMP), slow);
    expect(first(signals).shares.good).toBe(1);
  });

  test("that finds a portion too large is asked for its halves", async () => {
    const history = well();
    const choosy: History = {
      range: (source, query, span) =>
        (span.to - span.from) / span.stepMs > 400
          ? Promise.resolve({ kind: "unknown", reason: "too-large", detail: "1 MiB" })
          : history.range(source, query, span),
    };
    const { queries, signals } = await replayed(aGate(SHORT_RAMP), choosy);
    expect(queries).toBe(7);
    expect(first(signals).shares.good).toBe(1);
  });

  test("that turns a query down for a while leaves that while missing", async () => {
    const history = well();
    history.set("other", () => 0.001);
    const ill: History = {
      range: (source, query, span) =>
        query === "other" || span.from > NOON - 2 * DAY
          ? history.range(source, query, span)
          : Promise.resolve({ kind: "unknown", reason: "http-422", detail: "many-to-many" }),
    };
    const other = aSignal({ name: "other", measure: { kind: "plain", query: "other" } });
    const gate = aGate({ flag: null, steps: [], signals: [aSignal(), other] });
    const { signals } = await replayed(gate, ill, { lastMs: 8 * DAY, stepMs: MINUTE });
    expect(first(signals).shares.missing).toBeCloseTo(10_000 / 11_520, 3);
    expect(first(signals).notes.join()).toContain("http-422: many-to-many");
  });
});

const grown = (selector: string) => `sum(increase(${selector}[3600s]))`;

describe("cohorts", () => {
  test("without anybody on the new path have no data, and a ramp goes without them", async () => {
    const gate = aGate({ ...SHORT_RAMP, signals: [aSignal(), aCohorts({ name: "orders" })] });
    const { signals, placebos } = await replayed(gate, well());
    expect(signals[1]).toMatchObject({
      shares: { missing: 1 },
      stops: [],
      notes: ["no cohort data in this period (flag was off)"],
    });
    expect(placebos.without).toEqual(["orders"]);
    expect(placebos.ramps.every(({ outcome }) => outcome === "finished")).toBe(true);
  });

  test("with people on both paths are compared", async () => {
    const history = well();
    history.set(grown('total{v="on"}'), () => 1_000);
    history.set(grown('bad{v="on"}'), (at) => (at > NOON - HOUR ? 40 : 1));
    history.set(grown('total{v="off"}'), () => 5_000);
    history.set(grown('bad{v="off"}'), () => 5);
    const { signals } = await replayed(aGate({ ...SHORT_RAMP, signals: [aCohorts()] }), history);
    expect(first(signals).shares.missing).toBe(0);
    expect(first(signals).stops).toHaveLength(1);
    expect(first(first(signals).stops).from).toBeGreaterThan(NOON - HOUR);
  });

  test("alone leave no ramp to try", async () => {
    const { placebos } = await replayed(aGate({ ...SHORT_RAMP, signals: [aCohorts()] }), well());
    expect(placebos).toMatchObject({
      ramps: [],
      none: expect.stringContaining("nothing could let a ramp rise"),
    });
  });
});

describe("ramps that expose nobody", () => {
  test("need no approvals, promises or proof, and no other gates", async () => {
    const steps = [
      aStep({ to: 100, approve: [{ by: "x", count: 1, notAuthor: true, expiresMs: 1, onReject: "pause" }] }),
    ];
    const gate = aGate({
      steps,
      bakeMs: HOUR,
      promises: [{ by: "x", count: 1, says: "y", expiresMs: null, step: null }],
      touches: [],
      calendars: ["freeze"],
      mode: "observe",
    });
    const { placebos } = await replayed(gate, well());
    expect(new Set(placebos.ramps.map(({ outcome }) => outcome))).toEqual(new Set(["finished"]));
  });

  test("are none where none would fit", async () => {
    const { placebos } = await replayed(aGate({ bakeMs: 9 * DAY }), well());
    expect(placebos).toMatchObject({ ramps: [], none: expect.stringContaining("ask for more with --last") });
  });

  test("are none of a gate that only watches", async () => {
    const { placebos } = await replayed(aGate({ flag: null, steps: [] }), well());
    expect(placebos.none).toBe("the gate drives no flag");
  });

  test("are told by the signal that stopped them, not by one that only waits beside it", async () => {
    const from = NOON - 20 * HOUR;
    const history = well([{ from, to: from + HOUR, value: 0.03 }]);
    const lost = aSignal({ name: "lost", measure: { kind: "plain", query: "lost" } });
    history.set("lost", (at) => (from - 10 * MINUTE <= at && at < from + 10 * MINUTE ? null : 0.001));
    const gate = aGate({ ...SHORT_RAMP, signals: [lost, aSignal()] });
    const { placebos } = await replayed(gate, history);
    const halted = placebos.ramps.filter(({ outcome }) => outcome === "halted");
    expect(halted).toMatchObject([{ why: "errors: 3%, halt above 2%" }]);
  });

  test("that wait to the end are told as that", async () => {
    const history = well([{ from: NOON - 10 * HOUR, to: NOON + HOUR, value: 0.015 }]);
    const { placebos } = await replayed(aGate(SHORT_RAMP), history);
    expect(placebos.ramps.at(-1)).toMatchObject({
      outcome: "unfinished",
      why: expect.stringContaining("advance at most 1%"),
    });
  });

  test("start less often where they are long", async () => {
    const gate = aGate({ bakeMs: 14 * DAY });
    const history = well([{ from: 0, to: NOON, value: 0.08 }]);
    const { placebos } = await replayed(gate, history, { lastMs: 60 * DAY, stepMs: 2 * MINUTE });
    expect(placebos.spacingMs).toBe(245 * HOUR);
    expect(placebos.ramps).toHaveLength(5);
  });
});

/** One of the series that Prometheus keeps of alerts. */
const firing = (state: string, from: Instant, to: Instant, more: object = {}) => ({
  labels: {
    __name__: "ALERTS",
    alertname: "CheckoutErrors",
    alertstate: state,
    service: "checkout",
    ...more,
  },
  value: (at: Instant) => (from <= at && at < to ? 1 : null),
});

function withAlerts(...alerts: readonly ReturnType<typeof firing>[]): ScriptedHistory {
  const history = well();
  history.setSeries('ALERTS{service="checkout"}', alerts);
  history.set("count(errors)", () => 1);
  return history;
}

describe("guards", () => {
  const gate = aGate({ ...SHORT_RAMP, alerts: [aGuard()] });

  test("halt while their alerts fired, and wait while these were pending", async () => {
    const from = NOON - 20 * HOUR;
    const history = withAlerts(
      firing("pending", from, from + 10 * MINUTE),
      firing("firing", from + 10 * MINUTE, from + HOUR),
    );
    const { guards, stops } = await replayed(gate, history);
    const [guard] = guards;
    expect(guard).toMatchObject({ guard: '{service="checkout"}', shares: { halt: 25 / LOOKS, missing: 0 } });
    expect(guard?.shares.wait).toBeCloseTo(5 / LOOKS, 6);
    expect(stops).toMatchObject([{ verdict: "halt", by: ['{service="checkout"}'] }]);
    expect(first(stops).message).toMatch(/^CheckoutErrors is firing for 8m/);
  });

  test("roll back for what was critical", async () => {
    const history = withAlerts(firing("firing", NOON - 5 * HOUR, NOON - 4 * HOUR, { severity: "critical" }));
    expect((await replayed(gate, history)).stops).toMatchObject([{ verdict: "rollback" }]);
  });

  test("are missing where what their rules read was not there", async () => {
    const history = withAlerts();
    history.set("count(errors)", (at) => (at < NOON - DAY ? null : 1));
    const { guards } = await replayed(gate, history);
    expect(first(guards).shares.missing).toBeCloseTo(0.5, 2);
  });

  test("alone begin with the first sample of what their rules read", async () => {
    const history = createScriptedHistory();
    history.set("count(errors)", (at) => (at < NOON - DAY ? null : 1));
    const alone = aGate({ flag: null, steps: [], signals: [], alerts: [aGuard()] });
    const { span, stops, guards } = await replayed(alone, history);
    expect(span.from).toBeGreaterThanOrEqual(NOON - DAY);
    expect(stops).toEqual([]);
    expect(first(guards).shares.good).toBe(1);
  });

  test("say so where a condition held and no alert of its rule was kept", async () => {
    const history = withAlerts();
    const from = NOON - 20 * HOUR;
    history.set(anAlertRule().query, (at) => (at >= from && at < from + HOUR ? 0.08 : null));
    const { guards } = await replayed(gate, history);
    expect(first(guards).notes).toEqual([
      "no alert of CheckoutErrors is kept, though its condition held for long enough once: those stops are not counted",
    ]);
    const kept = withAlerts(firing("firing", from, from + HOUR));
    kept.set(anAlertRule().query, (at) => (at >= from && at < from + HOUR ? 0.08 : null));
    expect(first((await replayed(gate, kept)).guards).notes).toEqual([]);
  });
});

describe("a signal with windows in `except`", () => {
  const night: BlindWindow = {
    name: "erp-night",
    hours: {
      kind: "every",
      recurrence: { kind: "weekly", days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 2 * 60, toMinute: 5 * 60 },
      offsets: [],
    },
  };
  const from = Date.UTC(2026, 2, 4, 2, 30);
  const gate = aGate({ ...SHORT_RAMP, signals: [aSignal({ except: [night] })] });

  test("stops nothing there, and what it would have stopped is told with the window's name", async () => {
    const history = well([{ from, to: from + HOUR, value: 0.08 }]);
    const { signals, stops, placebos } = await replayed(gate, history);
    expect(first(signals).shares).toMatchObject({ halt: 0, rollback: 0, missing: 0 });
    expect(first(signals).stops).toMatchObject([{ verdict: "rollback", known: "erp-night" }]);
    expect(first(signals).stops).toHaveLength(1);
    expect(first(signals).notes).toEqual(["its one stop is covered by erp-night"]);
    expect(stops).toMatchObject([{ verdict: "rollback", known: "erp-night" }]);
    expect(placebos.ramps.every(({ outcome }) => outcome === "finished")).toBe(true);
  });

  test("stops a ramp with what goes on after the window", async () => {
    const history = well([{ from, to: from + 6 * HOUR, value: 0.08 }]);
    const { stops } = await replayed(gate, history);
    expect(stops).toMatchObject([{ known: "erp-night" }, { verdict: "rollback", known: null }]);
    expect(stops[1]?.from).toBeGreaterThanOrEqual(Date.UTC(2026, 2, 4, 5));
  });

  test("goes on beside another one that halts meanwhile", async () => {
    const other = aSignal({ name: "other" });
    const both = { ...gate, signals: [...gate.signals, other] };
    const { stops } = await replayed(both, well([{ from, to: from + HOUR, value: 0.03 }]));
    expect(stops).toMatchObject([
      { by: ["other"], known: null },
      { by: ["errors"], known: "erp-night" },
    ]);
    expect(stops).toHaveLength(2);
  });
});

function against(baseline: "of baseline" | "of exposed", text: string): Limit {
  return { ...aLimit(text), text: `${text} ${baseline}`, baseline };
}

describe("days before a ramp", () => {
  const from = NOON - 12 * HOUR;
  const history = createScriptedHistory();
  history.set("bad", (at) => (at >= from && at < from + HOUR ? 60 : 10));
  history.set("total", () => 1_000);

  test("are what `of baseline` compares with, from before the period too", async () => {
    const counts = aCounts({ halt: against("of baseline", "above 200%"), rollback: null });
    const { stops } = await replayed(aGate({ ...SHORT_RAMP, signals: [counts] }), history);
    expect(stops).toHaveLength(1);
    expect(first(stops).message).toContain("6% against 1% before the ramp");
    expect(first(stops).from - from).toBeLessThan(STEP);
  });

  test("are what a ramp that exposes nobody compares with for `of exposed`", async () => {
    const counts = aCounts({ halt: against("of exposed", "above 20%"), rollback: null });
    const gate = aGate({
      steps: [aStep({ to: 5, holdMs: 3 * HOUR }), aStep({ to: 100 })],
      bakeMs: HOUR,
      signals: [counts],
    });
    const { placebos, stops, signals } = await replayed(gate, history);
    expect(stops).toEqual([]);
    expect(first(signals).notes).toEqual([expect.stringContaining("`of exposed` is judged in the ramps")]);
    const halted = placebos.ramps.filter(({ outcome }) => outcome === "halted");
    expect(halted).toMatchObject([{ why: expect.stringContaining("of those exposed") }]);
  });
});

test("a signal with `onNewData` counts one run a period, however often it is looked at", async () => {
  const from = NOON - 5 * HOUR;
  const runs = aSignal({
    onNewData: true,
    periodMs: 30 * MINUTE,
    halt: { ...aLimit("above 2%"), persistence: { kind: "runs", count: 3 } },
  });
  const history = well([{ from, to: from + 2 * HOUR, value: 0.03 }]);
  const { stops } = await replayed(aGate({ ...SHORT_RAMP, signals: [runs] }), history);
  expect(stops).toHaveLength(1);
  expect(first(stops).from).toBeGreaterThanOrEqual(from + HOUR);
  expect(first(stops).from).toBeLessThan(from + HOUR + STEP);
});

describe("notes", () => {
  test("name the hours of a week in which most stops begin", async () => {
    const nights = [1, 8, 15, 22].map((day) => Date.UTC(2026, 1, day, 3));
    const history = well(nights.map((from) => ({ from, to: from + HOUR, value: 0.03 })));
    const gate = aGate({ flag: null, steps: [] });
    const { signals } = await replayed(gate, history, { lastMs: 35 * DAY, stepMs: 5 * MINUTE });
    expect(first(signals).notes).toContain("4 of 4 stops begin Sun 03:00-04:00");
  });

  test("suggest a limit with room where the past comes near the one there is", async () => {
    const history = createScriptedHistory();
    history.set("errors", (at) => (at % (HOUR / 2) < 2 * MINUTE ? 0.03 : 0.001));
    const { signals } = await replayed(aGate(SHORT_RAMP), history);
    expect(first(signals)).toMatchObject({
      suggestion: { limit: "halt", is: "above 2%", percentile: 99.5, value: 0.03, better: "above 3.6%" },
    });
    expect(first(signals).notes).toContain("p99.5 is 3%: consider `halt: above 3.6%`");
  });

  test("say that a suggested halt needs a milder rollback as well", async () => {
    const history = createScriptedHistory();
    history.set("errors", (at) => (at % (HOUR / 2) < 2 * MINUTE ? 0.06 : 0.001));
    const { signals } = await replayed(aGate(SHORT_RAMP), history);
    expect(first(signals).suggestion).toMatchObject({ better: "above 7.2%", passesRollback: true });
    expect(first(signals).notes).toContain(
      "p99.5 is 6%: consider `halt: above 7.2%` and a `rollback` beyond it",
    );
  });

  test("say for how much of the time there was no week before", async () => {
    const weekly = aSignal({
      halt: { ...aLimit("above 200%"), text: "above 200% of last week", baseline: "of last week" },
      rollback: null,
    });
    const young = well([{ from: 0, to: NOON - 8 * DAY, value: null }]);
    const gate = aGate({ ...SHORT_RAMP, signals: [weekly] });
    const { signals: latest } = await replayed(gate, young, { lastMs: 12 * HOUR });
    expect(first(latest).notes).toEqual([]);
    const { signals } = await replayed(gate, young, { lastMs: 8 * DAY, stepMs: 5 * MINUTE });
    expect(first(signals).notes).toEqual([
      "nothing to compare with 87.5% of the time, in which it waits (no-baseline)",
    ]);
  });
});

describe("a period", () => {
  test.each([
    [MINUTE, null, "less than two looks"],
    [400 * DAY, MINUTE, "a longer --step needs fewer"],
  ])("of %i ms is refused with what to ask for instead", async (lastMs, stepMs, message) => {
    const { done } = await run(aGate(), well(), { lastMs, stepMs });
    expect(done).toMatchObject({ kind: "refused", message: expect.stringContaining(message) });
  });

  test("is looked at in the slots of the gate's passes", async () => {
    const { span } = await replayed(aGate({ everyMs: 5 * MINUTE }), well(), { stepMs: null });
    expect(span.stepMs).toBe(5 * MINUTE);
    expect(span.from % span.stepMs).toBe(span.to % span.stepMs);
  });
});
