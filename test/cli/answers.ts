import { approvalBody } from "../../src/api/approval.ts";
import { decisionBody } from "../../src/api/decision.ts";
import { gateBody, gateSummary } from "../../src/api/gate-body.ts";
import { inboxBody } from "../../src/api/inbox.ts";
import { problemBody } from "../../src/api/problem.ts";
import { statusBody } from "../../src/api/status.ts";
import type { StatusAnswer } from "../../src/domain/answer.ts";
import type { InboxItem } from "../../src/domain/inbox.ts";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { Because } from "../../src/domain/verdict.ts";
import {
  NOON,
  decision,
  gate,
  gateRecord,
  gateView,
  judgement,
  signal,
  statusAnswer,
} from "../support/fake-controller.ts";
import { aLimit } from "../support/builders.ts";
import { CHANGE_ANSWERS } from "./change-answers.ts";
import { DEPLOY, GUARDS, guard, would } from "./guard-samples.ts";
import { PLAN_ANSWERS } from "./plan-answers.ts";
import { REPLAY_ANSWERS } from "./replay-answers.ts";

const ADDRESSES = {
  publicUrl: "https://rampart.example.com",
  sourceUrls: { main: "https://prometheus.example.com" },
};

const SIGNALS = [
  judgement(),
  judgement({
    signal: "sync-staleness",
    message: "6m, at most 20m",
    limit: "at most 20m",
    reading: { value: { kind: "known", value: 360 }, samples: null, bad: null, asOf: null, notes: [] },
  }),
  judgement({
    signal: "duplicate-effects",
    verdict: "wait",
    code: "missing",
    message: "no value: the query matched no series",
    limit: null,
    reading: {
      value: { kind: "unknown", reason: "no-series", detail: "the query matched no series" },
      samples: null,
      bad: null,
      asOf: null,
      notes: [],
    },
  }),
  judgement({ signal: "ledger-gap", counts: false, message: "0.01%, at most 0.1%", limit: "at most 0.1%" }),
];

const ALERT_HALT = why(
  "alert",
  "halt",
  "CheckoutErrors is firing for 12m, and 3 more",
  null,
  "rampart resume erp-order-export-v2 --reason ..., or rampart rollback erp-order-export-v2",
);

/** A ramp that its guards stopped soon after a deploy. */
const GUARDED = {
  state: "halted",
  verdict: "halt",
  exitCode: 4,
  signals: SIGNALS.slice(0, 2),
  alerts: GUARDS,
  deploy: { ...DEPLOY, suspect: true },
  because: [ALERT_HALT],
  retryAt: null,
} as const;

/** A gate that only watches, by guards alone. */
const OBSERVING = {
  state: "idle",
  mode: "observe",
  verdict: "good",
  signals: [],
  alerts: [guard({ notes: ["silences are not seen: no Alertmanager is configured for this source"] })],
  because: [why("switch", "observe", "the gate only observes", null, "rampart act erp-order-export-v2")],
  deploy: { ...DEPLOY, suspect: false },
  woulds: [
    would(7, null, "too few samples"),
    would(6, "advance", "5% held 30m, all good"),
    would(5, "halt", "CheckoutErrors is firing for 1m"),
    would(4, null, "settling"),
    would(3, "rollback", "orders-missing 3%, above 2%"),
    would(2, "advance", "25% held 30m, all good"),
  ],
  remarks: ["guards only: nothing proves health"],
  retryAt: null,
} as const;

const DECLARED = [
  signal({ advance: aLimit("at most 0.05%"), halt: aLimit("above 0.2% for 10m") }),
  signal({ name: "sync-staleness", unit: "seconds" }),
  signal({ name: "duplicate-effects", unit: "count" }),
  signal({ name: "ledger-gap" }),
];

function why(
  kind: Because["kind"],
  code: string,
  message: string,
  until: number | null,
  opens: string | null,
): Because {
  return { kind, code, message, until, opens };
}

const HOLD = why("hold", "hold", "12m of 30m at 25%", NOON + 18 * MINUTE, null);

function status(over: Partial<StatusAnswer>) {
  return statusBody(
    statusAnswer({ signals: SIGNALS, ...over }),
    { signals: DECLARED, sourceUrls: ADDRESSES.sourceUrls },
    ADDRESSES.publicUrl,
  );
}

function view(name: string, over: Partial<StatusAnswer>, more: Parameters<typeof gateView>[0] = {}) {
  return gateView({ name, status: statusAnswer({ gate: name, signals: SIGNALS, ...over }), ...more });
}

