import { expect, test } from "vitest";
import { MINUTE } from "../../../src/domain/instant.ts";
import { type PastPoint, pastOf } from "../../../src/trial/past.ts";
import { NOON } from "../../support/builders.ts";

function points(...said: readonly PastPoint["said"][]): readonly PastPoint[] {
  return said.map((each, index) => ({
    at: NOON + index * MINUTE,
    said: each,
    value: each === "missing" ? null : index,
  }));
}

test("shares are of all points, the missing ones too", () => {
  const { share } = pastOf(points("good", "good", "wait", "missing"), MINUTE);
  expect(share).toEqual({ good: 0.5, wait: 0.25, halt: 0, rollback: 0, missing: 0.25 });
});

test("a halt and the rollback it grows into are one stop, and the rollback is counted by itself too", () => {
  const past = pastOf(
    points("halt", "rollback", "good", "halt", "good", "good", "halt", "halt", "halt"),
    MINUTE,
  );
  expect(past.halts).toEqual({ times: 3, longestMs: 3 * MINUTE });
  expect(past.rollbacks).toEqual({ times: 1, longestMs: MINUTE });
});

test("values are spread by nearest rank, and unknown ones are left out", () => {
  const hundred = Array.from({ length: 100 }, (_, index): PastPoint => ({
    at: NOON + index * MINUTE,
    said: "good",
    value: index + 1,
  }));
  expect(pastOf(hundred, MINUTE).values).toEqual({
    min: 1,
    p1: 1,
    p5: 5,
    p50: 50,
    p95: 95,
    p99: 99,
    max: 100,
  });
  expect(pastOf(points("missing", "missing"), MINUTE).values).toBeNull();
});

test("a past without points has no share of anything", () => {
  expect(pastOf([], MINUTE)).toMatchObject({
    share: { good: 0, missing: 0 },
    halts: { times: 0, longestMs: 0 },
  });
});
