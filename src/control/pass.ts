import { absorb } from "../domain/absorb.ts";
import { type PassResult, decide } from "../domain/decide.ts";
import type { Forced, PassFacts } from "../domain/draft.ts";
import type { Deploy } from "../domain/change.ts";
import type { Decision } from "../domain/decision.ts";
import type { FlagEvent } from "../domain/flag.ts";
import type { Definition, Gate, Purpose } from "../domain/gate.ts";
import type { DefinitionFacts } from "../domain/because.ts";
import { type Measurements, inputsOf } from "../domain/inputs.ts";
import { unexposedBefore } from "../domain/before-ramp.ts";
import { otherFlagHeld } from "../domain/held.ts";
import { DAY, type Instant, MINUTE, type Millis } from "../domain/instant.ts";
import { alertKey, judge } from "../domain/judge.ts";
import { judgeContext, purposeOf, recordAsSeen } from "../domain/judge-context.ts";
import { type Maintenance, countedSince } from "../domain/maintenance.ts";
import type { Problem } from "../domain/problem.ts";
import type { GateRecord } from "../domain/record.ts";
import { rivalsOf } from "../domain/rivals.ts";
import { settlesSince } from "../domain/settle.ts";
import { newRecord } from "../domain/transition.ts";
import { VERSION } from "../version.ts";
import { converge, isOutdated } from "./converge.ts";
import { exposureChanges } from "./ledger.ts";
import { measure } from "./measure.ts";
import { measureProof } from "./measure-proof.ts";
import { contendersOf } from "./rivals.ts";
import type {
  Clock,
  Definitions,
  Flags,
  Health,
  Ids,
  LoadedGate,
  Metrics,
  Records,
  Served,
  Silencers,
  StoredReply,
} from "./ports.ts";

export type PassPorts = {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly metrics: Metrics;
  readonly silencers: Silencers;
  readonly flags: Flags;
  readonly served: Served;
  readonly records: Records;
  readonly definitions: Definitions;
  readonly health: Health;
  /** Groups of each person, as the config has them now. */
  readonly people: ReadonlyMap<string, readonly string[]>;
  /** Told of every decision stored, folded ones included. */
  readonly onDecision: (decision: Decision, record: GateRecord, gate: Gate) => void;
};

/** A row is written in full at least this often, however equal the passes are. */
const FULL_ROW: Millis = 15 * MINUTE;
/** A lost race for the record means: read again and decide again. */
const ATTEMPTS = 3;

export type Passed = {
  readonly gate: Gate;
  readonly record: GateRecord;
  readonly decision: Decision;
  readonly definition: DefinitionFacts;
};

/** Who caused a pass, and what is ordered with it. */
export type PassOrder = {
  readonly actor: string;
  readonly forced: Forced | null;
  /** The reply to whoever ordered it, kept in the transaction of the pass; null: nobody waits for one. */
  readonly reply: (result: PassResult) => StoredReply | null;
};

/** A pass that nobody ordered anything with. */
export function passOf(actor: string): PassOrder {
  return { actor, forced: null, reply: () => null };
}

/** One evaluation of one gate with one `now`; null when nothing defines the gate any more. Throws only when the store does. */
export async function pass(ports: PassPorts, name: string, order: PassOrder): Promise<Passed | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const passed = await attemptPass(ports, name, order);
    if (passed !== "conflict") return passed;
  }
  throw new Error(`the record of ${name} changed under ${ATTEMPTS} passes in a row`);
}

async function attemptPass(
  ports: PassPorts,
  name: string,
  order: PassOrder,
): Promise<Passed | null | "conflict"> {
  const asked = ports.clock.elapsed();
  const stored = await ports.records.record(name);
  // Not before: to a process that stood still the record of those who went on would come from the future.
  const now = ports.clock.now();
  const record = stored ?? newRecord(name);
  const effective = await effectiveDefinition(ports.records, ports.definitions.current().get(name), record);
  if (effective === null) return null;
  const { gate, definition } = effective;

  const { facts, measured } = await gather(ports, gate, definition, record, now, order);
  const result = decide(gate, record, facts);
  // A process that stood still between its readings and its decision would raise on a past that nobody looked at since.
  if (result.decision.action.kind === "raise" && isOutdated(ports.clock, gate, asked)) return "conflict";
  const { decision, record: next } = await folded(ports.records, record, result);
  const isFolded = decision.count > 1;
  const committed = await ports.records.commit({
    record: next,
    expecting: stored === null ? null : stored.version,
    decision: isFolded ? { kind: "fold", decision } : { kind: "insert", decision },
    inputs: isFolded ? null : { gate, inputs: inputsOf(VERSION, record, facts, measured, result) },
    tellings: result.tellings,
    changes: exposureChanges(ports.ids, gate, record, next, facts),
    pin: null,
    reply: order.reply(result),
  });
  if (!committed) return "conflict";
  ports.onDecision(decision, next, gate);
  const written = { ...next, version: record.version + 1 };
  const converged = await converge(ports, gate, written, facts.observation, {
    decision: result.decision.id,
    asked,
  });
  return { gate, record: converged, decision, definition };
}