const HALTED = {
  state: "halted",
  verdict: "halt",
  exitCode: 4,
  because: [
    why(
      "signal",
      "breached",
      "orders-missing 0.3%, above 0.2% for 1 run",
      null,
      "rampart resume customer-sync --reason ..., or rampart rollback customer-sync",
    ),
  ],
  retryAt: null,
} as const;

const VIEWS = [
  view("erp-order-export-v2", { because: [HOLD] }),
  view("oms-state-machine-v3", {
    state: "paused",
    because: [
      why("state", "paused", "paused by anna: peak hour", null, "rampart resume oms-state-machine-v3"),
    ],
    retryAt: null,
    exposure: { wanted: 1, set: 1, served: 1, observed: null, unit: "percent" },
    step: { index: 1, of: 3, next: 25 },
  }),
  view("pim-price-list-sync", {
    exitCode: 5,
    verdict: "good",
    because: [
      why(
        "approval",
        "needed",
        "all 5 signals good; pricing-managers decide",
        NOON + 5 * HOUR,
        "rampart approve pim-price-list-sync",
      ),
    ],
    retryAt: null,
  }),
  view("customer-sync", HALTED),
  view("tax-engine-v2", {
    state: "rolling-back",
    verdict: "rollback",
    exitCode: 4,
    because: [why("state", "rolling-back", "25% → 0%, served still shows 25%", null, null)],
    retryAt: NOON + MINUTE,
  }),
  view("inventory-feed", {
    state: "finished",
    open: true,
    exitCode: 0,
    verdict: "good",
    because: [],
    retryAt: null,
    exposure: { wanted: 100, set: 100, served: 100, observed: 100, unit: "percent" },
    step: { index: 3, of: 3, next: null },
  }),
  view(
    "warehouse-lag",
    {
      state: "idle",
      mode: "observe",
      verdict: "good",
      because: [why("state", "watch-only", "it has no flag", null, null)],
      retryAt: null,
      exposure: { wanted: null, set: null, served: null, observed: null, unit: "percent" },
      step: { index: 0, of: 0, next: null },
    },
    { gate: gate({ name: "warehouse-lag", flag: null, steps: [] }) },
  ),
];

function detail(over: Partial<StatusAnswer>) {
  return gateBody(gateView({ status: statusAnswer({ signals: SIGNALS, ...over }) }), ADDRESSES);
}

const APPROVAL = {
  person: "dora",
  groups: ["release-managers"],
  step: 3,
  definition: "sha256:9b1c",
  decision: "dec_8f31",
  at: NOON - 10 * MINUTE,
  expiresAt: NOON + 8 * HOUR,
  reason: "fine",
};

const REQUEST = {
  step: 3,
  adopts: null,
  decision: "dec_8f31",
  needed: ["1 of release-managers"],
  given: [APPROVAL],
};

const DETAIL = gateView({
  gate: gate({ signals: DECLARED }),
  record: gateRecord({
    drift: [
      { kind: "raised", message: "raised from 25% to 40% by carl", observed: 40, by: "carl", at: NOON },
    ],
  }),
  problems: [
    {
      file: "gates/erp-order-export-v2.yaml",
      line: 4,
      column: 3,
      length: 3,
      code: "R101",
      severity: "error",
      message: "unknown key `hodl`",
      suggestion: "hold",
    },
  ],
  status: statusAnswer({ signals: SIGNALS, because: [HOLD] }),
  request: REQUEST,
});

const DECISION = decisionBody(
  decision({
    signals: SIGNALS,
    because: [HOLD],
    count: 4,
    lastAt: NOON + 45_000,
    action: { kind: "raise", from: 1, to: 25, title: "" },
    actor: "person:anna",
  }),
  { signals: DECLARED, sourceUrls: ADDRESSES.sourceUrls, definition: "sha256:9b1c" },
);

const ANNA = { kind: "person", name: "anna", groups: [], scopes: [], token: "" } as const;

