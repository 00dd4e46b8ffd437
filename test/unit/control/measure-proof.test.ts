import { beforeEach, expect, test } from "vitest";
import { measureProof } from "../../../src/control/measure-proof.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import type { RawCounters } from "../../../src/domain/increments.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { countersName } from "../../../src/domain/proof.ts";
import type { SignalAnswers } from "../../../src/domain/reading.ts";
import type { GateRecord, ProofCounted } from "../../../src/domain/record.ts";
import { NOON, aCohorts, aGate, aRecord, aStep, anExposure } from "../../support/builders.ts";
import { createScriptedMetrics, type ScriptedMetrics } from "../../support/scripted-metrics.ts";

const COHORTS = aCohorts({ lagMs: 2 * MINUTE });
const OF = countersName(COHORTS);
const PROVE = aStep({ to: 5, prove: { text: "3%", ratio: 0.03 } });
const GATE = aGate({ signals: [COHORTS], steps: [PROVE, aStep({ to: 100 })] });
/** Scraped every 15 s, and two minutes late. */
const NEWEST = NOON - 2 * 15 * SECOND - 2 * MINUTE;
const SET_AT = NOON - HOUR;

let metrics: ScriptedMetrics;

beforeEach(() => {
  metrics = createScriptedMetrics();
});

function counter(...samples: readonly (readonly [at: number, value: number])[]): RawCounters {
  const labels = { job: "shop", instance: "a" };
  return { kind: "known", series: [{ labels, samples: samples.map(([at, value]) => ({ at, value })) }] };
}

/** What the gate has counted, up to an hour after it was set. */
function counted(fields: Partial<ProofCounted> = {}): ProofCounted {
  const nothing = { bad: 0, total: 0 };
  return {
    of: OF,
    since: SET_AT,
    from: SET_AT,
    upTo: SET_AT,
    candidate: nothing,
    control: nothing,
    ...fields,
  };
}

function read(
  record: Partial<GateRecord> = {},
  gate: Gate = GATE,
  scrapeIntervalMs: number | null = 15 * SECOND,
) {
  const said: SignalAnswers = {
    signal: "errors",
    asked: [],
    freshness: null,
    scrapeIntervalMs: scrapeIntervalMs ?? 0,
  };
  const answers = new Map(scrapeIntervalMs === null ? [] : [["errors", said]]);
  return measureProof(gate, aRecord(record), { answers }, metrics, NOON);
}

test("what is counted runs from where counting stands to the newest scrape there can be, with a while before it", async () => {
  metrics.setCounters(
    'total{v="on"}',
    counter([SET_AT - MINUTE, 100], [NEWEST, 130], [NEWEST + SECOND, 999]),
  );
  metrics.setCounters('bad{v="on"}', counter([SET_AT - MINUTE, 5], [NEWEST, 6]));
  metrics.setCounters('total{v="off"}', counter([SET_AT, 1_000], [NEWEST, 1_600]));
  metrics.setCounters('bad{v="off"}', counter([SET_AT, 10], [NEWEST, 12]));
  expect(await read()).toEqual({
    kind: "known",
    of: OF,
    since: SET_AT,
    from: SET_AT,
    to: NEWEST,
    candidate: { bad: 1, total: 30 },
    control: { bad: 2, total: 600 },
  });
  const stretch = { from: SET_AT - 15 * MINUTE, to: NEWEST };
  expect(metrics.askedCounters.map((each) => [each.selector, each.stretch])).toEqual(
    ['bad{v="on"}', 'total{v="on"}', 'bad{v="off"}', 'total{v="off"}'].map((selector) => [selector, stretch]),
  );
});

test("where nobody knows how often it is scraped, a minute is supposed", async () => {
  await read({}, GATE, null);
  expect(metrics.askedCounters[0]?.stretch.to).toBe(NOON - 2 * MINUTE - 2 * MINUTE);
});

test("only up to the last sample there is, and a counter that came to be meanwhile began at 0", async () => {
  metrics.setCounters('total{v="on"}', counter([SET_AT, 100], [NOON - 10 * MINUTE, 130]));
  metrics.setCounters('bad{v="on"}', counter([NOON - 11 * MINUTE, 2]));
  expect(await read()).toMatchObject({ to: NOON - 10 * MINUTE, candidate: { bad: 2, total: 30 } });
});

test("at most six hours at once, and the rest by the next pass", async () => {
  const upTo = NOON - 10 * HOUR;
  const later = upTo + 6 * HOUR;
  metrics.setCounters('total{v="on"}', counter([upTo, 100], [later, 130], [NOON, 500]));
  const exposure = anExposure({ setAt: NOON - 11 * HOUR });
  const proof = counted({ since: NOON - 11 * HOUR, upTo });
  expect(await read({ exposure, proof })).toMatchObject({ from: upTo, to: later, candidate: { total: 30 } });
});

test("hours without a scrape are lost, for nobody knows what was counted in them", async () => {
  const upTo = NOON - 10 * HOUR;
  const exposure = anExposure({ setAt: NOON - 11 * HOUR });
  const proof = counted({ since: NOON - 11 * HOUR, upTo });
  expect(await read({ exposure, proof })).toEqual({ kind: "lost", since: NOON - 11 * HOUR, at: NEWEST });
});

test("a while without a scrape is none that is lost: the next pass asks again", async () => {
  expect(await read()).toMatchObject({ kind: "known", from: SET_AT, to: SET_AT, candidate: { total: 0 } });
});

test("a flag that nobody has seen change is counted from now on", async () => {
  const proof = counted({ since: 0, from: 0, upTo: 0 });
  const watched = { ramp: { state: "idle" } as const, exposure: anExposure({ changedAt: null }), proof };
  metrics.setCounters('total{v="on"}', counter([NEWEST - MINUTE, 100], [NEWEST, 130]));
  expect(await read(watched)).toMatchObject({
    kind: "known",
    from: NEWEST,
    to: NEWEST,
    candidate: { total: 0 },
  });
});

test("nothing new is nothing to ask", async () => {
  for (const upTo of [NEWEST, NEWEST + MINUTE]) {
    expect(await read({ proof: counted({ upTo }) })).toBeNull();
  }
  expect(metrics.askedCounters).toEqual([]);
});

test("nothing is read of a step that has nothing to prove, of nobody exposed, and of what was never set", async () => {
  const without = aGate({ signals: [COHORTS], steps: [aStep({ to: 5 }), aStep({ to: 100 })] });
  expect(await read({}, without)).toBeNull();
  expect(await read({ exposure: anExposure({ set: 0 }) })).toBeNull();
  expect(await read({ exposure: anExposure({ setAt: null }) })).toBeNull();
  expect(await read({}, aGate({ signals: [], steps: GATE.steps }))).toBeNull();
  expect(metrics.askedCounters).toEqual([]);
});

test("what cannot be read is not known, whatever the rest says", async () => {
  const unknown = { kind: "unknown", reason: "timeout", detail: "scripted" } as const;
  metrics.setCounters('total{v="on"}', counter([SET_AT, 100], [NEWEST, 130]));
  metrics.setCounters('bad{v="off"}', unknown);
  expect(await read()).toEqual(unknown);
});
