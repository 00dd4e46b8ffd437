import { expect, test } from "vitest";
import { exposureChanges } from "../../../src/control/ledger.ts";
import type { Ramp } from "../../../src/domain/ramp.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { MINUTE } from "../../../src/domain/instant.ts";
import {
  NOON,
  aBecause,
  aDrift,
  aFlagRecord,
  aGate,
  aRecord,
  aRollback,
  aStep,
  aFlagEvent,
  anExposure,
  anIntention,
} from "../../support/builders.ts";

const ids = { next: (prefix: string) => `${prefix}_1` };
const seen = { now: NOON, decision: "dec_9", events: null };

function at(set: number | null, fields: Partial<GateRecord> = {}): GateRecord {
  return aRecord({ exposure: anExposure({ set, changedAt: NOON - MINUTE }), ...fields });
}

test("a change by somebody else names who the event log names", () => {
  const events = [
    aFlagEvent({ by: "lee", rolloutAfter: "10" }),
    aFlagEvent({ by: "kim", rolloutAfter: "25" }),
  ];
  expect(exposureChanges(ids, aGate(), at(5), at(25), { ...seen, events })).toEqual([
    {
      kind: "exposure",
      id: "chg_1",
      at: NOON - MINUTE,
      gate: "checkout",
      flag: "new-pricing",
      environment: "production",
      from: 5,
      to: 25,
      by: "kim",
      reason: "changed in Unleash from 5% to 25%",
      decision: "dec_9",
      verifiedAt: NOON,
    },
  ]);
});

test("without a log it names whom the drift names, and else nobody", () => {
  const drift = [aDrift({ observed: 25, by: "kim", message: "5% was changed to 25%" })];
  expect(exposureChanges(ids, aGate(), at(5), at(25, { drift }), seen)[0]).toMatchObject({
    by: "kim",
    reason: "5% was changed to 25%",
  });
  expect(exposureChanges(ids, aGate(), at(5), at(25), seen)[0]?.by).toBeNull();
});

test("a change within a segment says of whom its percents are", () => {
  const steps = [aStep({ to: 100, audience: { kind: "segment", name: "staff" } }), aStep({ to: 100 })];
  const gate = aGate({ steps });
  const audience = { kind: "segment", name: "staff", id: 7 } as const;
  const raise = anIntention({ kind: "raise", to: 100, step: 1 });
  const flag = aFlagRecord({ audience, title: raise.title });
  const raised = exposureChanges(ids, gate, at(0, { intention: raise, flag }), at(100, { flag }), seen);
  expect(raised).toMatchObject([
    { from: 0, to: 100, audience: "segment staff", reason: "raised to step 1, segment staff" },
  ]);
  const park = anIntention({ kind: "park", from: 100, to: 0, step: 1 });
  const parked = exposureChanges(ids, gate, at(100, { intention: park, flag }), at(0, { flag }), seen);
  expect(parked).toMatchObject([
    { from: 100, to: 0, audience: "segment staff", reason: "made way for step 2, which reaches others" },
  ]);
  const next = anIntention({ kind: "raise", to: 100, step: 2, title: "next" });
  const everybody = at(100, { flag: aFlagRecord({ title: "next" }) });
  const [whole] = exposureChanges(ids, gate, at(0, { intention: next }), everybody, seen);
  expect(whole).toMatchObject({ reason: "raised to step 2" });
  expect(whole).not.toHaveProperty("audience");
});

test("a change by somebody else within a segment says of whom its percents are", () => {
  const found = anExposure({ set: 50, reach: "segment 7" });
  const first = exposureChanges(ids, aGate(), at(null), aRecord({ exposure: found }), seen);
  expect(first).toMatchObject([{ audience: "segment 7", reason: "first seen at 50% of segment 7" }]);
});

function reaching(set: number, reach: string): GateRecord {
  return aRecord({ exposure: anExposure({ set, reach }) });
}

test("who takes all exposure back has taken it from those who had it, and not from those who are chosen since", () => {
  const before = reaching(50, "segment 7");
  const whom = (set: number) => exposureChanges(ids, aGate(), before, reaching(set, "segment 9"), seen);
  expect(whom(0)).toMatchObject([{ to: 0, audience: "segment 7" }]);
  expect(whom(5)).toMatchObject([{ to: 5, audience: "segment 9" }]);
});

test("a raise to a step that the definition no longer has is in the ledger by its number", () => {
  const intention = anIntention({ kind: "raise", to: 25, step: 9 });
  const after = at(25, { flag: aFlagRecord({ title: intention.title }) });
  expect(exposureChanges(ids, aGate(), at(5, { intention }), after, seen)).toMatchObject([
    { reason: "raised to step 9" },
  ]);
});

