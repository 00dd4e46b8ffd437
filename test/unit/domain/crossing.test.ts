import { describe, expect, test } from "vitest";
import { compareDefinitions } from "../../../src/domain/compare-definitions.ts";
import { actionBy, cross, crosses, goOnward } from "../../../src/domain/crossing.ts";
import type { PinnedAudience } from "../../../src/domain/flag.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { growthBlockers } from "../../../src/domain/growth.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { yieldIfOverwritten } from "../../../src/domain/yield.ts";
import {
  NOON,
  aFlagEvent,
  aFlagRecord,
  aGate,
  aJudgement,
  passFacts,
  aRecord,
  aRun,
  aStep,
  anIntention,
} from "../../support/builders.ts";

const STAFF: PinnedAudience = { kind: "segment", name: "staff", id: 7 };
const TO_STAFF = aStep({ to: 100, audience: { kind: "segment", name: "staff" } });
const TO_ALL = aStep({ to: 100 });
const GATE: Gate = aGate({ steps: [TO_STAFF, TO_ALL] });
const WRITER = { storeId: "k3f", epoch: 7 };
const RAISE = { step: 1, decision: "dec_1", at: NOON };

function standingAt(flag: Partial<NonNullable<GateRecord["flag"]>>): GateRecord {
  return aRecord({ flag: aFlagRecord(flag), run: { ...aRun(), segments: { staff: 7 } } });
}

describe("a raise to another audience", () => {
  test("begins with the percent where that is above 0, and with the audience where it is not", () => {
    const exposed = cross(GATE, standingAt({ rollout: 100, audience: STAFF }), WRITER, {
      ...RAISE,
      next: TO_ALL,
    });
    expect(exposed.intention).toMatchObject({ kind: "park", to: 0, onward: { to: 100, step: 1 } });
    const parked = cross(GATE, standingAt({ rollout: 0 }), WRITER, { ...RAISE, next: TO_STAFF });
    expect(parked.intention).toMatchObject({
      kind: "refit",
      to: 0,
      audience: STAFF,
      onward: { audience: STAFF },
    });
  });

  test("sets the token of its raise apart, so that no other write can come by it", () => {
    const record = standingAt({ rollout: 100, audience: STAFF });
    const begun = cross(GATE, record, WRITER, { ...RAISE, next: TO_ALL });
    expect(begun.sequence).toBe(record.sequence + 3);
    const fits = goOnward(GATE, begun, WRITER, begun.intention ?? anIntention());
    const raises = goOnward(GATE, fits ?? begun, WRITER, fits?.intention ?? anIntention());
    expect([begun, fits, raises].map((each) => each?.intention?.token.sequence)).toEqual([
      record.sequence + 1,
      record.sequence + 2,
      record.sequence + 3,
    ]);
    expect(actionBy(begun.intention ?? anIntention(), record.flag)).toEqual({
      kind: "raise",
      from: record.exposure.set,
      to: 100,
      title: raises?.intention?.title,
    });
  });

  test("needs a flag on record", () => {
    const record = aRecord({ flag: null });
    expect(crosses(record, TO_STAFF)).toBe(false);
    expect(cross(GATE, record, WRITER, { ...RAISE, next: TO_STAFF })).toBe(record);
  });

  test("is none where the strategy reaches that audience already, or nobody knows its id", () => {
    expect(crosses(standingAt({ audience: STAFF }), TO_STAFF)).toBe(false);
    expect(crosses(standingAt({ audience: STAFF }), TO_ALL)).toBe(true);
    expect(crosses({ ...standingAt({}), run: aRun() }, TO_STAFF)).toBe(false);
  });

  test("goes on from nothing but a write that makes way for it", () => {
    expect(goOnward(GATE, aRecord(), WRITER, anIntention())).toBeNull();
    expect(actionBy(anIntention({ kind: "park" }), null)).toEqual({ kind: "none" });
  });
});

test("a step whose segment the run has no id for is not entered", () => {
  const record = aRecord({ ramp: { state: "proving", step: 0 }, flag: aFlagRecord(), run: aRun() });
  const codes = growthBlockers(GATE, record, aJudgement(), passFacts()).map(({ code }) => code);
  expect(codes).toContain("segment");
});

describe("a person's change that a write ran over", () => {
  const landed = anIntention({ kind: "raise", from: 0, to: 100, title: "ours" });
  const events = [
    aFlagEvent({ id: 1, byUserId: 3, rolloutAfter: "50", titleAfter: "theirs" }),
    aFlagEvent({ id: 2, byUserId: 2, rolloutAfter: "100", titleAfter: "ours" }),
  ];
  const facts = passFacts({ events, ownUserId: 2 });

  test("is given back within the segment, and stops growth at its step", () => {
    const record = {
      ...standingAt({ rollout: 100, audience: STAFF }),
      ramp: { state: "proving", step: 1 } as const,
    };
    const yielded = yieldIfOverwritten(GATE, record, landed, facts).record;
    expect(yielded).toMatchObject({
      ramp: { state: "halted", from: { step: 1 } },
      run: { ceiling: 0 },
      intention: { kind: "lower", to: 50 },
    });
  });

  test("ends the run where the write only made way for a raise", () => {
    const onward = { to: 1, step: 2, sequence: 9 };
    const made = { ...landed, kind: "park", from: 100, to: 0, onward } as const;
    const record = {
      ...standingAt({ rollout: 0, audience: STAFF }),
      ramp: { state: "proving", step: 1 } as const,
    };
    expect(yieldIfOverwritten(GATE, record, made, facts).record.ramp.state).toBe("rolling-back");
    const same = passFacts({
      ownUserId: 2,
      events: [aFlagEvent({ id: 1, byUserId: 3, rolloutAfter: "100" }), ...events.slice(1)],
    });
    expect(yieldIfOverwritten(GATE, record, made, same).record).toBe(record);
  });
});

test("a file with another segment in a step is another run", () => {
  const other = aStep({ to: 100, audience: { kind: "segment", name: "others" } });
  expect(compareDefinitions(GATE, { ...GATE, steps: [other, TO_ALL] })).toEqual({ kind: "other-flag" });
});
