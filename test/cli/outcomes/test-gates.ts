import type { CaseReport, TestOutcome, TestRequest } from "../../../src/cli/standalone/test-gates.ts";
import type { Scripts } from "../scripted-standalone.ts";

const PASSED: CaseReport = {
  file: "gates/tests/erp.yaml",
  line: 7,
  gate: "erp",
  name: "healthy orders let it grow",
  passes: 120,
  durationMs: 25,
  failures: [],
};

const WHY = [
  "errors is between: 0.7%, advance at most 0.5%; reads 0.007 of 3000 samples",
  "hold/hold: held 5m of 30m",
];

const FAILED: CaseReport = {
  ...PASSED,
  line: 12,
  name: "errors stop it\u202e",
  failures: [
    {
      file: "gates/tests/erp.yaml",
      line: 16,
      afterMs: 300_000,
      expected: "verdict halt",
      was: "verdict wait",
      why: WHY,
    },
    {
      file: "gates/tests/erp.yaml",
      line: 16,
      afterMs: 300_000,
      expected: "state halted",
      was: "state proving",
      why: WHY,
    },
  ],
};

const MUTANT = {
  gate: "erp",
  signal: "errors",
  what: "advance at most 1%: doubled",
  place: "gates/erp.yaml:12",
} as const;

export const TEST_OUTCOMES: Scripts<TestRequest, TestOutcome> = {
  passed: () => ({ kind: "tested", cases: [PASSED], mutants: null, durationMs: 1_250 }),
  failed: () => ({ kind: "tested", cases: [PASSED, FAILED], mutants: null, durationMs: 1_250 }),
  mutated: () => ({
    kind: "tested",
    cases: [PASSED],
    mutants: [
      { ...MUTANT, caughtBy: { file: "gates/tests/erp.yaml", line: 7, name: "healthy orders let it grow" } },
      { ...MUTANT, what: "halt above 2% for 5m: without `for`", place: "gates/erp.yaml:13", caughtBy: null },
      { ...MUTANT, what: 'query without job="a"', place: "library gates/signals/x.yaml:4", caughtBy: null },
    ],
    durationMs: 61_250,
  }),
  "no-engine": () => ({
    kind: "unusable",
    message: "PromQL is evaluated by a real Prometheus, which is not here",
  }),
  faulty: () => ({
    kind: "faulty",
    problems: [
      {
        file: "gates/tests/erp.yaml",
        line: 2,
        column: 7,
        length: 3,
        code: "R802",
        severity: "error",
        message: "there is no gate `erq`",
        suggestion: "did you mean `erp`?",
      },
    ],
    texts: new Map([["gates/tests/erp.yaml", "schema: gate-test/v1\ngate: erq\n"]]),
  }),
};
