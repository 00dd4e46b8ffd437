import type { StatusAnswer } from "../../../src/domain/answer.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Because, SignalJudgement } from "../../../src/domain/verdict.ts";
import { DEPLOY, guard, GUARDS } from "../../cli/guard-samples.ts";
import {
  decision,
  deploy,
  exposureChange,
  gate,
  gateRecord,
  gateView,
  judgement,
  NOON,
  signal,
  statusAnswer,
} from "../../support/fake-controller.ts";
import { aHalt, aLimit } from "../../support/builders.ts";
import type { Place } from "./shown-place.ts";
import type { Scene } from "./shown-scenes.ts";

const ERP = "erp-export-nordics";
const DECISION = "dec_e3b715d9d3de405590a5";

const SIGNALS = [
  good("order-drift", 0, "at most 0.2%", 800),
  good("inventory-drift", 0, "at most 5%", 200),
  good("stuck-orders", 0, "at most 1", null),
  good("oldest-order", 0.652, "at most 10s", null),
  good("duplicate-orders", 0, "exactly 0", null),
];

const DECLARED = [
  signal({ name: "order-drift" }),
  signal({ name: "inventory-drift" }),
  signal({ name: "stuck-orders", unit: "count" }),
  signal({ name: "oldest-order", unit: "seconds" }),
  signal({ name: "duplicate-orders", unit: "count" }),
];

const APPROVAL: Because = {
  kind: "approval",
  code: "needed",
  message: "25% needs an approval by release-managers",
  until: null,
  opens: `rampart approve ${ERP}`,
};

const HOLD: Because = {
  kind: "hold",
  code: "hold",
  message: "held 12m of 30m",
  until: NOON + 18 * MINUTE,
  opens: null,
};

function good(name: string, value: number, limit: string, samples: number | null): SignalJudgement {
  return judgement({
    signal: name,
    limit,
    reading: {
      value: { kind: "known", value },
      samples: samples === null ? null : { kind: "known", value: samples },
      bad: null,
      asOf: samples === null ? null : NOON - SECOND,
      notes: [],
    },
  });
}

/** One gate of that name, whose status is this. */
function at(name: string, status: Partial<StatusAnswer>, view: Parameters<typeof gateView>[0] = {}) {
  return ({ door }: Place): void => {
    const own = gate({ name, signals: DECLARED });
    door.controller.views = [
      gateView({
        name,
        gate: own,
        status: statusAnswer({ gate: name, signals: SIGNALS, ...status }),
        ...view,
      }),
    ];
    door.controller.known = [
      decision({ id: DECISION, gate: name, signals: SIGNALS, because: [HOLD], verdict: "good", count: 6 }),
    ];
  };
}

/** A signal between its limits, and what it said before. */
function between({ door }: Place): void {
  const limits = { advance: aLimit("at most 0.2%"), halt: aLimit("above 1% for 10m") };
  const drift = good("order-drift", 0.003, "at most 0.2%", 800);
  const now = {
    ...drift,
    verdict: "wait",
    code: "between",
    message: "0.3%, advance at most 0.2%",
    asked: [
      answered("value", "sum(order_drift_ratio)", 0.003),
      answered("samples", "sum(orders_checked)", 800),
    ],
  } as const;
  const own = decision({ id: DECISION, gate: ERP, signals: [now] });
  const earlier = [0.001, 0.0012].map((value, index) => {
    const then = NOON - (12 + 28 * index) * MINUTE;
    const signals = [good("order-drift", value, "at most 0.2%", 800)];
    return { ...own, id: `dec_${index}`, at: then, lastAt: then, signals };
  });
  const declared = [signal({ name: "order-drift", ...limits })];
  door.controller.known = [own, ...earlier];
  door.controller.views = [
    gateView({
      name: ERP,
      gate: gate({ name: ERP, signals: declared }),
      status: statusAnswer({ gate: ERP, signals: [now], decision: DECISION }),
    }),
  ];
}

function answered(role: "value" | "samples", query: string, value: number) {
  return { role, query, answer: { kind: "value", value, infos: [] } } as const;
}

const ASKING = at(ERP, {
  because: [APPROVAL],
  exitCode: 5,
  verdict: "good",
  exposure: { wanted: 5, set: 5, served: 5, observed: null, unit: "percent" },
  step: { index: 2, of: 5, next: 25 },
  decision: "dec_b96af0d4e8ec4bb0a10d",
});

