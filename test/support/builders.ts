import type { Maintenance } from "../../src/domain/maintenance.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { PassFacts } from "../../src/domain/draft.ts";
import type { CommandFacts } from "../../src/domain/command-facts.ts";
import type {
  FlagEvent,
  FlagRecord,
  FlagSeen,
  ServedObservation,
  StrategySeen,
} from "../../src/domain/flag.ts";
import type {
  AlertGuard,
  ApprovalDemand,
  FlagTarget,
  Gate,
  PromiseDemand,
  Signal,
  Step,
} from "../../src/domain/gate.ts";
import { DAY, HOUR, type Instant, MINUTE, type Millis, SECOND } from "../../src/domain/instant.ts";
import type { GateJudgement, JudgeContext } from "../../src/domain/judge.ts";
import { FRESH_CLOCK } from "../../src/domain/missing.ts";
import { UNBREACHED } from "../../src/domain/limit-clock.ts";
import type { Baseline, Comparison, Limit, Persistence } from "../../src/domain/limit.ts";
import type { Percent } from "../../src/domain/percent.ts";
import type { Principal } from "../../src/domain/principal.ts";
import type { Paused, Ramp, Standing } from "../../src/domain/ramp.ts";
import type { Answer, Asked, Freshness, Reading, SignalAnswers } from "../../src/domain/reading.ts";
import type {
  Approval,
  Drift,
  Exposure,
  GateRecord,
  Intention,
  LastPass,
  LimitClock,
  PromiseGiven,
  Run,
  SignalClock,
} from "../../src/domain/record.ts";
import type { WriteToken } from "../../src/domain/token.ts";
import type { AlertJudgement, Because, SignalJudgement } from "../../src/domain/verdict.ts";
import type { ActiveAlert, AlertAnswers, AlertRule } from "../../src/domain/alert.ts";
import type { Deploy } from "../../src/domain/change.ts";

/** The instant everything below happens at unless it says otherwise. */
export const NOON: Instant = Date.UTC(2026, 2, 4, 12);
export const DEFINITION = "sha256:aa";

const SENTENCE =
  /^(?<comparison>at most|at least|above|below|exactly) (?<number>-?[\d.]+)(?<unit>%|ms|s|m|h|d)?(?: (?<baseline>(?:over|under|of) control|of last week|of exposed|of baseline))?(?: for (?:(?<time>\d+)(?<timeUnit>ms|s|m|h|d)|(?<runs>\d+) runs?))?$/;
const SIZES: Readonly<Record<string, number>> = {
  ms: 1 / SECOND,
  s: 1,
  m: MINUTE / SECOND,
  h: HOUR / SECOND,
  d: DAY / SECOND,
};

/** A limit from its sentence: `above 2% for 10m`, `at most 30s`, `below 5 for 2 runs`. */
export function aLimit(text: string): Limit {
  const said = SENTENCE.exec(text)?.groups;
  if (said === undefined) throw new Error(`not a limit: ${text}`);
  const unit = said["unit"];
  return {
    text,
    comparison: said["comparison"] as Comparison,
    value: unit === "%" ? Number(said["number"]) / 100 : Number(said["number"]) * (SIZES[unit ?? ""] ?? 1),
    persistence: persistenceOf(said),
    ...(said["baseline"] === undefined ? {} : { baseline: said["baseline"] as Baseline }),
  };
}

function persistenceOf(said: Record<string, string | undefined>): Persistence {
  if (said["runs"] !== undefined) return { kind: "runs", count: Number(said["runs"]) };
  if (said["time"] === undefined) return { kind: "at-once" };
  const size = SIZES[said["timeUnit"] ?? ""] ?? 1;
  return { kind: "time", ms: Math.round(Number(said["time"]) * size * SECOND) };
}

/** A plain ratio without samples or watermark: good up to 1%, halts above 2%, rolls back above 5%. */
export function aSignal(fields: Partial<Signal> = {}): Signal {
  return {
    name: "errors",
    title: null,
    owner: null,
    runbook: null,
    source: "main",
    measure: { kind: "plain", query: "errors" },
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
    missing: { haltMs: 30 * MINUTE, rollbackMs: 2 * HOUR },
    advance: aLimit("at most 1%"),
    halt: aLimit("above 2%"),
    rollback: aLimit("above 5%"),
    ...fields,
  };
}

/** Bad out of total; the queries are called `bad` and `total`. */
export function aCounts(fields: Partial<Signal> = {}): Signal {
  return aSignal({
    measure: { kind: "counts", query: "bad / total", bad: "bad", total: "total" },
    ...fields,
  });
}

