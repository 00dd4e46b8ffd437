import { REASSERT_FOR } from "./absorb.ts";
import { demandsFor, unmet } from "./approval.ts";
import { audienceText, stepWith } from "./audience.ts";
import {
  type SegmentsSeen,
  audienceRefusals,
  segmentIdsOf,
  withShownAudience,
} from "./audience-preflight.ts";
import { nextCohort } from "./cohort.ts";
import type { Command } from "./command.ts";
import type { FlagObservation, FlagRecord } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { adoptDefinition } from "./adopt-definition.ts";
import { type DefinitionFacts, because } from "./because.ts";
import { modeOf, nextStep } from "./growth.ts";
import { finishDrain } from "./draining.ts";
import { heldElsewhere } from "./held.ts";
import { type Instant, formatMillis } from "./instant.ts";
import { isLegal } from "./moves.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import { parseRollout } from "./percent.ts";
import { pinForLowering, preflight, strategyOf } from "./preflight.ts";
import { promisesMissing } from "./promise.ts";
import { mayUse } from "./principal.ts";
import type { Ramp } from "./ramp.ts";
import type { GateRecord } from "./record.ts";
import { release } from "./release.ts";
import { reachText, whomShown, withoutReach } from "./reach.ts";
import { rivalBecause } from "./rivals.ts";
import { type ServerRefusalCode, wayOut } from "./way-out.ts";
import { splitTitle } from "./token.ts";
import {
  type Writer,
  begin,
  beyondTitle,
  exposingStepAt,
  exposureChanged,
  highestStepAt,
  inEpoch,
  intend,
  intendToken,
  resume,
  rollBack,
  standingAt,
  standingOf,
  standsAtZero,
  standingOrStart,
  voidApprovals,
} from "./transition.ts";

/** What a command is carried out with. */
export type CommandFacts = Writer & {
  readonly now: Instant;
  readonly decision: string;
  readonly runId: string;
  readonly definition: DefinitionFacts;
  /** Null where the command does not wait for Unleash. */
  readonly observation: FlagObservation | null;
  /** What only the server could refuse, asked before a start. */
  readonly serverRefusals: readonly { readonly code: ServerRefusalCode; readonly message: string }[];
  /** Other gates that drive the strategy this one would. */
  readonly rivals: readonly string[];
  /** Absent where no run begins, or its steps name no segment. */
  readonly segments?: SegmentsSeen;
};

/** Carries out one command on the record, or says why not. Nothing is sent here: what must be written is an intention. */
export function obey(gate: Gate, record: GateRecord, command: Command, facts: CommandFacts): Obeyed {
  const { state } = record.ramp;
  if (isRepeatedStart(record, command))
    return done(record, `${gate.name} has started for this change already`);
  if (!isLegal(command.action, state)) {
    return refused("illegal-move", `${command.action} is not possible while ${gate.name} is ${state}`);
  }
  if (gate.flag === null) return refused("watch-only", `${gate.name} drives no flag`);
  switch (command.action) {
    case "act":
      return act(gate, record, command, facts);
    case "observe":
      return done(
        // What it forgets cannot differ from what is recorded: it also ends the drift of a flag that is gone for good.
        { ...record, acting: null, flag: null, intention: null, drift: [] },
        `${gate.name} only observes from now on${leftBehind(record)}`,
      );
    case "start":
    case "restart":
      return start(gate, record, command, facts);
    case "pause":
      return pause(gate, record, command, facts);
    case "resume":
      return goOn(gate, record, command, facts);
    case "advance":
      // It is no move of the record alone: the pass that carries it out looks at fresh evidence.
      return refused("illegal-move", "advance is decided by a pass");
    case "rollback":
    case "reject":
      return goBack(gate, record, command, facts);
    case "adopt-flag":
      return adoptFlag(gate, record, facts);
    case "adopt-definition":
      return adoptDefinition(gate, record, command, facts);
    case "restore":
      return restore(gate, record, facts);
    case "abort":
      return abort(gate, record, facts);
    case "finish":
      return state === "baking" ? finish(gate, record, facts) : finishDrain(record, command, facts.now);
    case "release":
      return release(gate, record, facts);
    case "retire":
      // A gate without a file has no definition to obey by.
      return refused("illegal-move", "retire goes by what is recorded alone");
  }
}

/** What a step has put into the strategy stays where nobody remembers it. */
function leftBehind({ flag }: GateRecord): string {
  return flag?.audience === undefined
    ? ""
    : `; ${audienceText(flag.audience)} stays in its strategy: take it out in Unleash before the next start`;
}

/** A start told twice for the same change, by a pipeline that was run again, has no further effect. */
function isRepeatedStart(record: GateRecord, command: Command): boolean {
  if (command.action !== "start" || command.change === null || record.ramp.state === "idle") return false;
  return record.run?.change === command.change;
}