/** A running ramp keeps the definition it started with; the file decides only whether it may grow. */
export async function effectiveDefinition(
  records: Records,
  loaded: LoadedGate | undefined,
  record: GateRecord,
): Promise<{ readonly gate: Gate; readonly definition: DefinitionFacts } | null> {
  const newest: Definition | null = loaded?.definition ?? null;
  const used = (await pinnedDefinition(records, record, newest)) ?? newest;
  if (used === null) return null;
  const status = statusOf(loaded, used.hash);
  // Who wrote a definition is learned from the lock file, which may come after the run has begun.
  const author = newest?.hash === used.hash ? newest.author : used.author;
  const other = status === "changed" ? newest : null;
  const fault = loaded?.kind === "invalid" ? faultIn(loaded.problems) : null;
  return { gate: used.gate, definition: { hash: used.hash, status, fault, author, newest: other } };
}

function faultIn(problems: readonly Problem[]): string | null {
  const first = problems.find(({ severity }) => severity === "error");
  return first === undefined ? null : `${first.file}:${first.line}:${first.column} ${first.message}`;
}

/**
 * What a run is pinned to while it lasts. Once it is over it goes by the newest file, unless that is gone, for a late raise
 * must still be lowered and the flag let go of, or names another flag than the one that is still held.
 */
function pinnedDefinition(
  records: Records,
  record: GateRecord,
  newest: Definition | null,
): Promise<Definition | null> | null {
  const { run } = record;
  return run === null || goesByFile(record, newest) ? null : records.pinned(run.definition);
}

function goesByFile(record: GateRecord, newest: Definition | null): boolean {
  const { state } = record.ramp;
  if (state !== "finished" && state !== "rolled-back") return state === "idle";
  if (newest === null) return state === "finished" && record.flag === null;
  return otherFlagHeld(record, newest.gate) === null;
}

function statusOf(loaded: LoadedGate | undefined, hash: string): DefinitionFacts["status"] {
  if (loaded === undefined) return "gone";
  if (loaded.kind === "invalid") return "invalid";
  return loaded.definition.hash === hash ? "valid" : "changed";
}

/** What a pass knows, and the measurements behind its judgement. */
type Gathered = { readonly facts: PassFacts; readonly measured: Measurements };

async function gather(
  ports: PassPorts,
  gate: Gate,
  definition: DefinitionFacts,
  record: GateRecord,
  now: Instant,
  { actor, forced }: PassOrder,
): Promise<Gathered> {
  const target = gate.flag;
  const [measured, observation, served, ownUserId, newestDeploy, contenders] = await Promise.all([
    measure(gate, ports, now, settlesSince(record), unexposedBefore(record, now)),
    target === null ? null : ports.flags.observe(target),
    target === null ? null : ports.served.observe(target),
    target === null ? null : ports.flags.ownUserId(target.server),
    newestDeployOf(ports.records, gate, now),
    contendersOf(gate, ports),
  ]);
  const proof = await measureProof(gate, record, measured, ports.metrics, now);
  const skews = [...measured.answered]
    .filter(([, alive]) => alive)
    .map(([source]) => ports.metrics.clockSkewMs(source))
    .filter((skew) => skew !== null);
  const writer = { storeId: ports.records.storeId(), epoch: ports.records.epoch() };
  const decision = ports.ids.next("dec");
  const unexplained = { now, decision, ...writer, observation, served, events: null, ownUserId };
  const events = await eventsIfNeeded(ports.flags, gate, record, unexplained);
  const flagFacts = { ...unexplained, events, newestDeploy };
  const seen = recordAsSeen(gate, record, flagFacts);
  const missing = stillMissing(gate, record, purposeOf(seen));
  const silent = await darkSources(ports.records, measured.answered, missing, now);
  const maintenance = await maintenanceOf(ports.records, gate, record, silent, now);
  const dark = countedDark(silent, maintenance, now);
  const context = judgeContext(record, seen, { now, dark, maintenance });
  const facts: PassFacts = {
    ...flagFacts,
    definition,
    actor,
    forced,
    dark,
    maintenance,
    proof,
    people: ports.people,
    stopSwitch: target === null ? "off" : ports.served.stopSwitch(target),
    rivals: rivalsOf({ gate, record }, contenders, observation),
    flagUnreadable: observation?.kind === "unreadable" ? observation.detail : null,
    eventLoopLagMs: ports.health.eventLoopLagMs(),
    clockSkewMs: skews.length === 0 ? null : skews.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
    judgement: judge(gate, measured.answers, context, measured.alerts),
  };
  return { facts, measured };
}

/** Older deploys have nothing left to settle. */
const DEPLOYS_FROM: Millis = 7 * DAY;

