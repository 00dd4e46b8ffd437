import { describe, expect, test } from "vitest";
import {
  audienceShown,
  audienceText,
  nameOfStep,
  pinnedAudience,
  sameAudience,
  shows,
  stepName,
  stepWith,
} from "../../../src/domain/audience.ts";
import { audienceRefusals, segmentIdsOf, withShownAudience } from "../../../src/domain/audience-preflight.ts";
import type { PinnedAudience } from "../../../src/domain/flag.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { constraintsText, segmentsText } from "../../support/audience-texts.ts";
import { aFlagRecord, aGate, aStep } from "../../support/builders.ts";

const STAFF: PinnedAudience = { kind: "segment", name: "staff", id: 7 };
const SHOPS: PinnedAudience = { kind: "values", label: "shops", field: "orderId", values: ["dk", "se"] };
const GATE: Gate = aGate({
  steps: [
    aStep({ to: 100, audience: { kind: "segment", name: "staff" } }),
    aStep({ to: 100, audience: { kind: "values", label: "shops", values: ["dk", "se"] } }),
    aStep({ to: 100 }),
  ],
});
const SEGMENTS = new Map([["staff", 7]]);

function strategyOf(audience: PinnedAudience | null) {
  return { segments: segmentsText(audience), constraints: constraintsText(audience) };
}

describe("an audience in words", () => {
  test("is its segment, or its first values and how many more", () => {
    expect(audienceText(STAFF)).toBe("segment staff");
    expect(audienceText(SHOPS)).toBe("segment shops (dk, se)");
    const many = { ...SHOPS, values: ["a", "b", "c", "d", "e"] };
    expect(audienceText(many)).toBe("segment shops (a, b, c and 2 more)");
  });

  test("names its step", () => {
    expect(GATE.steps.map(stepName)).toEqual(["segment staff", "segment shops (dk, se)", "100%"]);
    expect([0, 1, 3].map((step) => nameOfStep(GATE, step))).toEqual(["0%", "segment staff", "100%"]);
  });
});

describe("whether a strategy shows an audience", () => {
  test.each([undefined, STAFF, SHOPS])(
    "%j is shown by what was written for it, and by nothing else",
    (wanted) => {
      for (const written of [undefined, STAFF, SHOPS]) {
        expect(shows(strategyOf(written ?? null), wanted)).toBe(written === wanted);
      }
    },
  );

  test.each([
    ["another segment", { ...strategyOf(null), segments: segmentsText({ ...STAFF, id: 8 }) }],
    [
      "a second segment",
      { ...strategyOf(null), segments: '[{"constraints":[],"id":7},{"constraints":[],"id":8}]' },
    ],
    ["a constraint beside it", { ...strategyOf(STAFF), constraints: constraintsText(SHOPS) }],
    ["no list at all", { segments: "{}", constraints: "[]" }],
    ["something that is no segment", { segments: "[7]", constraints: "[]" }],
  ])("%s is not the segment", (_, strategy) => {
    expect(shows(strategy, STAFF)).toBe(false);
  });

  test.each([
    ["fewer values", { values: ["se"] }],
    ["other values", { values: ["se", "fi"] }],
    ["no list of values", { values: "se" }],
    ["another field", { contextName: "userId" }],
    ["another operator", { operator: "NOT_IN" }],
    ["the others", { inverted: true }],
    ["any case", { caseInsensitive: true }],
  ])("%s is not the values", (_, change) => {
    const constraint = {
      contextName: "orderId",
      operator: "IN",
      values: ["dk", "se"],
      inverted: false,
      caseInsensitive: false,
    };
    const strategy = { segments: "[]", constraints: JSON.stringify([{ ...constraint, ...change }]) };
    expect(shows(strategy, SHOPS)).toBe(false);
  });

  test("tells apart what is the same from what is not", () => {
    const all = [undefined, STAFF, SHOPS, { ...STAFF, id: 8 }, { ...SHOPS, values: ["se"] }];
    for (const a of all) for (const b of all) expect(sameAudience(a, b)).toBe(a === b);
  });
});