function act(gate: Gate, record: GateRecord, command: Command, facts: CommandFacts): Obeyed {
  if (gate.mode === "observe") {
    return refused("not-ready", "the file says mode: observe, and the file wins");
  }
  const acting = { by: command.by.name, at: facts.now };
  return done({ ...record, acting, woulds: [] }, `${gate.name} acts from now on`);
}

function start(gate: Gate, record: GateRecord, command: Command, facts: CommandFacts): Obeyed {
  if (modeOf(gate, record) === "observe") {
    return refused("not-ready", `${gate.name} only observes; say: rampart act ${gate.name}`);
  }
  const held = heldElsewhere(gate, record, facts.definition.newest);
  if (held !== null) return refused("not-ready", held);
  if (facts.definition.status !== "valid") {
    return refused("not-ready", `the definition is ${facts.definition.status}`);
  }
  if (record.intention?.kind === "release") {
    const cancel = `wait until that is read back, or take the flag again: rampart adopt-flag ${gate.name}`;
    return refused("not-ready", `${gate.name} is letting go of its flag; ${cancel}`);
  }
  if (facts.rivals.length > 0) {
    return refused(
      "not-ready",
      rivalBecause(facts.rivals)
        .map(({ message, opens }) => `${message}: ${opens}`)
        .join("; "),
    );
  }
  if (record.ramp.state === "rolled-back") {
    const left = record.ramp.since + gate.cooldownMs - facts.now;
    if (left > 0) return refused("cooldown", `the cooldown lasts another ${formatMillis(left)}`);
  }
  const at = command.at ?? 0;
  const step = exposingStepAt(gate, at);
  const entry = startAtRefusal(gate, record, command, facts, at, step);
  if (entry !== null) return entry;
  if (gate.flag === null || facts.observation === null) return refused("flag", "the flag could not be read");
  const checked = preflight(gate.flag, facts.observation, command.at);
  const segments = facts.segments ?? null;
  const ids = segmentIdsOf(gate, segments);
  const flag = checked.kind === "refused" ? null : withShownAudience(gate, ids, checked.record);
  const refusals = [
    ...(checked.kind === "refused"
      ? checked.refusals
      : [
          ...foreignToken(record, checked.record, facts.storeId),
          ...audienceRefusals(gate, checked.record, segments, record.flag?.audience),
        ]),
    ...facts.serverRefusals,
  ];
  if (flag === null || refusals.length > 0) {
    const lines = refusals.map(({ code, message }) => `${code}: ${message} (${wayOut(code)})`);
    return refused("preflight", lines.join("; "));
  }
  const rotates = command.action === "restart" && gate.rotateCohort === true;
  const run = {
    id: facts.runId,
    startedAt: facts.now,
    startedBy: command.by.name,
    change: command.change,
    definition: facts.definition.hash,
    approvals: [],
    adoptions: [],
    ceiling: null,
    cohort: rotates ? nextCohort(flag.groupId, gate.flag.name, facts.runId) : null,
    ...ids,
  };
  const writing = inEpoch(beyondTitle(record, flag.title, facts.storeId), facts.epoch);
  const begun = begin(gate, writing, run, flag, step, facts.now);
  const cause = because("state", "started", `started by ${command.by.name}: ${command.reason}`);
  return done(
    begun,
    `${gate.name} started at ${at}%`,
    [{ kind: "started", page: false, causes: [cause] }],
    "in-force",
  );
}

/** Another Rampart's token on the strategy: somebody else may be driving it, until a person says that it is ours now. */
function foreignToken(record: GateRecord, flag: FlagRecord, storeId: string) {
  const { token } = splitTitle(flag.title);
  if (token === null || token.store === storeId || record.flag?.title === flag.title) return [];
  const message = `the strategy carries the token of another store; say adopt-flag if it is to be ours`;
  return [{ code: "foreign-token", message } as const];
}

/** Starting a flag that is exposed already skips the evidence of the steps below, so a person who may approve must say it. */
function startAtRefusal(
  gate: Gate,
  record: GateRecord,
  command: Command,
  facts: CommandFacts,
  at: number,
  step: number,
): Obeyed | null {
  if (at === 0) return null;
  const declared = gate.steps[step - 1];
  if (declared === undefined) return refused("not-ready", `${at}% is not a declared step of ${gate.name}`);
  const promised = promisesMissing(gate, step, {
    promises: record.promises,
    starter: { startedBy: command.by.name },
    definition: facts.definition,
  });
  if (promised.length > 0) {
    const open = promised.map(({ by, says }) => `${by} must promise: ${says}`).join("; ");
    return refused("not-eligible", `${open}; rampart promise ${gate.name}`);
  }
  if (declared.approve.length === 0) {
    return command.by.kind === "person" && mayUse(command.by, "approve")
      ? null
      : refused("not-eligible", "starting at an exposed step needs a person who may approve");
  }
  // Whoever starts a ramp never approves it.
  const given = record.entryApprovals.filter(
    (approval) => approval.step === step && approval.person !== command.by.name,
  );
  const open = unmet(demandsFor(declared, facts.definition.author), given);
  if (open.length === 0) return null;
  const asked = open.map(({ by, missing }) => `${missing} by ${by}`).join(", ");
  return refused(
    "not-eligible",
    `starting at step ${step} needs approvals: ${asked}; rampart approve ${gate.name}`,
  );
}

