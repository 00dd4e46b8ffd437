import { beforeEach, describe, expect, test } from "vitest";
import type { Gate, Prove, Signal } from "../../../../src/domain/gate.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../src/domain/instant.ts";
import type { PastHalts } from "../../../../src/trial/plan/plan.ts";
import { planGate } from "../../../../src/trial/plan/plan-gate.ts";
import {
  NOON,
  aCohorts,
  aDemand,
  aFlagTarget,
  aGate,
  aLimit,
  aPromiseDemand,
  aSignal,
  aStep,
} from "../../../support/builders.ts";
import { createScriptedHistory } from "../../../support/scripted-history.ts";

const CONTROL = 'sum(increase(total{v="off"}[1h]))';
const CONTROL_BAD = 'sum(increase(bad{v="off"}[1h]))';
const CANDIDATE = 'sum(increase(total{v="on"}[1h]))';
const TEN: Prove = { text: "10%", ratio: 0.1 };

const HALTS: PastHalts = { kind: "known", times: 2, overMs: 7 * DAY, unread: [] };

let history: ReturnType<typeof createScriptedHistory>;

beforeEach(() => {
  history = createScriptedHistory();
});

/** A gate that passes each minute and whose readings settle within seconds. */
function gateOf(fields: Partial<Gate> = {}): Gate {
  return aGate({
    everyMs: MINUTE,
    flag: aFlagTarget({ propagationMs: 15 * SECOND }),
    signals: [aCohorts()],
    ...fields,
  });
}

function plan(fields: Partial<Gate> = {}, past: typeof history | null = history) {
  const ports = past === null ? null : { history: past, pastHalts: async () => HALTS };
  return planGate({ gate: gateOf(fields), scrapeIntervalMs: 15 * SECOND, now: NOON }, ports);
}

/** 200 an hour while nobody is exposed. */
function counts(bad = 0): void {
  history.set(CONTROL, () => 200);
  history.set(CONTROL_BAD, () => bad);
}

function shortOf(found: number): string {
  return `errors stays short: 1h have about ${found} of the 50 outcomes it needs`;
}

function share(fields: Partial<Signal>): Signal {
  return aSignal({ name: "missing", measure: { kind: "plain", query: "missing" }, ...fields });
}

/** The part of those exposed that may be bad unnoticed at this percent, and at 100 %. */
async function blindAt(to: number, signal: Signal) {
  const { steps } = await plan({ signals: [signal], steps: [aStep({ to }), aStep({ to: 100 })] });
  return steps.map(({ blind }) => blind.map(({ below }) => below));
}