describe("the audience of a step in a strategy", () => {
  test("needs the id that the run has found, and the field the strategy sticks by", () => {
    const flag = aFlagRecord({ stickiness: null });
    expect(pinnedAudience({ kind: "segment", name: "staff" }, { segments: { staff: 7 } }, flag)).toEqual(
      STAFF,
    );
    expect(pinnedAudience({ kind: "segment", name: "staff" }, {}, flag)).toBeNull();
    expect(pinnedAudience({ kind: "segment", name: "staff" }, null, flag)).toBeNull();
    const values = { kind: "values", label: "shops", values: ["se"] } as const;
    expect(pinnedAudience(values, null, flag)).toMatchObject({ field: "default" });
  });

  test("tells which step reaches it, counted from 1; a segment that the run has not pinned is of none", () => {
    const flag = aFlagRecord({ stickiness: "orderId" });
    const pinned = { segments: { staff: 7 } };
    expect([STAFF, SHOPS, undefined].map((shown) => stepWith(GATE, pinned, shown, flag))).toEqual([1, 2, 0]);
    expect(stepWith(GATE, null, STAFF, flag)).toBe(0);
    expect(stepWith(GATE, pinned, { ...STAFF, id: 8 }, flag)).toBe(0);
  });

  test("is found again in what the strategy shows", () => {
    const ids = segmentIdsOf(GATE, SEGMENTS);
    const shown = (audience: PinnedAudience | null) =>
      audienceShown(GATE, ids, aFlagRecord({ ...strategyOf(audience), stickiness: "orderId" }));
    expect([shown(null), shown(STAFF), shown(SHOPS), shown({ ...STAFF, id: 8 })]).toEqual([
      undefined,
      STAFF,
      SHOPS,
      null,
    ]);
    // A segment whose id nobody knows cannot be told.
    expect(audienceShown(GATE, {}, aFlagRecord(strategyOf(STAFF)))).toBeNull();
  });
});

const codes = (
  flag: Parameters<typeof aFlagRecord>[0],
  segments: ReadonlyMap<string, number> | null = SEGMENTS,
  left?: PinnedAudience,
) =>
  audienceRefusals(GATE, aFlagRecord({ rollout: 0, ...strategyOf(null), ...flag }), segments, left).map(
    ({ code }) => code,
  );

describe("a start on a gate whose steps name audiences", () => {
  test("is free where the segment is there and the strategy is bare, or shows what a run before left", () => {
    expect(codes({})).toEqual([]);
    expect(codes(strategyOf(STAFF), SEGMENTS, STAFF)).toEqual([]);
  });

  test("never takes a segment that somebody else has put in for one of its own, though a step names it", () => {
    expect(codes(strategyOf(STAFF))).toEqual(["audience-taken"]);
    expect(codes(strategyOf(SHOPS), SEGMENTS, STAFF)).toEqual(["audience-taken"]);
  });

  test("is refused for each thing that is missing or in the way", () => {
    expect(codes({}, null)).toEqual(["unreadable"]);
    expect(codes({}, new Map())).toEqual(["segment-missing"]);
    expect(codes({ stickiness: "default" })).toEqual(["stickiness-default"]);
    expect(codes({ stickiness: null })).toEqual(["stickiness-default"]);
    expect(codes({ segments: segmentsText({ ...STAFF, id: 8 }) })).toEqual(["audience-taken"]);
    expect(codes({ ...strategyOf(STAFF), rollout: 100 }, SEGMENTS, STAFF)).toEqual(["audience-taken"]);
  });

  test("is nobody's matter where no step names one", () => {
    const plain = aGate({});
    const flag = aFlagRecord(strategyOf(STAFF));
    expect(audienceRefusals(plain, flag, null, undefined)).toEqual([]);
    expect(segmentIdsOf(plain, null)).toEqual({});
    expect(withShownAudience(plain, {}, flag)).toBe(flag);
  });

  test("takes with the flag what it shows", () => {
    const ids = segmentIdsOf(GATE, SEGMENTS);
    const taken = (audience: PinnedAudience | null) =>
      withShownAudience(GATE, ids, aFlagRecord({ ...strategyOf(audience), stickiness: "orderId" }));
    expect(taken(null)?.audience).toBeUndefined();
    expect(taken(STAFF)?.audience).toEqual(STAFF);
    expect(taken({ ...STAFF, id: 8 })).toBeNull();
  });

  test("asks no segments of a gate that only names values", () => {
    const [, values, all] = GATE.steps;
    const gate = aGate({ steps: [values, all].filter((step) => step !== undefined) });
    expect(audienceRefusals(gate, aFlagRecord(strategyOf(null)), null, undefined)).toEqual([]);
  });
});
