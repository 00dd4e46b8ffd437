import { describe, expect, test } from "vitest";
import { HOUR, SECOND } from "../../../src/domain/instant.ts";
import type { Ramp } from "../../../src/domain/ramp.ts";
import { afterSetBack } from "../../../src/domain/set-back.ts";
import { NOON, aLastPass, aPause, aRecord, aRollback, anIntention } from "../../support/builders.ts";

const LATER = NOON + HOUR;
const TAKEN_BACK = { fromPercent: 5, causes: [] } as const;
const OVER: Ramp = { state: "rolled-back", since: NOON, ...TAKEN_BACK };
const DRAINING: Ramp = { state: "draining", since: NOON, until: LATER, ...TAKEN_BACK };
const LATE: Ramp = aRollback({
  since: NOON,
  verification: { firstAt: NOON + SECOND, servedLateSince: NOON + 2 * SECOND },
  pagedAt: NOON + 3 * SECOND,
});
const ORDER = anIntention({ kind: "lower", to: 0, at: NOON });
const lastAt = (at: number) => ({ lastPass: aLastPass({ at }) });

describe("a wall clock that was set back since the last pass", () => {
  test("takes nothing from a cooldown", () => {
    expect(afterSetBack(aRecord({ ramp: OVER, ...lastAt(LATER) }), LATER - 6 * HOUR).ramp).toEqual({
      ...OVER,
      since: NOON - 6 * HOUR,
    });
  });

  test("makes no drain longer", () => {
    expect(afterSetBack(aRecord({ ramp: DRAINING, ...lastAt(LATER) }), LATER - 2 * HOUR).ramp).toEqual({
      ...DRAINING,
      since: NOON - 2 * HOUR,
      until: LATER - 2 * HOUR,
    });
  });

  test("lets no rung of a rollback wait until it is again where it was", () => {
    const record = aRecord({ ramp: LATE, intention: ORDER, ...lastAt(NOON + 4 * SECOND) });
    const steady = afterSetBack(record, NOON + 4 * SECOND - 2 * HOUR);
    expect(steady.intention).toEqual({ ...ORDER, at: NOON - 2 * HOUR });
    expect(steady.ramp).toEqual(
      aRollback({
        since: NOON - 2 * HOUR,
        verification: { firstAt: NOON + SECOND - 2 * HOUR, servedLateSince: NOON + 2 * SECOND - 2 * HOUR },
        pagedAt: NOON + 3 * SECOND - 2 * HOUR,
      }),
    );
  });

  test("finds nothing to move where nothing is measured yet", () => {
    const fresh = aRollback({ since: NOON });
    const steady = afterSetBack(aRecord({ ramp: fresh, ...lastAt(NOON) }), NOON - SECOND);
    expect(steady.ramp).toEqual({ ...fresh, since: NOON - SECOND });
    expect(steady.intention).toBeNull();
  });

  test("moves neither the end of a pause nor what a ramp that stands has decided", () => {
    const raise = anIntention();
    for (const ramp of [aPause(), { state: "proving", step: 1 }] satisfies readonly Ramp[]) {
      const record = aRecord({ ramp, intention: raise, ...lastAt(LATER) });
      expect(afterSetBack(record, NOON)).toEqual(record);
    }
  });
});

test.each([
  ["ahead", lastAt(NOON - HOUR)],
  ["not at all", lastAt(NOON)],
  ["before the first pass", { lastPass: null }],
])("a clock that was set %s changes nothing", (_, fields) => {
  const record = aRecord({ ramp: OVER, ...fields });
  expect(afterSetBack(record, NOON)).toBe(record);
});