function pause(gate: Gate, record: GateRecord, command: Command, facts: CommandFacts): Obeyed {
  if (command.until !== null && command.until <= facts.now) {
    return refused("not-ready", "the pause would be over before it began");
  }
  const from = standingOrStart(record.ramp);
  const paused: GateRecord = {
    ...record,
    ramp: {
      state: "paused",
      from,
      since: facts.now,
      by: command.by.name,
      reason: command.reason,
      until: command.until,
    },
  };
  const cause = because("state", "paused", `paused by ${command.by.name}: ${command.reason}`);
  const fenced =
    record.drift.length > 0 ? paused : intendToken(gate, paused, facts, facts.decision, facts.now);
  return done(fenced, `${gate.name} is paused; its signals stay armed`, [
    { kind: "paused", page: false, causes: [cause] },
  ]);
}

function goOn(gate: Gate, record: GateRecord, command: Command, facts: CommandFacts): Obeyed {
  if (record.drift.length > 0) {
    return refused(
      "flag",
      `the flag was changed by hand; first adopt-flag, restore or rollback ${gate.name}`,
    );
  }
  const cause = because("state", "resumed", `resumed by ${command.by.name}: ${command.reason}`);
  return done(resume(record, facts.now), `${gate.name} goes on`, [
    { kind: "resumed", page: false, causes: [cause] },
  ]);
}

function goBack(gate: Gate, record: GateRecord, command: Command, facts: CommandFacts): Obeyed {
  const { ramp } = record;
  if (ramp.state === "rolling-back" && ramp.stepBack === undefined)
    return done(record, `${gate.name} is rolling back already`);
  const cause = because("state", command.action, `ordered by ${command.by.name}: ${command.reason}`);
  const pinned = pinForRollback(gate, record, facts);
  if (pinned === null) return refused("flag", `${gate.name} has no strategy of which Rampart knows`);
  const from = ramp.state === "rolling-back" ? ramp.from : standingOrStart(ramp);
  const next = nextStep(gate, from.step);
  if (command.action === "reject" && next?.approve[0]?.onReject === "pause") {
    return pause(gate, { ...record, run: voidApprovals(record.run) }, command, facts);
  }
  const ordered = rollBack(gate, pinned, facts, {
    from,
    causes: [cause],
    decision: facts.decision,
    at: facts.now,
  });
  return done(ordered, `${gate.name} is rolling back to 0%`, [
    { kind: "rolling-back", page: true, causes: [cause] },
  ]);
}

/** A rollback of a flag no run pinned (raised by hand while idle) needs to know which strategy is meant. */
function pinForRollback(gate: Gate, record: GateRecord, facts: CommandFacts): GateRecord | null {
  if (record.flag !== null) return record;
  if (gate.flag === null || facts.observation === null) return null;
  const flag = pinForLowering(gate.flag, facts.observation);
  return flag === null ? null : { ...record, flag, drift: [] };
}