describe("the traffic of a plan", () => {
  test("is what both cohorts counted in each hour of the last day, on average", async () => {
    history.set(CONTROL, (at) => (at < NOON - 12 * HOUR ? 100 : 300));
    history.set(CANDIDATE, (at) => (at < NOON - 12 * HOUR ? null : 30));
    const { traffic } = await plan();
    // 11 hours of 100 and 13 of 330.
    expect(traffic).toMatchObject({ kind: "known", perHour: (11 * 100 + 13 * 330) / 24, hours: 24 });
    expect(history.asked[0]?.span).toEqual({ from: NOON - 23 * HOUR, to: NOON, stepMs: HOUR });
  });

  test("is the average of the whole hours there are, and says how many", async () => {
    history.set(CONTROL, (at) => (at > NOON - 3 * HOUR ? 50 : at > NOON - 4 * HOUR ? 5 : null));
    expect((await plan()).traffic).toMatchObject({ perHour: 50, hours: 3 });
    history.set(CONTROL, (at) => (at === NOON ? 5 : null));
    expect((await plan()).traffic).toMatchObject({ perHour: 5, hours: 1 });
  });

  test("ends as long ago as its data are late", async () => {
    counts();
    await plan({ signals: [aCohorts({ lagMs: 10 * MINUTE })] });
    expect(history.asked[0]?.span.to).toBe(NOON - 10 * MINUTE);
  });

  test("is unknown and not zero where nothing was counted", async () => {
    expect((await plan()).traffic).toMatchObject({ kind: "unknown", isUnseen: false });
    history.set(CONTROL, () => Number.NaN);
    expect((await plan()).traffic).toMatchObject({ kind: "unknown", isUnseen: false });
  });

  test("cannot be seen where the source does not answer", async () => {
    history.fail("timeout");
    expect((await plan()).traffic).toEqual({
      kind: "unknown",
      why: "errors cannot be counted: timeout: scripted timeout",
      isUnseen: true,
    });
  });

  test.each([
    ["no signal has `counts`", [aSignal()]],
    ["several signals have `counts`", [aCohorts(), aCohorts({ name: "others" })]],
  ] as const)("is unknown where %s", async (why, signals: readonly Signal[]) => {
    const { traffic } = await plan({ signals });
    expect(traffic).toMatchObject({ kind: "unknown", why: expect.stringContaining(why) });
    expect(history.asked).toEqual([]);
  });

  test("is that of the signal that proves, where several count", async () => {
    counts();
    const signals = [aCohorts({ proves: true }), aCohorts({ name: "others" })];
    expect((await plan({ signals })).traffic).toMatchObject({ kind: "known", signal: "errors" });
  });

  test("of counters without cohorts is everybody's", async () => {
    const measure = {
      kind: "counters",
      query: "",
      bad: "b",
      total: "t",
      windowMs: HOUR,
      cohorts: null,
    } as const;
    history.set("sum(increase(t[1h]))", () => 40);
    history.set("sum(increase(b[1h]))", () => 1);
    const { traffic } = await plan({ signals: [aSignal({ measure })] });
    expect(traffic).toMatchObject({ perHour: 40, outcomes: { bad: 24, total: 960 } });
  });

  test("is not asked for where nobody can be asked, or nothing is exposed", async () => {
    expect((await plan({}, null)).traffic).toMatchObject({ why: "no Prometheus is named", isUnseen: false });
    expect(await plan({ flag: null, steps: [] })).toMatchObject({
      steps: [],
      remarks: ["checkout only watches: it has no flag, so nothing is planned"],
    });
    expect(history.asked).toEqual([]);
  });
});

test("a plan says how often the gate stopped of late, where that can be asked", async () => {
  counts();
  expect((await plan()).halts).toBe(HALTS);
  expect((await plan({}, null)).halts).toEqual({ kind: "unknown", why: "no Prometheus is named" });
  expect((await plan({ flag: null, steps: [] })).halts).toMatchObject({ kind: "unknown" });
});