const [FIRING] = GUARDS;

const HALTED = at(ERP, {
  state: "halted",
  verdict: "halt",
  signals: SIGNALS.slice(0, 1),
  alerts: [
    ...(FIRING === undefined ? [] : [{ ...FIRING, message: "CheckoutErrors is firing for 12m, and 2 more" }]),
    guard({
      guard: '{service="erp"}',
      verdict: "wait",
      code: "missing",
      message: 'no alerting rule matches {service="erp"}, for 3m',
      rules: [],
    }),
  ],
  deploy: { ...DEPLOY, suspect: true },
  because: [],
});

function open(name: string): Scene {
  return { set: at(name, { open: true, exitCode: 0, verdict: "good", because: [] }) };
}

/** The move is made, and the gate then stands there. */
function done(name: string, state: StatusAnswer["state"], message: string): Scene {
  return {
    set(place) {
      at(name, {})(place);
      place.door.controller.outcome = { kind: "done", decision: DECISION, state, message };
    },
  };
}

const REFUSED: Scene = {
  set(place) {
    at(ERP, {})(place);
    place.door.controller.outcome = {
      kind: "refused",
      code: "illegal-move",
      message: `start is not possible while ${ERP} is proving`,
      state: "proving",
      legal: ["act", "pause", "rollback", "reject", "adopt-flag", "restore", "abort"],
    };
  },
  exit: 2,
};

const WORK = {
  id: "mnt_1",
  source: "main",
  since: NOON,
  until: NOON + 2 * HOUR,
  by: "person:anna",
  reason: "Prometheus is upgraded",
};

/** A server whose one source is worked on. */
function maintenance({ door }: Place): void {
  door.controller.works = [WORK];
  door.controller.views = [gateView({ name: ERP }), gateView({ name: "tax-engine" })];
}

function ledger({ door }: Place): void {
  const version = "4f2a91c";
  const url = "https://ci.example.com/deploys/812";
  door.controller.ledger = [
    exposureChange({ gate: ERP, from: 5, to: 25, at: NOON - 12 * MINUTE, reason: "25% held 30m, all good" }),
    deploy({ service: "checkout", version, url, by: "machine:ci", at: NOON - 40 * MINUTE }),
    exposureChange({
      gate: ERP,
      from: null,
      to: 0,
      by: null,
      at: NOON - 3 * HOUR,
      reason: "lowered in Unleash",
    }),
    deploy({ at: NOON - DAY }),
  ];
}

/** A halt, a request and a broken file. */
function waiting({ door }: Place): void {
  const asked = gate({
    name: "pim-price-list-sync",
    steps: [
      { to: 1, holdMs: 0, approve: [] },
      { to: 50, holdMs: 0, approve: ["release-managers", "pricing-managers"].map(demandOf) },
    ],
  });
  const halted = gateRecord({
    gate: "customer-sync",
    ramp: aHalt({
      since: NOON - 30 * MINUTE,
      causes: [
        {
          kind: "signal",
          code: "breached",
          message: "orders-missing: 0.3%, halt above 0.2% for 1 run",
          until: null,
          opens: null,
        },
      ],
    }),
    lastPass: { at: NOON, counted: true, alarmed: true, astray: false, decision: DECISION },
  });
  const problem = {
    file: "gates/tax-engine-v2.yaml",
    line: 4,
    column: 3,
    length: 4,
    code: "R101",
    severity: "error",
    message: "unknown key `hodl`",
    suggestion: "hold",
  } as const;
  const valid = gateView().definition;
  door.controller.views = [
    gateView({ name: "customer-sync", record: halted, gate: gate({ name: "customer-sync" }) }),
    gateView({
      name: asked.name,
      gate: asked,
      record: gateRecord({
        gate: asked.name,
        ramp: { state: "proving", step: 1 },
        because: [APPROVAL],
        exposure: { ...gateRecord().exposure, setAt: NOON - 26 * HOUR, changedAt: NOON - 26 * HOUR },
      }),
      status: statusAnswer({ gate: asked.name, verdict: "good" }),
    }),
    gateView({
      name: "tax-engine-v2",
      definition: { ...valid, status: "invalid" },
      problems: [problem],
    }),
  ];
}

