import type { Clock, Commit, StoredReply, StoredToken } from "../../../src/control/ports.ts";
import type { Deploy, ExposureChange } from "../../../src/domain/change.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { Definition } from "../../../src/domain/gate.ts";
import type { Instant } from "../../../src/domain/instant.ts";
import type { Ramp, RampState, Standing } from "../../../src/domain/ramp.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import type { Telling } from "../../../src/domain/telling.ts";
import type { Because } from "../../../src/domain/verdict.ts";

export const NOON: Instant = Date.UTC(2026, 2, 4, 12);

/** A clock that stands still until it is set. */
export type SetClock = Clock & { set(now: Instant): void };

export function setClock(start: Instant = NOON): SetClock {
  let now = start;
  return { now: () => now, elapsed: () => now - start, set: (next) => (now = next) };
}

const because: Because = {
  kind: "signal",
  code: "breached",
  message: "checkout-errors is 0.4 %, above 0.2 %",
  until: null,
  opens: "checkout-errors at most 0.1 %",
};

const standing: Standing = { state: "proving", step: 2 };

/** One ramp of each state, with every field of that state filled. */
export const RAMPS: { readonly [State in RampState]: Extract<Ramp, { state: State }> } = {
  idle: { state: "idle" },
  proving: { state: "proving", step: 0 },
  baking: { state: "baking", step: 5 },
  paused: {
    state: "paused",
    from: standing,
    since: NOON,
    by: "kim",
    reason: 'lunch \u0000 ☕ "quoted"',
    until: null,
  },
  halted: {
    state: "halted",
    from: standing,
    since: NOON,
    causes: [because],
    alarmMs: 12_500,
    remindedAt: NOON + 1,
    paused: null,
  },
  "rolling-back": {
    state: "rolling-back",
    from: { state: "baking", step: 3 },
    since: NOON,
    fromPercent: 25,
    causes: [because, because],
    rung: "environment-off",
    verification: { firstAt: NOON + 2, servedLateSince: null },
    pagedAt: null,
    stepBack: { step: 2, to: 5, signals: ["throttled"] },
  },
  draining: { state: "draining", since: NOON, fromPercent: 25, causes: [because], until: NOON + 1 },
  "rolled-back": {
    state: "rolled-back",
    since: NOON,
    fromPercent: null,
    causes: [],
    drain: "overdue",
  },
  finished: { state: "finished", since: NOON },
};

export function record(gate: string, changes: Partial<GateRecord> = {}): GateRecord {
  return {
    gate,
    version: 0,
    sequence: 12,
    epoch: 7,
    olderSequence: 3,
    acting: { by: "kim", at: NOON },
    ramp: RAMPS.idle,
    run: null,
    entryApprovals: [],
    promises: [],
    flag: null,
    exposure: { wanted: 5, set: 5, setAt: NOON, served: null, changedAt: null, raisedAt: null },
    holdMs: 90_000,
    bakeMs: 0,
    clocks: {},
    intention: null,
    drift: [],
    reassertUntil: null,
    lastPass: null,
    deploy: null,
    woulds: [],
    because: [because],
    ...changes,
  };
}

/** A record with something in every field, in the given state. */
export function fullRecord(gate: string, ramp: Ramp): GateRecord {
  const clock = { ms: 61_000, at: NOON, runs: 2, runAsOf: NOON - 5 };
  const strategy = {
    id: "s1",
    kind: "flexibleRollout",
    title: null,
    disabled: false,
    rollout: "100",
    groupId: "g",
    stickiness: "userId",
    constraints: "[]",
    segments: "[3]",
    variants: "[]",
    milestoneId: null,
  };
  return record(gate, {
    ramp,
    run: {
      id: "run_1",
      startedAt: NOON,
      startedBy: "kim",
      change: "CHG-1",
      definition: "sha256:aa",
      approvals: [
        {
          person: "lee",
          groups: ["release-leads"],
          step: 3,
          definition: "sha256:aa",
          decision: "dec_1",
          at: NOON,
          expiresAt: NOON + 1,
          reason: "seen",
        },
      ],
      adoptions: [],
      ceiling: 10,
      cohort: "checkout~run_0",
    },
    flag: {
      strategyId: "s1",
      project: "default",
      environmentEnabled: true,
      titleText: "Gradual rollout",
      title: "Gradual rollout [rampart 2/5 #k3f.7.12]",
      rollout: 5,
      groupId: "g",
      stickiness: "userId",
      constraints: '[{"contextName":"country"}]',
      segments: "[]",
      variants: "[]",
      companions: [strategy],
    },
    clocks: {
      "checkout-errors": {
        halt: clock,
        rollback: { ms: 0, at: null, runs: 0, runAsOf: null },
        unknownSince: NOON,
        missingStreak: 3,
        acknowledgedAt: null,
      },
    },
    intention: {
      kind: "raise",
      from: 5,
      to: 25,
      token: { step: 3, of: 5, store: "k3f", epoch: 7, sequence: 13 },
      title: "Gradual rollout [rampart 3/5 #k3f.7.13]",
      decision: "dec_2",
      at: NOON,
      step: 3,
    },
    drift: [{ kind: "raised", message: "raised by hand", observed: 50, by: "sam", at: NOON }],
    reassertUntil: NOON + 600_000,
    lastPass: { at: NOON, counted: true, alarmed: false, astray: false, decision: "dec_2" },
    deploy: {
      id: "chg_1",
      at: NOON,
      service: "shop/checkout",
      version: "2026.3.1",
      by: "machine:ci",
      effect: "settle",
    },
    woulds: [{ at: NOON, would: null, set: 5, message: "12m of 30m at 5%" }],
  });
}