/** Raw counters called `bad` and `total`, counted over an hour, with two cohorts. */
export function aCohorts(fields: Partial<Signal> = {}): Signal {
  return aSignal({
    measure: {
      kind: "counters",
      query: "bad / total",
      bad: "bad",
      total: "total",
      windowMs: HOUR,
      cohorts: { candidate: 'v="on"', control: 'v="off"' },
    },
    gates: ["advance", "finish"],
    advance: aLimit("at most 0.1% over control"),
    halt: aLimit("above 0.5% over control"),
    rollback: aLimit("above 300% of control"),
    ...fields,
  });
}

export function aStep(fields: Partial<Step> = {}): Step {
  return { to: 5, holdMs: 30 * MINUTE, approve: [], ...fields };
}

export function aDemand(fields: Partial<ApprovalDemand> = {}): ApprovalDemand {
  return {
    by: "release-leads",
    count: 1,
    notAuthor: true,
    expiresMs: 8 * HOUR,
    onReject: "rollback",
    ...fields,
  };
}

export function aPromiseDemand(fields: Partial<PromiseDemand> = {}): PromiseDemand {
  return {
    by: "erp-platform",
    count: 1,
    says: "the limit is raised",
    expiresMs: null,
    step: null,
    ...fields,
  };
}

export function aPromise(fields: Partial<PromiseGiven> = {}): PromiseGiven {
  return {
    person: "platform",
    by: "erp-platform",
    says: "the limit is raised",
    definition: DEFINITION,
    at: NOON - HOUR,
    expiresAt: null,
    reason: "raised in ERP-812",
    ...fields,
  };
}

export function aFlagTarget(fields: Partial<FlagTarget> = {}): FlagTarget {
  return {
    server: "main",
    project: "default",
    name: "new-pricing",
    environment: "production",
    strategy: null,
    stickiness: null,
    also: [],
    propagationMs: 45 * SECOND,
    ...fields,
  };
}

/** Drives a flag through 5, 25 and 100 %, and watches one signal. */
export function aGate(fields: Partial<Gate> = {}): Gate {
  return {
    name: "checkout",
    title: null,
    owner: null,
    runbook: null,
    change: null,
    everyMs: 15 * SECOND,
    mode: null,
    flag: aFlagTarget(),
    steps: [aStep({ to: 5 }), aStep({ to: 25 }), aStep({ to: 100 })],
    bakeMs: DAY,
    promises: [],
    signals: [aSignal()],
    alerts: [],
    service: null,
    onDeploy: "settle",
    data: { missing: "wait", darkPageMs: 5 * MINUTE, darkHaltMs: 30 * MINUTE, darkRollbackMs: null },
    drift: { raised: "halt", changed: "halt" },
    haltDeadlineMs: 2 * HOUR,
    cooldownMs: HOUR,
    rotateCohort: null,
    ...fields,
  };
}

/** An answer in short: a number, `null` for an empty answer, or the answer itself. */
export type Told = number | null | Answer;

export function anAnswer(told: Told): Answer {
  if (told === null) return { kind: "empty" };
  return typeof told === "number" ? { kind: "value", value: told, infos: [] } : told;
}

/** Data as new as `newest`, scraped every 15 s. */
export function freshAt(newest: Instant | null = NOON): Freshness {
  return { kind: "known", selectors: [{ selector: "errors", newest, scrapeIntervalMs: 15 * SECOND }] };
}

/** What one pass learned about one signal: each role with its answer, from data as fresh as noon. */
export function answers(
  told: Partial<Record<Asked["role"], Told>>,
  fields: Partial<SignalAnswers> = {},
): SignalAnswers {
  return {
    signal: "errors",
    asked: Object.entries(told).map(([role, each]) => ({
      role: role as Asked["role"],
      query: role,
      answer: anAnswer(each),
    })),
    freshness: freshAt(),
    scrapeIntervalMs: 15 * SECOND,
    ...fields,
  };
}

export function aReading(fields: Partial<Reading> = {}): Reading {
  return { value: { kind: "known", value: 0 }, samples: null, bad: null, asOf: null, notes: [], ...fields };
}

export function aLimitClock(fields: Partial<LimitClock> = {}): LimitClock {
  return { ...UNBREACHED, ...fields };
}

export function aSignalClock(fields: Partial<SignalClock> = {}): SignalClock {
  return { ...FRESH_CLOCK, ...fields };
}