function adoptFlag(gate: Gate, record: GateRecord, facts: CommandFacts): Obeyed {
  if (gate.flag === null || facts.observation?.kind !== "seen") {
    return refused("flag", "the flag could not be read");
  }
  const { observation } = facts;
  const known = observation.strategies.find((strategy) => strategy.id === record.flag?.strategyId);
  const target = known === undefined ? gate.flag : { ...gate.flag, strategy: known.id };
  const taken = known ?? strategyOf(gate.flag, observation);
  const checked = preflight(target, observation, parseRollout(taken?.rollout ?? ""));
  if (checked.kind === "refused") {
    return refused("preflight", checked.refusals.map((refusal) => refusal.message).join("; "));
  }
  const shown = withShownAudience(gate, record.run ?? {}, checked.record);
  // At rest nothing goes on from it: what somebody else has put in is on record as theirs, and no run begins on it.
  const taking = shown ?? checked.record;
  if (shown === null && standingOf(record.ramp) !== null) {
    const message =
      "the strategy has constraints or segments that are no step's of this gate: take them out in Unleash";
    return refused("preflight", message);
  }
  if (record.ramp.state === "draining" && checked.record.rollout > 0) {
    const message = `${gate.name} drains, so nobody new takes the new path; first restore or rollback ${gate.name}`;
    return refused("flag", message);
  }
  const adopted = {
    ...beyondTitle(record, checked.record.title, facts.storeId),
    flag: taking,
    drift: [],
    intention: null,
    run: withoutCeiling(record),
  };
  const changed = exposureChanged(adopted, checked.record.rollout, facts.now);
  const verified = {
    ...changed,
    exposure: { ...withoutReach(changed.exposure), wanted: checked.record.rollout, setAt: facts.now },
  };
  const message = `${gate.name} takes the flag as it is, at ${reachText(taking.rollout, whomShown(gate, record.run, taking))}`;
  const { ramp } = record;
  if (standingOf(ramp) === null) {
    const { token } = splitTitle(checked.record.title);
    const acts = modeOf(gate, record) === "act";
    // Nothing is written while the gate only observes, so a flag that another store drives is not ours to hold to anything.
    if (!acts && token !== null && token.store !== facts.storeId) {
      return done({ ...verified, flag: null }, `${gate.name} watches the flag, which another store drives`);
    }
    // A token of another store, or of a future this store has lost, would keep the next run from growing.
    const tokened = acts && token !== null;
    const ours = tokened ? intendToken(gate, verified, facts, facts.decision, facts.now) : verified;
    return done(ours, message);
  }
  const standingRecord: GateRecord = { ...verified, ramp: afterAdoption(gate, verified, taking) };
  return done(intendToken(gate, standingRecord, facts, facts.decision, facts.now), message);
}

/** Taking the flag as it is settles a halt that drift alone has caused; a pause, and any other halt, wait for a resume. */
function afterAdoption(gate: Gate, record: GateRecord, flag: FlagRecord): Ramp {
  const { ramp } = record;
  const from = standingAt(gate, stepToTake(gate, record, flag));
  const isHalted = ramp.state === "halted";
  const driftAlone = isHalted && ramp.causes.every((cause) => cause.kind === "drift");
  if (ramp.state === "paused" || (isHalted && !driftAlone)) return { ...ramp, from };
  return isHalted && ramp.paused !== null ? { ...ramp.paused, from } : from;
}

/** At 0 % a shadow step is kept by who has entered it, and by nobody else: the flag does not show it. */
function stepToTake(gate: Gate, record: GateRecord, flag: FlagRecord): number {
  if (flag.rollout > 0 && flag.audience !== undefined) {
    return stepWith(gate, record.run, flag.audience, flag);
  }
  const highest = highestStepAt(gate, flag.rollout);
  return flag.rollout === 0 ? Math.min(highest, standingOrStart(record.ramp).step) : highest;
}

/** Whoever takes the flag as it is takes its groupId, too. */
function withoutCeiling(record: GateRecord): GateRecord["run"] {
  const run = voidApprovals(record.run);
  return run === null ? null : { ...run, ceiling: null, cohort: null };
}

function restore(gate: Gate, record: GateRecord, facts: CommandFacts): Obeyed {
  const raised = record.drift.some((found) => found.kind === "raised");
  if (record.flag === null || !raised) {
    return refused("flag", "only a percent that somebody raised can be restored");
  }
  const write = {
    kind: "restore",
    to: record.flag.rollout,
    step: standingOrStart(record.ramp).step,
    decision: facts.decision,
    at: facts.now,
  } as const;
  return done(intend(gate, record, facts, write), `${gate.name} goes back to ${record.flag.rollout}%`);
}

function abort(gate: Gate, record: GateRecord, facts: CommandFacts): Obeyed {
  if (!standsAtZero(record) || (record.exposure.set ?? 0) > 0) {
    return refused("illegal-move", "abort ends a run that stands at 0%; this one is exposed: rollback");
  }
  const ended: GateRecord = {
    ...record,
    ramp: { state: "idle" },
    run: null,
    intention: null,
    exposure: { ...record.exposure, wanted: 0 },
    // A raise that was under way may still arrive.
    reassertUntil: facts.now + REASSERT_FOR,
  };
  return done(ended, `${gate.name} is idle again`);
}

function finish(gate: Gate, record: GateRecord, facts: CommandFacts): Obeyed {
  const open = record.because.filter((reason) => !["state", "hold", "definition"].includes(reason.kind));
  if (open.length > 0) {
    return refused("signals", open.map((reason) => reason.message).join("; "));
  }
  const finished: GateRecord = { ...record, ramp: { state: "finished", since: facts.now } };
  return done(finished, `${gate.name} is finished`, [{ kind: "finished", page: false, causes: [] }]);
}