export function decision(id: string, changes: Partial<Decision> = {}): Decision {
  return {
    id,
    gate: "checkout",
    run: "run_1",
    definition: "sha256:aa",
    at: NOON,
    lastAt: NOON,
    count: 1,
    actor: "clock",
    before: "proving",
    after: "proving",
    step: 2,
    of: 5,
    verdict: "good",
    because: [],
    alerts: [],
    signals: [
      {
        signal: "checkout-errors",
        verdict: "good",
        code: "good",
        message: "0.03 %",
        limit: null,
        until: null,
        settleMs: 120_000,
        counts: true,
        reading: {
          value: { kind: "known", value: 0.1 + 0.2 },
          samples: { kind: "unknown", reason: "timeout", detail: "10 s" },
          bad: null,
          asOf: null,
          notes: ["no errors seen yet"],
        },
        asked: [{ role: "value", query: 'sum(rate(x{job="a"}[5m]))', answer: { kind: "empty" } }],
      },
    ],
    exposure: { wanted: 5, set: 5, setAt: NOON, served: 5, changedAt: NOON, raisedAt: null },
    flag: { kind: "unreadable", detail: "timeout" },
    served: { kind: "seen", enabled: true, strategies: [{ id: "s1", rollout: "5" }], at: NOON },
    approvals: [],
    action: { kind: "none" },
    would: null,
    ...changes,
  };
}

export function telling(key: string, changes: Partial<Telling> = {}): Telling {
  return {
    key,
    gate: "checkout",
    kind: "halted",
    page: true,
    title: "checkout halted at 5 %",
    text: "checkout-errors is above 0.2 %",
    decision: "dec_1",
    ...changes,
  };
}

export function deploy(id: string, changes: Partial<Deploy> = {}): Deploy {
  return {
    kind: "deploy",
    id,
    at: NOON,
    service: "shop/checkout",
    version: "2026.3.1 (☕)",
    by: "machine:ci",
    url: null,
    ...changes,
  };
}

export function exposureChange(id: string, changes: Partial<ExposureChange> = {}): ExposureChange {
  return {
    kind: "exposure",
    id,
    at: NOON,
    gate: "checkout",
    flag: "checkout-v2",
    environment: "production",
    from: null,
    to: 5,
    by: "rampart",
    reason: "step 1",
    decision: "dec_1",
    verifiedAt: NOON + 2_000,
    ...changes,
  };
}

export function definition(hash: string): Definition {
  return {
    hash,
    author: { kind: "known", people: ["kim"] },
    gate: {
      name: "checkout",
      title: null,
      owner: "team-checkout",
      runbook: null,
      change: null,
      everyMs: 15_000,
      mode: null,
      flag: null,
      steps: [{ to: 5, holdMs: 60_000, approve: [] }],
      bakeMs: 86_400_000,
      promises: [],
      signals: [],
      alerts: [],
      service: null,
      onDeploy: "settle",
      data: { missing: "wait", darkPageMs: 300_000, darkHaltMs: 1_800_000, darkRollbackMs: null },
      drift: { raised: "halt", changed: "halt" },
      haltDeadlineMs: 7_200_000,
      cooldownMs: 3_600_000,
      rotateCohort: null,
    },
  };
}

export function reply(key: string, changes: Partial<StoredReply> = {}): StoredReply {
  return {
    key,
    principal: "person:kim",
    request: "digest-1",
    status: 202,
    body: '{"decision":"dec_1"}',
    at: NOON,
    ...changes,
  };
}

export function token(id: string, changes: Partial<StoredToken> = {}): StoredToken {
  return {
    id,
    digest: "d".repeat(64),
    kind: "person",
    name: "kim",
    scopes: ["read", "approve"],
    createdAt: NOON,
    createdBy: "admin",
    expiresAt: NOON + 86_400_000,
    revokedAt: null,
    ...changes,
  };
}

/** A commit of the record alone; everything else as given. */
export function moment(saved: GateRecord, changes: Partial<Commit> = {}): Commit {
  return {
    record: saved,
    expecting: null,
    decision: { kind: "none" },
    inputs: null,
    tellings: [],
    changes: [],
    pin: null,
    reply: null,
    ...changes,
  };
}
