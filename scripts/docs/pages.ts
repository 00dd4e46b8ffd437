import { stateSchema } from "../../src/api/because.ts";
import { PROBLEMS } from "../../src/api/problem.ts";
import { type Route, ROUTES } from "../../src/api/routes.ts";
import { ACTION_SCOPES, ACTIONS, type ActionName } from "../../src/domain/command.ts";
import { isLegal } from "../../src/domain/moves.ts";
import { mayUse, type Scope } from "../../src/domain/principal.ts";
import { CALENDAR_SHAPE, WINDOW_SHAPE } from "../../src/gatefile/calendar-keys.ts";
import { FLOW_SHAPE, POLICY_SHAPE } from "../../src/gatefile/flow-keys.ts";
import { GUARD_SHAPE } from "../../src/gatefile/alert.ts";
import { APPROVAL_SHAPE } from "../../src/gatefile/approval.ts";
import { FLAG_SHAPE } from "../../src/gatefile/flag.ts";
import {
  DATA_SHAPE,
  DRIFT_SHAPE,
  EVIDENCE_SHAPE,
  GATE_SHAPE,
  ROLLBACK_SHAPE,
} from "../../src/gatefile/gate-keys.ts";
import { EVENT_SHAPE } from "../../src/gatefile/gate-test/case-event.ts";
import { EXPECTED_SHAPE } from "../../src/gatefile/gate-test/expected.ts";
import { CASE_SHAPE, START_SHAPE, TEST_SHAPE } from "../../src/gatefile/gate-test/read-gate-test.ts";
import { STEP_BACK_SHAPE } from "../../src/gatefile/signal-limits.ts";
import { TASK_SHAPE } from "../../src/gatefile/reconcile.ts";
import {
  CONTRACT_SHAPE,
  GATE_REQUIREMENT_SHAPE,
  NO_DEBT_SHAPE,
  SIGNAL_SHAPE,
} from "../../src/gatefile/requirement.ts";
import { GATE_SIGNAL_KEYS, MEANING_KEYS } from "../../src/gatefile/signal-keys.ts";
import { STEP_KEYS } from "../../src/gatefile/steps.ts";
import { TOUCH_SHAPE } from "../../src/gatefile/touch.ts";
import { jsonSchemaOf, schemaKinds } from "../../src/gatefile/json-schemas.ts";
import { renderRulePages } from "../../src/gatefile/rules.ts";
import { below, keyTable } from "./keys.ts";
import { libraryTable, suggestionsTable } from "./library.ts";
import { table, withSections } from "./sections.ts";

/** The pages that are made from the code, whole or in part, each from its text as it stands now. */
export const PAGES: Readonly<Record<string, (before: string) => string>> = {
  "docs/lint.md": () => renderRulePages(),
  "docs/gates.md": (before) =>
    withSections(before, {
      gate: keyTable(GATE_SHAPE),
      flag: keyTable(FLAG_SHAPE),
      step: keyTable({ keys: STEP_KEYS }),
      approval: keyTable(APPROVAL_SHAPE),
      signal: keyTable({ keys: { ...MEANING_KEYS, ...GATE_SIGNAL_KEYS } }),
      alert: keyTable(GUARD_SHAPE),
      data: keyTable(below("data", DATA_SHAPE)),
      rollback: keyTable(below("rollback", ROLLBACK_SHAPE)),
      drift: keyTable(below("drift", DRIFT_SHAPE)),
      touch: keyTable(TOUCH_SHAPE),
      requirement: keyTable(CONTRACT_SHAPE, SIGNAL_SHAPE, GATE_REQUIREMENT_SHAPE, NO_DEBT_SHAPE),
      evidence: keyTable(EVIDENCE_SHAPE),
      task: keyTable(TASK_SHAPE),
      flow: keyTable(FLOW_SHAPE),
      policy: keyTable(POLICY_SHAPE),
      calendar: keyTable(CALENDAR_SHAPE),
      window: keyTable(WINDOW_SHAPE),
      "step-back": keyTable(STEP_BACK_SHAPE),
      test: keyTable(TEST_SHAPE),
      case: keyTable(CASE_SHAPE),
      start: keyTable(START_SHAPE),
      event: keyTable(EVENT_SHAPE),
      expectation: keyTable(EXPECTED_SHAPE),
    }),
  ...Object.fromEntries(
    schemaKinds().map(({ kind }) => [
      `schema/${kind}-v1.json`,
      () => `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`,
    ]),
  ),
  "docs/http.md": (before) =>
    withSections(before, { routes: routesTable(), problems: problemsTable(), actions: actionsTable() }),
  "docs/signals.md": (before) =>
    withSections(before, {
      library: libraryTable("commerce.yaml"),
      slo: suggestionsTable("slo.yaml"),
      http: suggestionsTable("http.yaml"),
      queue: suggestionsTable("queue.yaml"),
      batch: suggestionsTable("batch.yaml"),
      blackbox: suggestionsTable("blackbox.yaml"),
      targets: suggestionsTable("targets.yaml"),
    }),
};

function routesTable(): string {
  return table(
    ["Address", "What it is", "Scope", "Answers", "May refuse with"],
    Object.values<Route>(ROUTES).map((route) => [
      `\`${route.method.toUpperCase()} ${route.path}\``,
      route.summary,
      route.scopes.map(code).join(" or "),
      String(route.answers.status),
      route.refusals.map(code).join(", "),
    ]),
  );
}

function problemsTable(): string {
  return table(
    ["Code", "Status", "Meaning", "What to do"],
    Object.entries(PROBLEMS).map(([name, { status, title, help }]) => [
      code(name),
      String(status),
      title,
      help,
    ]),
  );
}

function actionsTable(): string {
  return table(
    ["Action", "Scope", "Machines", "Possible from"],
    ACTIONS.map((action) => [
      code(action),
      ACTION_SCOPES[action].map(code).join(" or "),
      ACTION_SCOPES[action].some(isForMachines) ? "yes" : "no",
      possibleFrom(action),
    ]),
  );
}

function isForMachines(scope: Scope): boolean {
  return mayUse({ kind: "machine", name: "ci", scopes: [scope], token: "" }, scope);
}

function possibleFrom(action: ActionName): string {
  const states = stateSchema.options;
  const from = states.filter((state) => isLegal(action, state));
  return from.length === states.length ? "every state" : from.join(", ");
}

function code(text: string): string {
  return `\`${text}\``;
}
