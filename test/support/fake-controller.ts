import type {
  Controller,
  DeployEntered,
  DeployTold,
  MaintenanceOrder,
  ReplayAnswer,
} from "../../src/control/controller.ts";
import type { Change, Deploy, ExposureChange } from "../../src/domain/change.ts";
import type { Labels } from "../../src/domain/matcher.ts";
import type { Maintenance } from "../../src/domain/maintenance.ts";
import type { GateView } from "../../src/domain/view.ts";
import type { StoredReply } from "../../src/control/ports.ts";
import type { StatusAnswer } from "../../src/domain/answer.ts";
import type { ApproveCommand, Command, CommandOutcome, PromiseCommand } from "../../src/domain/command.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Gate, Signal } from "../../src/domain/gate.ts";
import { MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { GateRecord } from "../../src/domain/record.ts";
import type { AlertJudgement, SignalJudgement } from "../../src/domain/verdict.ts";

/** Tue 3 March 2026, 10:42 UTC. */
export const NOON = Date.UTC(2026, 2, 3, 10, 42);

export type FakeController = Controller & {
  /** What it was told, in order. */
  readonly told: (Command | ApproveCommand | PromiseCommand)[];
  readonly replies: Map<string, StoredReply>;
  /** Answers of `status`, one a call; the last is repeated. Empty: the gate's own status. */
  answers: StatusAnswer[];
  outcome: CommandOutcome | (() => Promise<CommandOutcome>);
  views: GateView[];
  known: Decision[];
  /** By the id of the decision; of those without an entry nothing is kept. */
  replays: Map<string, ReplayAnswer>;
  waitingFor: string[];
  /** Deploys as they were told, in order; and what each is said to do to which gate. */
  deploys: DeployTold[];
  deployGates: DeployEntered["gates"];
  /** What `changes` answers from, newest first. */
  ledger: Change[];
  /** Maintenance that is under way, and every order for one. */
  works: Maintenance[];
  workOrders: MaintenanceOrder[];
  /** Labels of every alert that was told. */
  alerts: Labels[];
  /** Called when somebody begins to wait for a change; resolves the wait. */
  onWait: (until: number, abort: AbortSignal) => Promise<void>;
};

/** A controller that answers from a script and keeps replies as the real one does: in the moment of the effect. */
export function fakeController(views: GateView[] = [gateView()]): FakeController {
  const fake: FakeController = {
    told: [],
    replies: new Map(),
    answers: [],
    outcome: { kind: "done", decision: "dec_done", state: "proving", message: "as you wish" },
    views,
    known: [],
    replays: new Map(),
    waitingFor: [],
    deploys: [],
    deployGates: [],
    ledger: [],
    works: [],
    workOrders: [],
    alerts: [],
    onWait: async () => {},
    gates: async () => fake.views,
    gate: async (name) => fake.views.find((view) => view.name === name) ?? null,
    async status(name, purpose) {
      const scripted = fake.answers.length > 1 ? fake.answers.shift() : fake.answers[0];
      const view = await fake.gate(name);
      return view === null ? null : { ...(scripted ?? view.status), for: purpose };
    },
    changed: (_, until, abort) => fake.onWait(until, abort),
    async decisions(name, limit, before) {
      if ((await fake.gate(name)) === null) return null;
      const all = fake.known.filter((each) => each.gate === name);
      const from = before === null ? 0 : all.findIndex(({ id }) => id === before) + 1;
      return all.slice(from, from + limit);
    },
    decision: async (id) => fake.known.find((each) => each.id === id) ?? null,
    replay: async (id) => {
      if ((await fake.decision(id)) === null) return null;
      return fake.replays.get(id) ?? { kind: "no-inputs" };
    },
    deployed: async (told, keep) => {
      fake.deploys.push(told);
      const entered = { id: `chg_${fake.deploys.length}`, at: told.at ?? NOON, gates: fake.deployGates };
      const kept = keep?.(entered);
      if (kept !== undefined) fake.replies.set(`${kept.principal} ${kept.key}`, kept);
      return entered;
    },
    changes: async ({ gate: name, service }, limit, before) => {
      const all = fake.ledger.filter((change) => {
        if (name === null && service === null) return true;
        if (change.kind === "maintenance") return false;
        return change.kind === "deploy" ? change.service === service : change.gate === name;
      });
      const cursor = all.findIndex(({ id }) => id === before);
      if (before !== null && cursor === -1) return [];
      return all.slice(cursor + 1, cursor + 1 + limit);
    },
    maintenance: async () => fake.works,
    orderMaintenance: async (order, keep) => {
      fake.workOrders.push(order);
      const { source, forMs, reason, by } = order;
      if (forMs === null && fake.works.every((each) => each.source !== source)) return null;
      const begun = { id: "mnt_1", source, since: NOON, by: `${by.kind}:${by.name}`, reason };
      const ordered = {
        source,
        maintenance: forMs === null ? null : { ...begun, until: NOON + forMs },
        gates: fake.views.map(({ name }) => name),
      };
      const kept = keep?.(ordered);
      if (kept !== undefined) fake.replies.set(`${kept.principal} ${kept.key}`, kept);
      return ordered;
    },
    alerted: async (alerts) => {
      fake.alerts.push(...alerts);
      return fake.views.filter(({ gate: own }) => (own?.alerts.length ?? 0) > 0).map(({ name }) => name);
    },
    command: (command, keep) => carryOut(command, keep),
    approve: (command, keep) => carryOut(command, keep),
    promise: (command, keep) => carryOut(command, keep),
    reply: async (principal, key) => fake.replies.get(`${principal} ${key}`) ?? null,
    ready: () => ({ ready: fake.waitingFor.length === 0, waitingFor: fake.waitingFor }),
  };
  return fake;

  async function carryOut(
    command: Command | ApproveCommand | PromiseCommand,
    keep: ((outcome: CommandOutcome) => StoredReply) | null,
  ): Promise<CommandOutcome> {
    fake.told.push(command);
    const outcome = typeof fake.outcome === "function" ? await fake.outcome() : fake.outcome;
    const kept = keep?.(outcome);
    if (kept !== undefined) fake.replies.set(`${kept.principal} ${kept.key}`, kept);
    return outcome;
  }
}

export function signal(over: Partial<Signal> = {}): Signal {
  return {
    name: "orders-missing",
    title: null,
    owner: null,
    runbook: null,
    source: "main",
    measure: { kind: "plain", query: "sum(orders_missing_ratio)" },
    unit: "ratio",
    better: "lower",
    lagMs: 0,
    periodMs: null,
    windowMs: 0,
    settleMs: null,
    samples: null,
    bad: null,
    floor: 1,
    minBad: 5,
    asOf: null,
    emptyIsZeroWitness: null,
    gates: ["advance", "deploy", "finish"],
    missing: { haltMs: 30 * MINUTE, rollbackMs: 120 * MINUTE },
    advance: null,
    halt: null,
    rollback: null,
    ...over,
  };
}

export function gate(over: Partial<Gate> = {}): Gate {
  return {
    name: "erp-order-export-v2",
    title: "ERP order export v2",
    owner: "team-order-integrations",
    runbook: "https://runbooks.example.com/rb-03",
    change: null,
    everyMs: 15 * SECOND,
    mode: null,
    flag: {
      server: "main",
      project: "default",
      name: "erp-order-export-v2",
      environment: "production",
      strategy: null,
      stickiness: null,
      also: [],
      propagationMs: 30 * SECOND,
    },
    steps: [
      { to: 1, holdMs: 30 * MINUTE, approve: [] },
      { to: 25, holdMs: 30 * MINUTE, approve: [] },
      {
        to: 50,
        holdMs: 30 * MINUTE,
        approve: [
          {
            by: "release-managers",
            count: 1,
            notAuthor: true,
            expiresMs: 480 * MINUTE,
            onReject: "rollback",
          },
        ],
      },
    ],
    bakeMs: 60 * MINUTE,
    promises: [],
    signals: [signal()],
    alerts: [],
    service: null,
    onDeploy: "settle",
    data: { missing: "wait", darkPageMs: 5 * MINUTE, darkHaltMs: null, darkRollbackMs: null },
    drift: { raised: "halt", changed: "halt" },
    haltDeadlineMs: 120 * MINUTE,
    cooldownMs: 0,
    rotateCohort: null,
    ...over,
  };
}

export function judgement(over: Partial<SignalJudgement> = {}): SignalJudgement {
  return {
    signal: "orders-missing",
    verdict: "good",
    code: "good",
    message: "0.03%, at most 0.05%",
    limit: "at most 0.05%",
    until: null,
    settleMs: 5 * MINUTE,
    counts: true,
    reading: {
      value: { kind: "known", value: 0.0003 },
      samples: { kind: "known", value: 4871 },
      bad: null,
      asOf: NOON - 17 * MINUTE,
      notes: [],
    },
    asked: [
      {
        role: "value",
        query: "sum(orders_missing_ratio)",
        answer: { kind: "value", value: 0.0003, infos: [] },
      },
    ],
    ...over,
  };
}

export function alertJudgement(over: Partial<AlertJudgement> = {}): AlertJudgement {
  return {
    guard: '{service="erp-export"}',
    verdict: "wait",
    code: "silenced",
    message: "ExportSlow fires and is silenced",
    until: NOON + MINUTE,
    rules: ["ExportSlow", "ExportDown"],
    active: [
      {
        rule: "ExportSlow",
        labels: { alertname: "ExportSlow", severity: "critical" },
        state: "firing",
        activeAt: NOON - MINUTE,
        silence: { id: "s-1", by: "carl", comment: "known", endsAt: NOON + MINUTE },
      },
    ],
    notes: ["1 of 2 rules was evaluated late"],
    ...over,
  };
}

export function deploy(over: Partial<Deploy> = {}): Deploy {
  return {
    kind: "deploy",
    id: "chg_d1",
    at: NOON,
    service: "erp-export",
    version: "2026.3.1",
    by: "machine:ci",
    url: "https://ci.example.com/runs/7",
    ...over,
  };
}

export function exposureChange(over: Partial<ExposureChange> = {}): ExposureChange {
  return {
    kind: "exposure",
    id: "chg_e1",
    at: NOON - MINUTE,
    gate: "erp-order-export-v2",
    flag: "erp-order-export-v2",
    environment: "production",
    from: 1,
    to: 25,
    by: "rampart",
    reason: "all signals good",
    decision: "dec_8f31",
    verifiedAt: NOON - MINUTE + 2 * SECOND,
    ...over,
  };
}

export function statusAnswer(over: Partial<StatusAnswer> = {}): StatusAnswer {
  return {
    gate: "erp-order-export-v2",
    for: "advance",
    open: false,
    verdict: "wait",
    state: "proving",
    mode: "act",
    exitCode: 3,
    exposure: { wanted: 25, set: 25, served: 25, observed: 24.8, unit: "percent" },
    step: { index: 2, of: 3, next: 50 },
    because: [
      {
        kind: "hold",
        code: "hold",
        message: "12m of 30m at 25%",
        until: NOON + 18 * MINUTE,
        opens: null,
      },
    ],
    signals: [judgement()],
    alerts: [],
    deploy: null,
    woulds: [],
    remarks: [],
    retryAt: NOON + 18 * MINUTE,
    decision: "dec_8f31",
    definition: "sha256:9b1c",
    at: NOON,
    ...over,
  };
}

export function gateRecord(over: Partial<GateRecord> = {}): GateRecord {
  return {
    gate: "erp-order-export-v2",
    version: 12,
    sequence: 3,
    epoch: 1,
    olderSequence: 0,
    acting: null,
    ramp: { state: "proving", step: 2 },
    run: {
      id: "run_1",
      startedAt: NOON - 60 * MINUTE,
      startedBy: "ben",
      change: "abc123",
      definition: "sha256:9b1c",
      approvals: [],
      adoptions: [],
      ceiling: null,
      cohort: null,
    },
    flag: null,
    exposure: {
      wanted: 25,
      set: 25,
      setAt: NOON - 12 * MINUTE,
      served: 25,
      changedAt: NOON - 12 * MINUTE,
      raisedAt: NOON - 12 * MINUTE,
    },
    holdMs: 12 * MINUTE,
    bakeMs: 0,
    clocks: {},
    intention: null,
    drift: [],
    reassertUntil: null,
    lastPass: { at: NOON, counted: true, alarmed: false, astray: false, decision: "dec_8f31" },
    entryApprovals: [],
    promises: [],
    deploy: null,
    woulds: [],
    because: [],
    ...over,
  };
}

export function gateView(over: Partial<GateView> = {}): GateView {
  const name = over.name ?? "erp-order-export-v2";
  return {
    name,
    gate: gate({ name }),
    definition: {
      hash: "sha256:9b1c",
      status: "valid",
      author: { kind: "known", people: ["ben"] },
      fault: null,
      newest: null,
    },
    problems: [],
    record: gateRecord({ gate: name }),
    status: statusAnswer({ gate: name }),
    dark: new Map(),
    maintenance: [],
    request: null,
    ...over,
  };
}

export function decision(over: Partial<Decision> = {}): Decision {
  return {
    id: "dec_8f31",
    gate: "erp-order-export-v2",
    run: "run_1",
    definition: "sha256:9b1c",
    at: NOON,
    lastAt: NOON,
    count: 1,
    actor: "clock",
    before: "proving",
    after: "proving",
    step: 2,
    of: 3,
    verdict: "wait",
    because: statusAnswer().because,
    signals: [judgement()],
    alerts: [],
    exposure: gateRecord().exposure,
    flag: null,
    served: null,
    approvals: [],
    action: { kind: "none" },
    would: null,
    ...over,
  };
}