const WAITS: readonly InboxItem[] = [
  {
    kind: "halted",
    gate: "customer-sync",
    message:
      "halted at 25%: orders-missing: 0.3%, halt above 0.2% for 1 run; rolls back unless somebody decides before",
    since: NOON - 30 * MINUTE,
    until: NOON + 90 * MINUTE,
    action: 'rampart resume customer-sync --reason "..."',
    alternatives: ['rampart rollback customer-sync --reason "..."'],
    decision: "dec_4c21",
    request: null,
  },
  {
    kind: "approval",
    gate: "pim-price-list-sync",
    message: "50% waits for your approval, and then for pricing-managers",
    since: NOON - 26 * HOUR,
    until: null,
    action: 'rampart approve pim-price-list-sync --reason "..."',
    alternatives: [],
    decision: "dec_8f31",
    request: { step: 3, to: 50, adopts: null, others: ["pricing-managers"] },
  },
  {
    kind: "definition-invalid",
    gate: "tax-engine-v2",
    message:
      "the newest file has errors: gates/tax-engine-v2.yaml:4:3 unknown key `hodl`; nothing grows until it is mended",
    since: null,
    until: null,
    action: "rampart lint",
    alternatives: [],
    decision: null,
    request: null,
  },
];

/** What the scripted server may answer, rendered by the same code as the real one. */
const LIMIT_RAISED = {
  by: "erp-platform",
  says: "ERP API concurrency limit raised to 15",
  step: null,
  missing: 1,
  given: [],
};