async function newestDeployOf(records: Records, { service }: Gate, now: Instant): Promise<Deploy | null> {
  if (service === null) return null;
  const [newest] = await records.deploys(service, now - DEPLOYS_FROM, 1);
  return newest ?? null;
}

/**
 * The event log is asked only when it has something to tell: who made a new difference or moved a flag that is only watched,
 * when a write landed, or when one that came late is about to be undone.
 */
async function eventsIfNeeded(
  flags: Flags,
  gate: Gate,
  record: GateRecord,
  facts: Parameters<typeof absorb>[2],
): Promise<readonly FlagEvent[] | null> {
  if (gate.flag === null) return null;
  const { newDrift, landed, record: absorbed } = absorb(gate, record, facts);
  const unattributed = record.drift.some((found) => found.by === null);
  const moved = absorbed.exposure.set !== record.exposure.set;
  const undoes = absorbed.sequence !== record.sequence;
  const asks = newDrift.length > 0 || landed !== null || unattributed || moved || undoes;
  return asks ? flags.events(gate.flag, null) : null;
}

/** Sources of which every signal that counts and every guard was unknown at the gate's last pass too. */
function stillMissing(gate: Gate, record: GateRecord, purpose: Purpose): ReadonlySet<string> {
  const counting = [
    ...gate.signals
      .filter((signal) => signal.gates.includes(purpose))
      .map(({ name, source }) => ({ key: name, source })),
    ...gate.alerts.map((guard) => ({ key: alertKey(guard), source: guard.source })),
  ];
  const known = counting.filter(({ key }) => (record.clocks[key]?.unknownSince ?? null) === null);
  return new Set(
    counting.map(({ source }) => source).filter((source) => known.every((each) => each.source !== source)),
  );
}

async function darkSources(
  records: Records,
  answered: ReadonlyMap<string, boolean>,
  missing: ReadonlySet<string>,
  now: Instant,
): Promise<ReadonlyMap<string, Instant>> {
  const dark = new Map<string, Instant>();
  for (const [source, alive] of answered) {
    const since = await records.darkSince(source);
    if (alive && since !== null) await records.setDarkSince(source, null);
    if (alive) continue;
    // Our last pass got no answer either, and yet the source does not count as dark: another gate has got one since.
    if (since === null && missing.has(source)) continue;
    if (since === null) await records.setDarkSince(source, now);
    dark.set(source, since ?? now);
  }
  return dark;
}

/** Maintenance of the gate's sources that concerns a clock of this pass. */
async function maintenanceOf(
  records: Records,
  gate: Gate,
  { lastPass }: GateRecord,
  dark: ReadonlyMap<string, Instant>,
  now: Instant,
): Promise<readonly Maintenance[]> {
  const oldest = Math.min(now, lastPass?.at ?? now, ...dark.values());
  const sources = sourcesOf(gate);
  return (await records.maintenance(oldest)).filter(({ source }) => sources.has(source));
}

export function sourcesOf({ signals, alerts }: Gate): ReadonlySet<string> {
  return new Set([...signals, ...alerts].map(({ source }) => source));
}

/** Each dark source with the instant from which its clock counts. */
export function countedDark(
  dark: ReadonlyMap<string, Instant>,
  maintenance: readonly Maintenance[],
  now: Instant,
): ReadonlyMap<string, Instant> {
  return new Map([...dark].map(([source, since]) => [source, countedSince(maintenance, source, since, now)]));
}

type Folded = { readonly decision: Decision; readonly record: GateRecord };

/** A pass equal to the one before in verdict, reasons and state joins its row; every change and every write has its own. */
async function folded(records: Records, before: GateRecord, result: PassResult): Promise<Folded> {
  const { decision, record } = result;
  const previous = before.lastPass === null ? null : await records.decision(before.lastPass.decision);
  if (previous === null || result.tellings.length > 0 || !isRepeat(previous, decision))
    return { decision, record };
  const lastPass = record.lastPass === null ? null : { ...record.lastPass, decision: previous.id };
  return {
    decision: { ...decision, id: previous.id, at: previous.at, count: previous.count + 1 },
    record: { ...record, lastPass },
  };
}

function isRepeat(previous: Decision, next: Decision): boolean {
  return (
    next.lastAt - previous.at < FULL_ROW &&
    previous.action.kind === "none" &&
    next.action.kind === "none" &&
    next.before === next.after &&
    fingerprint(previous) === fingerprint(next)
  );
}

function fingerprint(decision: Decision): string {
  const { run, definition, actor, before, after, step, verdict, would, approvals } = decision;
  const reasons = decision.because.map(({ kind, code }) => `${kind}/${code}`);
  const signals = decision.signals.map(({ signal, verdict: said, code }) => `${signal}/${said}/${code}`);
  const alerts = decision.alerts.map(({ guard, verdict: said, code }) => `${guard}/${said}/${code}`);
  const evidence = [...signals, ...alerts];
  const moved = [before, after, step];
  return JSON.stringify([run, definition, actor, moved, verdict, would, approvals, reasons, evidence]);
}