describe("a step of a plan", () => {
  test("is proven when so many of those exposed have come, and once more with one bad", async () => {
    counts();
    const { steps } = await plan({ steps: [aStep({ to: 5, prove: TEN }), aStep({ to: 100 })] });
    // 10 an hour: 30 in 3 h, 78 in 7.8 h, and two scrapes of 15 s until they are counted.
    expect(steps[0]).toMatchObject({
      perHour: { kind: "known", value: 10 },
      proof: {
        noneBad: 30,
        oneBad: 78,
        oneBadWait: { kind: "known", ms: 7.8 * HOUR + 30 * SECOND },
      },
      evidence: { kind: "known", ms: 3 * HOUR + 30 * SECOND },
    });
    // The next pass after that.
    expect(steps[1]?.entry).toEqual({ kind: "at", at: NOON + 3 * HOUR + MINUTE });
  });

  test("lasts as long as its hold and what settles, and the last one bakes", async () => {
    const { steps, finish } = await plan({
      signals: [aSignal({ settleMs: 40 * MINUTE })],
      steps: [aStep({ holdMs: 30 * MINUTE }), aStep({ to: 50, holdMs: HOUR + 1 }), aStep({ to: 100 })],
      bakeMs: DAY,
    });
    expect(steps.map(({ entry }) => entry)).toEqual([
      { kind: "at", at: NOON },
      { kind: "at", at: NOON + 40 * MINUTE },
      { kind: "at", at: NOON + HOUR + 41 * MINUTE },
    ]);
    expect(finish).toEqual({ kind: "at", at: NOON + DAY + HOUR + 41 * MINUTE });
    expect(steps[2]).toMatchObject({ isLast: true, holdMs: DAY });
  });

  test("that nothing can be told of makes the next one no earlier than its hold", async () => {
    const steps = [aStep({ prove: TEN }), aStep({ to: 100 })];
    const planned = await plan({ steps }, null);
    const later = { kind: "after", at: NOON + 30 * MINUTE, why: "no Prometheus is named" };
    expect(planned.steps[1]?.entry).toEqual(later);
    expect(planned.finish).toEqual({ ...later, at: NOON + 30 * MINUTE + DAY });
  });

  test("that has to exclude what is normal is never left", async () => {
    counts(20);
    const planned = await plan({ steps: [aStep({ prove: TEN }), aStep({ to: 100 })] });
    const never = { kind: "never", why: "10% were bad in the last day without it" };
    expect(planned.steps[0]).toMatchObject({ evidence: never, proof: { oneBadWait: never } });
    expect([planned.steps[1]?.entry, planned.finish]).toEqual([never, never]);
  });

  test("that excludes an excess over control begins at what is normal", async () => {
    const over: Prove = { text: "10% over control", ratio: 0.1, overControl: true };
    const steps = [aStep({ prove: over }), aStep({ to: 100 })];
    counts(0);
    const clean = (await plan({ steps })).steps[0]?.proof;
    counts(10);
    const normal = (await plan({ steps })).steps[0]?.proof;
    expect([clean?.noneBad, clean?.oneBad]).toEqual([30, 78]);
    expect(normal?.noneBad).toBeLessThan(30);
    history = createScriptedHistory();
    history.set(CANDIDATE, () => 100);
    expect((await plan({ steps })).steps[0]).toMatchObject({
      proof: { noneBad: null },
      evidence: { kind: "unknown", why: "how bad the control is is not known" },
    });
    expect((await plan({ steps }, null)).steps[0]?.evidence.kind).toBe("unknown");
  });

  test("never proves anything without outcomes, or without a signal that tells", async () => {
    history.set(CONTROL, () => 0);
    const steps = [aStep({ prove: TEN }), aStep({ to: 100 })];
    expect((await plan({ steps })).steps[0]?.evidence).toMatchObject({ kind: "never" });
    expect((await plan({ steps, signals: [aSignal()] })).steps[0]).toMatchObject({
      proof: { noneBad: null },
      evidence: { kind: "never", why: "no signal tells by what" },
    });
    const nothing = { text: "0.0000000000001%", ratio: 1e-15 };
    counts();
    expect((await plan({ steps: [aStep({ prove: nothing }), aStep({ to: 100 })] })).steps[0]).toMatchObject({
      evidence: { kind: "never", why: "it takes more outcomes than anybody waits for" },
    });
  });

  test("is never left where a cohort stays short of the samples it needs", async () => {
    counts();
    const planned = await plan({
      signals: [aCohorts({ floor: 50 })],
      steps: [aStep({ to: 5 }), aStep({ to: 50 }), aStep({ to: 90 }), aStep({ to: 100 })],
    });
    expect(planned.steps.map(({ evidence }) => evidence)).toEqual([
      { kind: "never", why: shortOf(10) },
      // 100 an hour on either side.
      { kind: "known", ms: 30 * MINUTE },
      // The control is the smaller side, and the limits compare with it.
      { kind: "never", why: shortOf(20) },
      { kind: "known", ms: 45 * SECOND },
    ]);
    const alone = { floor: 50, advance: aLimit("at most 1%"), halt: null, rollback: null };
    const compared = await plan({
      signals: [aCohorts(alone)],
      steps: [aStep({ to: 90 }), aStep({ to: 100 })],
    });
    expect(compared.steps[0]?.evidence.kind).toBe("known");
  });

  test("of an audience is counted by its share alone", async () => {
    counts();
    const audience = { kind: "segment", name: "staff" } as const;
    const steps = [aStep({ to: 100, audience }), aStep({ to: 100, audience, share: 3 }), aStep({ to: 100 })];
    const planned = await plan({ steps });
    expect(planned.steps.map(({ perHour }) => perHour)).toMatchObject([
      { kind: "unknown", why: expect.stringContaining("`share` says it") },
      { kind: "known", value: 6 },
      { kind: "known", value: 200 },
    ]);
    expect(planned.steps[1]?.entry.kind).toBe("after");
  });

  test("in the shadow exposes nobody and waits for no cohort", async () => {
    counts();
    const planned = await plan({ steps: [aStep({ to: 0 }), aStep({ to: 100 })] });
    expect(planned.steps[0]).toMatchObject({
      perHour: { kind: "known", value: 0 },
      evidence: { kind: "known", ms: 45 * SECOND },
      blind: [],
    });
  });

  test("names who has to approve it, and promises for all of them once", async () => {
    const planned = await plan({
      steps: [aStep(), aStep({ to: 50, approve: [aDemand({ by: "leads", count: 2 })] }), aStep({ to: 100 })],
      promises: [
        aPromiseDemand({ by: "erp", says: "raised", step: null }),
        aPromiseDemand({ by: "sre", says: "watched", step: 3 }),
      ],
    });
    expect(planned.steps.map(({ approvals }) => approvals)).toEqual([
      ["erp, once: raised"],
      ["2 of leads"],
      ["sre, once: watched"],
    ]);
  });

  test("says what has no effect yet, and that an observing gate raises nothing", async () => {
    expect((await plan({ calendars: ["peak"], mode: "observe" })).remarks).toEqual([
      expect.stringContaining("`calendars` of checkout would hold it back and has no effect yet"),
      expect.stringContaining("only observes"),
    ]);
    expect((await plan()).remarks).toEqual([]);
  });
});

