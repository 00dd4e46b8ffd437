import { expect, test } from "vitest";
import type { Ramp } from "../../../src/domain/ramp.ts";
import { isUrgent } from "../../../src/domain/urgent.ts";
import { aHalt, aPause, aRecord, aRollback, anIntention } from "../../support/builders.ts";

const STOPPED: readonly Ramp[] = [aPause(), aHalt(), aRollback()];

test.each(STOPPED)("a record that is $state is kept where there is hardly any room", (ramp) => {
  expect(isUrgent(aRecord({ ramp }))).toBe(true);
});

test("so is one that lowers, whatever its state", () => {
  expect(isUrgent(aRecord({ intention: anIntention({ kind: "lower", to: 1 }) }))).toBe(true);
});

test("one that only grows is not, nor one that raises out of a stop", () => {
  expect(isUrgent(aRecord())).toBe(false);
  expect(isUrgent(aRecord({ ramp: aHalt(), intention: anIntention() }))).toBe(false);
});
