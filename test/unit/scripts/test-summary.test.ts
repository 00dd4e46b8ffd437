import { expect, test } from "vitest";
import { summarise, type TestReport } from "../../../scripts/test-summary.mjs";

const GREEN: TestReport = {
  success: true,
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [
    {
      name: "a.test.ts",
      status: "passed",
      assertionResults: [
        { status: "passed", fullName: "one" },
        { status: "passed", fullName: "two" },
      ],
    },
  ],
};

test("a run in which everything passed is green", () => {
  expect(summarise(GREEN)).toEqual({ lines: ["0 skipped", "2 passed, 0 failed"], isGreen: true });
});

test("a failed test is named and counted", () => {
  const report = {
    ...GREEN,
    success: false,
    numPassedTests: 1,
    numFailedTests: 1,
    testResults: [
      { name: "a.test.ts", status: "failed", assertionResults: [{ status: "failed", fullName: "one" }] },
    ],
  };
  expect(summarise(report)).toEqual({
    lines: ["failed: one", "0 skipped", "1 passed, 1 failed"],
    isGreen: false,
  });
});

test("a skipped test is named, and the run is not green although nothing failed", () => {
  const report = {
    ...GREEN,
    numPassedTests: 1,
    numPendingTests: 1,
    testResults: [
      { name: "a.test.ts", status: "passed", assertionResults: [{ status: "skipped", fullName: "two" }] },
    ],
  };
  expect(summarise(report)).toEqual({
    lines: ["skipped: two", "1 skipped", "1 passed, 0 failed"],
    isGreen: false,
  });
});

test("a file that cannot be loaded counts as a failure", () => {
  const report = {
    ...GREEN,
    success: false,
    testResults: [...GREEN.testResults, { name: "b.test.ts", status: "failed", assertionResults: [] }],
  };
  expect(summarise(report)).toEqual({
    lines: ["failed: b.test.ts", "0 skipped", "2 passed, 1 failed"],
    isGreen: false,
  });
});

test("a run without a single test is not green", () => {
  expect(summarise({ ...GREEN, numPassedTests: 0, testResults: [] }).isGreen).toBe(false);
});

test("a run that vitest itself calls unsuccessful is not green", () => {
  expect(summarise({ ...GREEN, success: false }).isGreen).toBe(false);
});