describe("what a step cannot see yet", () => {
  test("is what the lowest limit of a share of everything leaves to those exposed", async () => {
    const signal = share({ halt: aLimit("above 0.2%"), rollback: aLimit("above 1%") });
    expect(await blindAt(1, signal)).toEqual([[0.2], []]);
    expect(await blindAt(25, signal)).toEqual([[0.008], []]);
    expect(await blindAt(1, share({ halt: null, rollback: aLimit("above 2%") }))).toEqual([[1], []]);
  });

  test("is not guessed of anything but shares of everything", async () => {
    expect(await blindAt(1, share({ unit: "seconds", rollback: aLimit("above 20m") }))).toEqual([[], []]);
    expect(await blindAt(1, share({ better: "higher", rollback: aLimit("below 90%") }))).toEqual([[], []]);
    const measure = { kind: "plain", query: 'missing{variant="on"}' } as const;
    expect(await blindAt(1, share({ measure, rollback: aLimit("above 20%") }))).toEqual([[], []]);
  });

  test("is what `minBad` outcomes are of the few that a window holds", async () => {
    counts();
    const signal = aCohorts({ minBad: 5, halt: aLimit("above 2% over control"), rollback: null });
    // 20 in the window, 5 of which are 25 %; then 400, of which the limit itself is more.
    expect(await blindAt(10, signal)).toEqual([[0.25], [1]]);
    history.set(CONTROL, () => 4_000);
    expect(await blindAt(10, signal)).toEqual([[], [1]]);
    history.set(CONTROL, () => 20);
    expect(await blindAt(10, signal)).toEqual([[1], [1]]);
  });

  test("is everything once nobody is left to compare with, unless a limit stands for itself", async () => {
    counts();
    const alone = aCohorts({ minBad: 5, halt: aLimit("above 1%"), rollback: null });
    expect(await blindAt(50, alone)).toEqual([[0.05], [0.025]]);
    expect(await blindAt(50, aCohorts({ halt: null, rollback: null }))).toEqual([[], []]);
  });
});