/** Of the source `main`, from noon on for two hours. */
export function aMaintenance(fields: Partial<Maintenance> = {}): Maintenance {
  return {
    id: "mnt_1",
    source: "main",
    since: NOON,
    until: NOON + 2 * HOUR,
    by: "person:operator",
    reason: "Prometheus is upgraded",
    ...fields,
  };
}

/** A pass at noon, one minute after nothing: exposure last changed a day ago, so everything has settled. */
export function aJudgeContext(fields: Partial<JudgeContext> = {}): JudgeContext {
  return {
    now: NOON,
    lastPassAt: NOON - 15 * SECOND,
    changedAt: NOON - DAY,
    raisedAt: NOON - DAY,
    purpose: "advance",
    clocks: {},
    dark: new Map(),
    maintenance: [],
    ...fields,
  };
}

/** A good signal that counts. */
export function aSignalJudgement(fields: Partial<SignalJudgement> = {}): SignalJudgement {
  return {
    signal: "errors",
    verdict: "good",
    code: "good",
    message: "0%, advance at most 1%",
    limit: "at most 1%",
    until: null,
    settleMs: 75 * SECOND,
    counts: true,
    reading: aReading(),
    asked: [],
    ...fields,
  };
}

/** A gate that is good by one good signal. */
export function aJudgement(fields: Partial<GateJudgement> = {}): GateJudgement {
  return {
    verdict: "good",
    signals: [aSignalJudgement()],
    alerts: [],
    clocks: { errors: FRESH_CLOCK },
    ...fields,
  };
}

export function aBecause(fields: Partial<Because> = {}): Because {
  return {
    kind: "signal",
    code: "halt",
    message: "errors: 3%, halt above 2%",
    until: null,
    opens: null,
    ...fields,
  };
}

export function aToken(fields: Partial<WriteToken> = {}): WriteToken {
  return { step: 1, of: 3, store: "k3f", epoch: 7, sequence: 12, ...fields };
}

/** The team's own gradual rollout at 5 %, as our last write (step 1, sequence 12) left it. */
export function aStrategy(fields: Partial<StrategySeen> = {}): StrategySeen {
  return {
    id: "s1",
    kind: "flexibleRollout",
    title: "Gradual rollout [rampart 1/3 #k3f.7.12]",
    disabled: false,
    rollout: "5",
    groupId: "new-pricing",
    stickiness: "userId",
    constraints: "[]",
    segments: "[]",
    variants: "[]",
    milestoneId: null,
    ...fields,
  };
}

export function aFlagSeen(fields: Partial<FlagSeen> = {}): FlagSeen {
  return {
    kind: "seen",
    project: "default",
    archived: false,
    environmentEnabled: true,
    strategies: [aStrategy()],
    ...fields,
  };
}

/** What an SDK evaluates of `aFlagSeen()`. */
export function aServed(
  rollout: string | null = "5",
  fields: Partial<Extract<ServedObservation, { kind: "seen" }>> = {},
): ServedObservation {
  return { kind: "seen", enabled: true, strategies: [{ id: "s1", rollout }], at: NOON, ...fields };
}

export function aFlagEvent(fields: Partial<FlagEvent> = {}): FlagEvent {
  return {
    id: 100,
    type: "feature-strategy-update",
    at: NOON - MINUTE,
    by: "operator",
    byUserId: 4,
    environment: "production",
    strategyId: "s1",
    rolloutBefore: null,
    rolloutAfter: null,
    titleAfter: null,
    ...fields,
  };
}

/** What the record pins of `aFlagSeen()`. */
export function aFlagRecord(fields: Partial<FlagRecord> = {}): FlagRecord {
  return {
    strategyId: "s1",
    project: "default",
    environmentEnabled: true,
    titleText: "Gradual rollout",
    title: "Gradual rollout [rampart 1/3 #k3f.7.12]",
    rollout: 5,
    groupId: "new-pricing",
    stickiness: "userId",
    constraints: "[]",
    segments: "[]",
    variants: "[]",
    companions: [],
    ...fields,
  };
}

export function anApproval(fields: Partial<Approval> = {}): Approval {
  return {
    person: "approver",
    groups: ["release-leads"],
    step: 2,
    definition: DEFINITION,
    decision: "dec_1",
    at: NOON - MINUTE,
    expiresAt: NOON + 8 * HOUR,
    reason: "looks good",
    ...fields,
  };
}

export function aRun(fields: Partial<Run> = {}): Run {
  return {
    id: "run_1",
    startedAt: NOON - DAY,
    startedBy: "starter",
    change: null,
    definition: DEFINITION,
    approvals: [],
    adoptions: [],
    ceiling: null,
    cohort: null,
    ...fields,
  };
}

