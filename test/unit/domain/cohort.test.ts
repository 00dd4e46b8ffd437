import { expect, test } from "vitest";
import { lacksCohort, nextCohort } from "../../../src/domain/cohort.ts";
import { aFlagRecord, aRun } from "../../support/builders.ts";

test("a new groupId has the team's own in front, once, and the flag's name where there is none", () => {
  expect(nextCohort("pricing", "new-pricing", "run_2")).toBe("pricing~run_2");
  expect(nextCohort("pricing~run_2", "new-pricing", "run_3")).toBe("pricing~run_3");
  expect(nextCohort("pricing~blue", "new-pricing", "run_3")).toBe("pricing~blue~run_3");
  expect(nextCohort(null, "new-pricing", "run_2")).toBe("new-pricing~run_2");
});

test("a run lacks its groupId until the strategy has it, and only where it wants one", () => {
  const flag = aFlagRecord({ groupId: "a" });
  expect(lacksCohort({ run: aRun({ cohort: "b" }), flag })).toBe(true);
  expect(lacksCohort({ run: aRun({ cohort: "b" }), flag: null })).toBe(true);
  expect(lacksCohort({ run: aRun({ cohort: "a" }), flag })).toBe(false);
  expect(lacksCohort({ run: aRun(), flag })).toBe(false);
  expect(lacksCohort({ run: null, flag })).toBe(false);
});
