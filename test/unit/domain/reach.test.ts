import { describe, expect, test } from "vitest";
import type { PinnedAudience } from "../../../src/domain/flag.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { reachText, whomIn, whomOf, whomShown, withReach } from "../../../src/domain/reach.ts";
import { constraintsText, segmentsText } from "../../support/audience-texts.ts";
import { aFlagRecord, aGate, aStep, aStrategy, anExposure } from "../../support/builders.ts";

const STAFF: PinnedAudience = { kind: "segment", name: "staff", id: 7 };
const SHOPS: PinnedAudience = { kind: "values", label: "shops", field: "userId", values: ["dk", "se"] };
const OTHERS = constraintsText({ kind: "values", label: "", field: "country", values: ["fi"] });
const GATE: Gate = aGate({
  steps: [
    aStep({ to: 100, audience: { kind: "segment", name: "staff" } }),
    aStep({ to: 100, audience: { kind: "values", label: "shops", values: ["dk", "se"] } }),
    aStep({ to: 100 }),
  ],
});

const strategyOf = (audience: PinnedAudience | null) =>
  aStrategy({ segments: segmentsText(audience), constraints: constraintsText(audience) });

test("a percent of some is never told as one of everybody", () => {
  expect([
    reachText(100, "segment staff"),
    reachText(50, "segment staff"),
    reachText(0, "segment staff"),
    reachText(5, undefined),
  ]).toEqual(["segment staff", "50% of segment staff", "0%", "5%"]);
});

const shown = (fields: Parameters<typeof aStrategy>[0], ids = {}) =>
  whomShown(GATE, { segments: ids }, aStrategy(fields));

describe("whom a strategy reaches", () => {
  test("is everybody without segment and constraint", () => {
    expect(shown({})).toBeUndefined();
  });

  test("is told by the names of the steps where they are known, and else by number and field", () => {
    const { segments } = strategyOf(STAFF);
    const { constraints } = strategyOf(SHOPS);
    expect(shown({ segments }, { staff: 7 })).toBe("segment staff");
    expect(shown({ segments })).toBe("segment 7");
    expect(shown({ constraints })).toBe("segment shops (dk, se)");
    expect(shown({ constraints: OTHERS })).toBe("those within a constraint on country");
    expect(shown({ segments, constraints }, { staff: 7 })).toBe("segment 7 within a constraint on userId");
    const two = '[{"constraints":[],"id":7},{"constraints":[],"id":8}]';
    const both = JSON.stringify([...JSON.parse(OTHERS), ...JSON.parse(constraints)]);
    expect(shown({ segments: two, constraints: both })).toBe(
      "segments 7, 8 within constraints on country, userId",
    );
  });
});

const found = (flag: PinnedAudience | null, strategy: PinnedAudience | null) => {
  const recorded = aFlagRecord({
    segments: segmentsText(flag),
    constraints: constraintsText(flag),
    ...(flag === null ? {} : { audience: flag }),
  });
  return withReach(GATE, anExposure(), { segments: { staff: 7 } }, recorded, strategyOf(strategy));
};

describe("of whom the percents are", () => {
  test("is what is on record while the strategy shows that", () => {
    expect(found(STAFF, STAFF)).toEqual(anExposure());
    expect(whomOf({ exposure: anExposure(), flag: aFlagRecord({ audience: STAFF }) })).toBe("segment staff");
    expect(whomIn({ exposure: anExposure(), flag: aFlagRecord() })).toEqual({});
    expect(whomIn({ exposure: anExposure(), flag: null })).toEqual({});
  });

  test("is what was found where somebody has changed that, be it everybody", () => {
    expect(found(STAFF, null).reach).toBeNull();
    expect(found(null, STAFF).reach).toBe("segment staff");
    const flag = aFlagRecord({ audience: STAFF });
    expect(whomOf({ exposure: anExposure({ reach: null }), flag })).toBeUndefined();
    expect(whomIn({ exposure: anExposure({ reach: "segment 8" }), flag })).toEqual({ audience: "segment 8" });
  });

  test("is what was found where nothing is on record", () => {
    const watched = (strategy: PinnedAudience | null) =>
      withReach(GATE, anExposure({ reach: "before" }), null, null, strategyOf(strategy));
    expect(watched(STAFF).reach).toBe("segment 7");
    expect(watched(null)).not.toHaveProperty("reach");
    expect(withReach(GATE, anExposure({ reach: "before" }), null, null, null)).not.toHaveProperty("reach");
  });

  test("is everybody whom the strategy is for where no step names a segment", () => {
    expect(withReach(aGate(), anExposure(), null, null, strategyOf(STAFF))).toEqual(anExposure());
  });
});