export function anExposure(fields: Partial<Exposure> = {}): Exposure {
  return {
    wanted: 5,
    set: 5,
    setAt: NOON - HOUR,
    served: 5,
    changedAt: NOON - HOUR,
    raisedAt: NOON - HOUR,
    ...fields,
  };
}

export function aLastPass(fields: Partial<LastPass> = {}): LastPass {
  return {
    at: NOON - 15 * SECOND,
    counted: true,
    alarmed: false,
    astray: false,
    decision: "dec_1",
    ...fields,
  };
}

export function anIntention(fields: Partial<Intention> = {}): Intention {
  const token = fields.token ?? aToken({ step: 2, sequence: 13 });
  return {
    kind: "raise",
    from: 5,
    to: 25,
    token,
    title: `Gradual rollout [rampart ${token.step}/${token.of} #${token.store}.${token.epoch}.${token.sequence}]`,
    decision: "dec_1",
    at: NOON - 15 * SECOND,
    step: 2,
    ...fields,
  };
}

export function aDrift(fields: Partial<Drift> = {}): Drift {
  return {
    kind: "raised",
    message: "raised to 50%",
    observed: 50,
    by: "operator",
    at: NOON - MINUTE,
    ...fields,
  };
}

/** Proving at step 1 (5 %) for an hour, acting, its hold done: nothing but the facts of the pass keeps it from growing. */
export function aRecord(fields: Partial<GateRecord> = {}): GateRecord {
  return {
    gate: "checkout",
    version: 3,
    sequence: 12,
    epoch: 7,
    olderSequence: 10,
    acting: { by: "operator", at: NOON - DAY },
    ramp: { state: "proving", step: 1 },
    run: aRun(),
    entryApprovals: [],
    promises: [],
    flag: aFlagRecord(),
    exposure: anExposure(),
    holdMs: 30 * MINUTE,
    bakeMs: 0,
    clocks: { errors: FRESH_CLOCK },
    intention: null,
    drift: [],
    reassertUntil: null,
    lastPass: aLastPass(),
    deploy: null,
    woulds: [],
    because: [],
    ...fields,
  };
}

const AT_STEP_1: Standing = { state: "proving", step: 1 };

export function aHalt(fields: Partial<Extract<Ramp, { state: "halted" }>> = {}): Ramp {
  return {
    state: "halted",
    from: AT_STEP_1,
    since: NOON - MINUTE,
    causes: [aBecause()],
    alarmMs: 0,
    remindedAt: NOON - MINUTE,
    paused: null,
    ...fields,
  };
}

export function aPause(fields: Partial<Paused> = {}): Paused {
  return {
    state: "paused",
    from: AT_STEP_1,
    since: NOON - MINUTE,
    by: "operator",
    reason: "lunch",
    until: null,
    ...fields,
  };
}

export function aRollback(fields: Partial<Extract<Ramp, { state: "rolling-back" }>> = {}): Ramp {
  return {
    state: "rolling-back",
    from: AT_STEP_1,
    since: NOON - MINUTE,
    fromPercent: 5,
    causes: [aBecause({ code: "rollback", message: "errors: 6%, rollback above 5%" })],
    rung: "rollout",
    verification: { firstAt: null, servedLateSince: null },
    pagedAt: null,
    ...fields,
  };
}

/** Everything a pass knows, and all of it in favour of growth: good, healthy, the flag as recorded. */
/** What a command knows, of the same definition and process as `passFacts`. */
export function commandFacts(fields: Partial<CommandFacts> = {}): CommandFacts {
  const { now, decision, storeId, epoch, definition, observation } = passFacts();
  return {
    now,
    decision,
    runId: "run_2",
    storeId,
    epoch,
    definition,
    observation,
    serverRefusals: [],
    rivals: [],
    ...fields,
  };
}

export function passFacts(fields: Partial<PassFacts> = {}): PassFacts {
  return {
    now: NOON,
    definition: {
      hash: DEFINITION,
      status: "valid",
      author: { kind: "known", people: ["author"] },
      fault: null,
      newest: null,
    },
    stopSwitch: "off",
    flagUnreadable: null,
    eventLoopLagMs: 0,
    clockSkewMs: 0,
    rivals: [],
    proof: null,
    storeId: "k3f",
    epoch: 7,
    decision: "dec_2",
    observation: aFlagSeen(),
    served: aServed(),
    events: [],
    ownUserId: 1,
    judgement: aJudgement(),
    actor: "clock",
    people: new Map([
      ["starter", ["release-leads"]],
      ["operator", ["release-leads"]],
      ["approver", ["release-leads"]],
    ]),
    dark: new Map(),
    maintenance: [],
    newestDeploy: null,
    forced: null,
    ...fields,
  };
}

