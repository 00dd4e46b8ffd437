import { REASSERT_FOR } from "./absorb.ts";
import { audienceText } from "./audience.ts";
import type { Command } from "./command.ts";
import type { Gate } from "./gate.ts";
import { adoptDefinition } from "./adopt-definition.ts";
import { because } from "./because.ts";
import { nextStep } from "./growth.ts";
import { finishDrain } from "./draining.ts";
import { isLegal } from "./moves.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import { pinForLowering } from "./preflight.ts";
import type { GateRecord } from "./record.ts";
import { release } from "./release.ts";
import {
  intend,
  intendToken,
  resume,
  rollBack,
  standsAtZero,
  standingOrStart,
  voidApprovals,
} from "./transition.ts";
import type { CommandFacts } from "./command-facts.ts";
import { start } from "./start.ts";
import { adoptFlag } from "./adopt-flag.ts";

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
