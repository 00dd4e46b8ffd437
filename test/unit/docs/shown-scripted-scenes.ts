import type { CaseReport, MutantReport, TestOutcome } from "../../../src/cli/standalone/test-gates.ts";
import type { InitProposal } from "../../../src/cli/standalone/init.ts";
import { fault, ok, warning } from "../../../src/trial/doctor/finding.ts";
import { REPLAYED } from "../../cli/outcomes/backtest.ts";
import { ERP_BEFORE, PLAN_OUTCOMES } from "../../cli/outcomes/plan.ts";
import { gateView } from "../../support/fake-controller.ts";
import type { Scene } from "./shown-scenes.ts";

const INIT_AND_DOCTOR = "test/real/init-and-doctor.test.ts";
const GATE_TESTS = "test/real/gate-tests.test.ts";

const TESTS = "gates/tests/new-checkout.yaml";

const PROPOSAL: InitProposal = {
  gate: "checkout",
  files: ["config/rampart.yaml", "gates/checkout.yaml"].map((path) => ({
    path,
    text: "",
    isReplaceable: false,
    extended: null,
  })),
  folders: [],
  summary: [
    "signal errors: Share of requests that failed",
    "signal within-250ms: Share of requests answered within 250ms",
    'alerts {service="checkout"}: CheckoutErrors, CheckoutSlow',
  ],
  remarks: ['left out: CheckoutCache cannot fire: cache_hits_total{job="checkout"} has no sample now'],
  next: [
    "rampart check gates/checkout.yaml --for deploy",
    "rampart token create --kind machine --name local --scopes read --store data/rampart.db > local.token",
    "rampart serve",
    "RAMPART_TOKEN_FILE=local.token rampart status",
    "RAMPART_TOKEN_FILE=local.token rampart explain checkout",
  ],
};

const FINDINGS = [
  ok("configuration config/rampart.yaml", "has no mistakes"),
  ok("prometheus main", "answers, version 3.5.0"),
  ok("prometheus main: clock", "agrees with ours"),
  fault(
    "gate new-pricing: flag new-pricing",
    "the Unleash token lacks UPDATE_FEATURE_STRATEGY in project default, environment production: Rampart could not change the percent",
    "give the token's user that permission for this project and environment",
  ),
  warning("notify webhook", "is not configured: messages and pages only go to the log", "set notify.webhook"),
];

const ERP = `schema: gate/v1
name: erp
owner: team
runbook: https://runbooks.example.com/erp
flag: erp
signals:
  - query: sum(erp_backlgo)
    advance: at most 3
`;

const PASSED: CaseReport = {
  file: TESTS,
  line: 12,
  gate: "new-checkout",
  name: "healthy traffic takes it to the next step",
  passes: 9,
  durationMs: 20,
  failures: [],
};

const FAILED: CaseReport = {
  ...PASSED,
  line: 16,
  name: "a wave of errors takes it back",
  failures: [
    {
      file: TESTS,
      line: 22,
      afterMs: 720_000,
      expected: "exposure 0%",
      was: "exposure 5%",
      why: [
        "errors is between: 2.4%, rollback above 2% for 2m; reads 0.024 of 3000 samples",
        "hold/hold: held 10m of 30m",
      ],
    },
  ],
};

const MISSED: MutantReport = {
  gate: "new-checkout",
  signal: "otel-http-slow",
  what: "halt above 10% for 10m: without `for`",
  place: "gates/new-checkout.yaml:19",
  caughtBy: null,
};

const CAUGHT: MutantReport = { ...MISSED, caughtBy: { file: TESTS, line: 16, name: FAILED.name } };

const MUTANTS: readonly MutantReport[] = [
  MISSED,
  { ...MISSED, what: 'samples without job="shop/checkout"', place: "library gates/signals/http.yaml:38" },
  CAUGHT,
];

function tested(
  cases: readonly CaseReport[],
  mutants: readonly MutantReport[] | null,
): NonNullable<Scene["set"]> {
  const outcome: TestOutcome = { kind: "tested", cases, mutants, durationMs: 1_000 };
  return (place) => void (place.scripted = { testGates: () => Promise.resolve(outcome) });
}

/** Commands that ask programs which are not here; what they print of an outcome is held to the page all the same. */
export const SCRIPTED: Readonly<Record<string, Scene>> = {
  "rampart init --prometheus http://prometheus.example.com:9090 --service checkout --owner team-checkout": {
    set(place) {
      place.scripted = {
        init: (request) =>
          Promise.resolve(
            request.kind === "propose"
              ? { kind: "proposed", proposal: PROPOSAL }
              : { kind: "written", paths: request.files.map(({ path }) => path) },
          ),
      };
    },
    real: { by: INIT_AND_DOCTOR, as: "await init(" },
  },
  "rampart doctor": {
    set: (place) => void (place.scripted = { doctor: () => Promise.resolve({ findings: FINDINGS }) }),
    exit: 2,
    real: { by: INIT_AND_DOCTOR, as: "await doctor(" },
  },
  "rampart lint gates --online --prometheus http://127.0.0.1:9090": {
    set(place) {
      place.write("gates/erp.yaml", ERP);
      place.scripted = {
        lintOnline: () =>
          Promise.resolve({
            kind: "asked",
            problems: [
              {
                file: "gates/erp.yaml",
                line: 7,
                column: 16,
                length: 11,
                code: "R311",
                severity: "error",
                message: "there is no series `erp_backlgo`",
                suggestion: "did you mean `erp_backlog`?",
              },
            ],
            unseen: [],
            remarks: [],
          }),
      };
    },
    exit: 2,
    real: { by: "test/real/try-and-check.test.ts", as: '"lint", file, "--online"' },
  },
  "rampart plan gates/erp.yaml": {
    set(place) {
      place.scripted = { plan: PLAN_OUTCOMES.planned };
      place.door.controller.views = [gateView({ name: "erp", gate: ERP_BEFORE })];
    },
    real: { by: "test/unit/standalone/plan.test.ts", as: "plan({ target" },
  },
  "rampart backtest gates/shop.yaml --known 2026-02-03T11:00:00Z/2026-02-03T14:00:00Z=erp-maintenance": {
    set: (place) => void (place.scripted = { backtest: () => Promise.resolve(REPLAYED) }),
    real: { by: "test/real/backtest.test.ts", as: '"backtest", gate' },
  },
  "rampart test gates": {
    set: tested([PASSED, FAILED], null),
    exit: 2,
    real: { by: GATE_TESTS, as: '["test", await gatesWith(TESTS)]' },
  },
  "rampart test gates --mutate": {
    set: tested([PASSED, PASSED], MUTANTS),
    real: { by: GATE_TESTS, as: '["test", gates, "--at-least", "100"]' },
  },
};