export function aPerson(fields: Partial<Extract<Principal, { kind: "person" }>> = {}): Principal {
  return {
    kind: "person",
    name: "operator",
    groups: ["release-leads"],
    scopes: ["read", "start", "stop", "operate", "approve", "adopt"],
    token: "tok_operator",
    ...fields,
  };
}

export function aMachine(fields: Partial<Extract<Principal, { kind: "machine" }>> = {}): Principal {
  return {
    kind: "machine",
    name: "ci",
    scopes: ["read", "start", "stop", "changes"],
    token: "tok_ci",
    ...fields,
  };
}

/** The flag of `aFlagSeen()` at another percent, its title as given or as our last write left it. */
export function aFlagAt(percent: Percent, title: string | null = aStrategy().title): FlagSeen {
  return aFlagSeen({ strategies: [aStrategy({ rollout: String(percent), title })] });
}

/** An instant so long after noon. */
export function after(duration: Millis): Instant {
  return NOON + duration;
}

/** The row of a good pass of `aRecord()` that did nothing. */
export function aDecision(fields: Partial<Decision> = {}): Decision {
  return {
    id: "dec_1",
    gate: "checkout",
    run: "run_1",
    definition: DEFINITION,
    at: NOON,
    lastAt: NOON,
    count: 1,
    actor: "clock",
    before: "proving",
    after: "proving",
    step: 1,
    of: 3,
    verdict: "good",
    because: [],
    signals: [aSignalJudgement()],
    alerts: [],
    exposure: anExposure(),
    flag: aFlagSeen(),
    served: aServed(),
    approvals: [],
    action: { kind: "none" },
    would: null,
    ...fields,
  };
}

/** A guard on the alerts of the checkout service, as the defaults make it. */
export function aGuard(fields: Partial<AlertGuard> = {}): AlertGuard {
  return {
    match: '{service="checkout"}',
    matchers: [{ label: "service", operator: "=", value: "checkout" }],
    source: "main",
    pending: "wait",
    firing: "halt",
    critical: "rollback",
    silenced: "wait",
    witness: null,
    missing: { haltMs: 30 * MINUTE, rollbackMs: 2 * HOUR },
    ...fields,
  };
}

/** A healthy rule that was evaluated just now, on fresh data, with nothing to say. */
export function anAlertRule(fields: Partial<AlertRule> = {}): AlertRule {
  return {
    name: "CheckoutErrors",
    group: "checkout",
    labels: { service: "checkout" },
    query: "errors > 0.02",
    health: "ok",
    lastError: null,
    lastEvaluation: NOON - 5 * SECOND,
    intervalMs: 15 * SECOND,
    forMs: 2 * MINUTE,
    active: [],
    freshness: {
      kind: "known",
      selectors: [{ selector: "errors", newest: NOON - 5 * SECOND, scrapeIntervalMs: 15 * SECOND }],
    },
    ...fields,
  };
}

/** Firing since noon less eight minutes: its condition began to hold ten minutes before noon. */
export function anActiveAlert(fields: Partial<ActiveAlert> = {}): ActiveAlert {
  return {
    labels: { alertname: "CheckoutErrors", service: "checkout", severity: "warning" },
    state: "firing",
    activeAt: NOON - 10 * MINUTE,
    ...fields,
  };
}

export function alertAnswers(
  rules: readonly AlertRule[] = [anAlertRule()],
  fields: Partial<AlertAnswers> = {},
): AlertAnswers {
  return {
    guard: '{service="checkout"}',
    rules: { kind: "known", rules },
    silences: { kind: "known", silences: [] },
    witness: null,
    ...fields,
  };
}

export function anAlertJudgement(fields: Partial<AlertJudgement> = {}): AlertJudgement {
  return {
    guard: '{service="checkout"}',
    verdict: "good",
    code: "good",
    message: "its rule is inactive",
    until: null,
    rules: ["CheckoutErrors"],
    active: [],
    notes: [],
    ...fields,
  };
}

export function aDeploy(fields: Partial<Deploy> = {}): Deploy {
  return {
    kind: "deploy",
    id: "chg_1",
    at: NOON - MINUTE,
    service: "checkout",
    version: "4f2a91c",
    by: "machine:ci",
    url: null,
    ...fields,
  };
}