test("neither an event nor a drift names anybody that tells of another percent", () => {
  const events = [
    aFlagEvent({ by: "kim", rolloutAfter: "25" }),
    aFlagEvent({ by: "lee", rolloutAfter: "10" }),
  ];
  const drift = [aDrift({ observed: 10, by: "lee", message: "5% was changed to 10%" })];
  const [entry] = exposureChanges(ids, aGate(), at(5), at(25, { drift }), { ...seen, events });
  expect(entry).toMatchObject({ by: "kim", reason: "changed in Unleash from 5% to 25%" });
  expect(exposureChanges(ids, aGate(), at(5), at(25, { drift }), seen)[0]?.by).toBeNull();
});

test("what changed while a write of ours was under way, or with a release, is not ours", () => {
  const changed = { by: null, reason: "changed in Unleash from 5% to 25%", decision: "dec_9" };
  const raise = { intention: anIntention({ kind: "raise", to: 25 }) };
  expect(exposureChanges(ids, aGate(), at(5, raise), at(25), seen)).toMatchObject([changed]);
  expect(exposureChanges(ids, aGate(), at(5, raise), at(25, { flag: null }), seen)).toMatchObject([changed]);
  const intention = anIntention({ kind: "release", to: 5, title: "Gradual rollout" });
  const released = { flag: aFlagRecord({ title: "Gradual rollout" }) };
  expect(exposureChanges(ids, aGate(), at(5, { intention }), at(25, released), seen)).toMatchObject([
    changed,
  ]);
});

test("a decrease is a rollback until its end, and a step back is told apart", () => {
  const intention = anIntention({ kind: "lower", to: 0 });
  const flag = aFlagRecord({ title: intention.title });
  const causes = [aBecause({ message: "errors: 6%, rollback above 5%" })];
  const reason = (ramp: Ramp) =>
    exposureChanges(ids, aGate(), at(25, { intention }), at(0, { flag, ramp }), seen)[0]?.reason;
  const back = { since: NOON, fromPercent: 25, causes };
  const stepBack = { step: 1, to: 5, signals: ["errors"] };
  expect(reason({ ...back, state: "draining", until: NOON })).toMatch(/^rolled back: errors: 6%/);
  expect(reason({ ...back, state: "rolled-back" })).toMatch(/^rolled back: errors: 6%/);
  expect(reason(aRollback({ causes, stepBack }))).toMatch(/^one step back: errors: 6%/);
});

test("our own write is ours, under the decision that ordered it", () => {
  const intention = anIntention({ kind: "raise", to: 25, step: 2, decision: "dec_1" });
  const after = at(25, { flag: aFlagRecord({ title: intention.title, rollout: 25 }) });
  expect(exposureChanges(ids, aGate(), at(5, { intention }), after, seen)[0]).toMatchObject({
    by: "rampart",
    reason: "raised to step 2",
    decision: "dec_1",
  });
});

test("a rollback says why, a decrease without one that it was recorded, a restoration that it is one", () => {
  const lower = anIntention({ kind: "lower", to: 0 });
  const landed = { flag: aFlagRecord({ title: lower.title }) };
  const reason = (intention: typeof lower, fields: Partial<GateRecord>) =>
    exposureChanges(ids, aGate(), at(5, { intention }), at(0, fields), seen)[0]?.reason;
  expect(reason(lower, { ...landed, ramp: aRollback() })).toMatch(/^rolled back: ./);
  expect(reason(lower, landed)).toBe("lowered to what was recorded");
  expect(reason({ ...lower, kind: "restore" }, landed)).toBe("restored to what was recorded");
});

test("what is the same, not read, or 0 from the start is no change", () => {
  expect(exposureChanges(ids, aGate(), at(5), at(5), seen)).toEqual([]);
  expect(exposureChanges(ids, aGate(), at(5), at(null), seen)).toEqual([]);
  expect(exposureChanges(ids, aGate(), at(null), at(0), seen)).toEqual([]);
  expect(exposureChanges(ids, aGate({ flag: null }), at(5), at(25), seen)).toEqual([]);
});

test("a flag that is exposed when it is first seen is an entry, so that the ledger begins somewhere", () => {
  const after = aRecord({ exposure: anExposure({ set: 25, changedAt: null }) });
  expect(exposureChanges(ids, aGate(), at(null), after, seen)[0]).toMatchObject({
    from: null,
    to: 25,
    at: NOON,
    reason: "first seen at 25%",
  });
});