export const ANSWERS: Readonly<Record<string, unknown>> = {
  ...CHANGE_ANSWERS,
  ...PLAN_ANSWERS,
  ...REPLAY_ANSWERS,
  gates: { environment: "production", gates: VIEWS.map((each) => gateSummary(each, ADDRESSES)) },
  "no-gates": { environment: "production", gates: [] },
  gate: gateBody(DETAIL, ADDRESSES),
  "gate-promise": {
    ...detail({
      because: [
        why(
          "require",
          "promise",
          "erp-platform must promise: ERP API concurrency limit raised to 15",
          null,
          "rampart promise erp-order-export-v2",
        ),
      ],
      exitCode: 5,
      retryAt: null,
    }),
    promises: [LIMIT_RAISED, { ...LIMIT_RAISED, says: "Accounts are mapped", missing: 0 }],
  },
  "gate-good": gateBody(VIEWS[0] ?? DETAIL, ADDRESSES),
  closed: status({ because: [HOLD] }),
  "closed-still": status({ because: [{ ...HOLD, message: "13m of 30m at 25%" }] }),
  "closed-settling": status({
    because: [why("settle", "settling", "sync-staleness settles", NOON + 2 * MINUTE, null)],
    for: "deploy",
  }),
  open: status({ open: true, exitCode: 0, verdict: "good", because: [], signals: SIGNALS.slice(0, 2) }),
  "open-deploy": status({
    open: true,
    exitCode: 0,
    verdict: "good",
    because: [],
    signals: [],
    for: "deploy",
  }),
  halted: status(HALTED),
  guarded: status(GUARDED),
  "guarded-open": status({
    open: true,
    exitCode: 0,
    verdict: "good",
    because: [],
    signals: SIGNALS.slice(0, 2),
    alerts: GUARDS.slice(3),
    deploy: { ...DEPLOY, suspect: false },
  }),
  "gate-guarded": detail(GUARDED),
  observing: status(OBSERVING),
  "gate-observing": detail(OBSERVING),
  "gates-evaluated": {
    environment: "production",
    gates: ["checkout", "$(touch owned)", "erp"].map((name) => gateSummary(view(name, {}), ADDRESSES)),
  },
  "gates-observing": {
    environment: "production",
    gates: [gateSummary(view("erp-order-export-v2", OBSERVING), ADDRESSES)],
  },
  "decision-guarded": decisionBody(
    decision({ ...GUARDED, after: "halted", exposure: gateRecord().exposure, step: 2 }),
    { signals: DECLARED, sourceUrls: ADDRESSES.sourceUrls, definition: "sha256:9b1c" },
  ),
  approval: status({
    exitCode: 5,
    verdict: "good",
    signals: SIGNALS.slice(0, 2),
    because: [
      why(
        "approval",
        "needed",
        "1 of release-managers must approve 50%",
        null,
        "rampart approve erp-order-export-v2",
      ),
    ],
    retryAt: null,
  }),
  blind: status({
    exitCode: 6,
    for: "finish",
    because: [why("health", "dark", "prometheus main has not answered for 6m", null, null)],
  }),
  hostile: {
    environment: "production",
    gates: [
      gateSummary(
        view("erp-order-export-v2", {
          because: [
            why(
              "state",
              "paused",
              "paused by eve: \u001b[2J\u001b]0;owned\u0007 \u202Eetihw\nsecond line",
              null,
              null,
            ),
          ],
          retryAt: null,
        }),
        ADDRESSES,
      ),
    ],
  },
  decision: DECISION,
  decisions: {
    decisions: [
      { ...DECISION, id: "dec_7d10", lastAt: "2026-03-03T10:30:00Z" },
      {
        ...DECISION,
        id: "dec_6b02",
        lastAt: "2026-03-03T09:00:00Z",
        signals: DECISION.signals.map((each) => ({ ...each, value: 0.0021, verdict: "halt" })),
      },
      {
        ...DECISION,
        id: "dec_5a01",
        lastAt: "2026-03-02T09:00:00Z",
        signals: DECISION.signals.map((each) => ({ ...each, value: null, verdict: "wait" })),
      },
    ],
    next: null,
  },
  inbox: inboxBody(WAITS, ANNA, NOON),
  "inbox-one": inboxBody(WAITS.slice(2), ANNA, NOON),
  "inbox-empty": inboxBody([], { kind: "machine", name: "ci", scopes: ["read"], token: "" }, NOON),
  approvals: {
    gate: "erp-order-export-v2",
    request: { ...REQUEST, to: 50, given: REQUEST.given.map(approvalBody) },
    approvals: [approvalBody(APPROVAL)],
    promises: [],
  },
  "no-approvals": { gate: "erp-order-export-v2", request: null, approvals: [], promises: [] },
  "one-promise": {
    gate: "erp-order-export-v2",
    request: null,
    approvals: [],
    promises: [LIMIT_RAISED, { ...LIMIT_RAISED, says: "Accounts are mapped", missing: 0 }],
  },
  "two-promises": {
    gate: "erp-order-export-v2",
    request: null,
    approvals: [],
    promises: [LIMIT_RAISED, { ...LIMIT_RAISED, by: "finance", says: "Accounts are mapped", step: 2 }],
  },
  accepted: {
    gate: "erp-order-export-v2",
    decision: "dec_9000",
    state: "paused",
    message: "increases stop until somebody resumes",
    url: "https://rampart.example.com/d/dec_9000",
  },
  "rolled-back": {
    gate: "erp-order-export-v2",
    decision: "dec_9001",
    state: "rolling-back",
    message: "25% → 0% in production",
    url: "https://rampart.example.com/d/dec_9001",
  },
  "illegal-halted": problemBody("illegal-move", "a halted ramp cannot be paused", {
    state: "halted",
    legal: ["resume", "rollback", "abort"],
  }),
  "illegal-idle": problemBody("illegal-move", "an idle ramp cannot be paused", {
    state: "idle",
    legal: ["start"],
  }),
  cooldown: problemBody("cooldown", "rolled back 10m ago; it rests until 12:30", {
    state: "idle",
    legal: ["start"],
  }),
  "unknown-gate": problemBody("unknown-gate", "there is no gate of that name"),
  expired: problemBody("no-token", "the token has expired"),
  forbidden: problemBody("forbidden", "this machine (ci) has none of the scopes: operate", {
    scopes: ["operate"],
  }),
  stale: problemBody("stale-evidence", "dec_8f31 is not the newest evidence; dec_8f40 is"),
  invalid: problemBody("invalid", "the body is not valid", {
    problems: [{ at: "body.reason", message: "must say why" }],
  }),
  failed: problemBody("failed", "the request could not be answered", { request: "7d1c" }),
  flood: problemBody("too-many", "this token or address may send 600 such requests a minute"),
  tokens: {
    tokens: [
      {
        id: "3kTMd8Qw2xYz",
        kind: "machine",
        name: "ci",
        scopes: ["read", "start", "stop", "changes"],
        createdAt: "2026-03-01T10:00:00Z",
        createdBy: "person:anna",
        expiresAt: "2026-03-31T10:00:00Z",
        revokedAt: null,
      },
      {
        id: "9aBCdEfGh1Jk",
        kind: "person",
        name: "anna",
        scopes: ["admin"],
        createdAt: "2026-01-01T10:00:00Z",
        createdBy: "person:bootstrap",
        expiresAt: "2026-03-01T10:00:00Z",
        revokedAt: null,
      },
    ],
  },
  issued: {
    id: "3kTMd8Qw2xYz",
    kind: "machine",
    name: "ci",
    scopes: ["read", "start", "stop", "changes"],
    createdAt: "2026-03-03T10:42:00Z",
    createdBy: "person:anna",
    expiresAt: "2026-04-02T10:42:00Z",
    revokedAt: null,
    token: "rmp_production_example-of-a-secret",
  },
};