function demandOf(by: string) {
  return { by, count: 1, notAuthor: true, expiresMs: 8 * HOUR, onReject: "rollback" } as const;
}

function tokens({ door }: Place): void {
  const [own] = door.tokens.rows;
  if (own === undefined) throw new Error("nobody holds a token");
  const scopes = ["read", "start", "stop", "changes"] as const;
  door.tokens.rows[0] = { ...own, scopes: ["read", "start", "stop", "operate", "approve", "adopt", "admin"] };
  door.tokens.rows.push({ ...own, id: "8RKaYB6vBRFc", kind: "machine", name: "ci", scopes });
}

function deployed({ door }: Place): void {
  door.controller.deployGates = [
    { gate: ERP, effect: "settle" },
    { gate: "erp-healthy", effect: "note" },
  ];
}

/** Commands that ask or tell a server, which is as their page has it. */
export const AT_THE_SERVER: Readonly<Record<string, Scene>> = {
  "rampart status": { set: ASKING },
  'until RAMPART_TOKEN_FILE=local.token ./rampart status "$FLAG"; do sleep 1; done': open("new-checkout"),
  [`rampart check ${ERP} --for advance; echo $?`]: { set: ASKING },
  "./rampart check new-checkout --for advance; echo $?": {
    set: at("new-checkout", { because: [HOLD], retryAt: NOON + 15 * SECOND, decision: DECISION }),
  },
  "rampart check checkout --for deploy --wait 20m": open("checkout"),
  "rampart check checkout --for deploy --wait 20m || code=$?": open("checkout"),
  "rampart check erp-healthy --for deploy --wait 20m": open("erp-healthy"),
  [`rampart explain ${DECISION}`]: { set: at(ERP, {}) },
  [`rampart explain ${DECISION} --replay`]: {
    set(place) {
      at(ERP, {})(place);
      const [made] = place.door.controller.known;
      if (made === undefined) throw new Error("there is no decision to make again");
      const engine = { recorded: "0.1.0", running: "0.1.0" };
      const replay = { kind: "replayed", decision: made, same: true, differences: [], engine } as const;
      place.door.controller.replays.set(DECISION, replay);
    },
  },
  [`rampart explain ${ERP}`]: { set: HALTED },
  [`rampart explain ${ERP} --signal order-drift`]: { set: between },
  "rampart inbox": { set: waiting },
  "rampart changes --limit 3": { set: ledger },
  [`rampart pause ${ERP} --reason "peak hour"`]: done(
    ERP,
    "paused",
    `${ERP} is paused; its signals stay armed`,
  ),
  [`rampart start ${ERP} --reason "once more"`]: REFUSED,
  'rampart start erp-order-export --change "$GITHUB_SHA"': done("erp-order-export", "proving", "begun"),
  './rampart act new-checkout --reason "two weeks of observing, two halts, both right"': done(
    "new-checkout",
    "idle",
    "acts from now on",
  ),
  './rampart start new-checkout --at 25 --reason "as it stands"': done("new-checkout", "proving", "begun"),
  './rampart rollback new-checkout --reason "ERP reports doubled orders"': done(
    "new-checkout",
    "rolling-back",
    "25% → 0%",
  ),
  "rampart deployed checkout --version 4f2a91c --link https://ci.example.com/deploys/812": { set: deployed },
  'rampart deployed checkout --version "$VERSION"': { set: deployed },
  'rampart deployed checkout --version "$CI_COMMIT_SHA"': { set: deployed },
  'rampart deployed erp-export --version "$GITHUB_SHA"': { set: deployed },
  'rampart maintenance prometheus --for 2h --reason "Prometheus is upgraded"': { set: maintenance },
  "rampart maintenance": { set: maintenance },
  'rampart maintenance prometheus --end --reason "done early"': { set: maintenance },
  "rampart token create --kind machine --name ci --preset ci --expires 30d": {},
  "rampart token list": { set: tokens },
  "rampart token revoke 8RKaYB6vBRFc": { set: tokens },
  "RAMPART_TOKEN_FILE=bootstrap rampart token create --kind person --name anna --scopes read,start,stop,operate,approve,adopt,admin > anna.token":
    {},
  "rampart token create --kind machine --name alertmanager --scopes changes --expires 90d > rampart.token":
    {},
  "rampart backup rampart-2026-03-03.db": {},
};
