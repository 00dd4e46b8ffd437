import type {
  ApproveCommand,
  Command,
  CommandOutcome,
  PromiseCommand,
  RefusalCode,
} from "../domain/command.ts";
import type { Definition } from "../domain/gate.ts";
import { segmentNames } from "../domain/audience.ts";
import { isLegal, legalIn } from "../domain/moves.ts";
import { approve } from "../domain/approve.ts";
import { obey } from "../domain/obey.ts";
import type { Obeyed } from "../domain/obeyed.ts";
import { promise } from "../domain/promise.ts";
import type { RampState } from "../domain/ramp.ts";
import type { GateRecord } from "../domain/record.ts";
import { rivalsOf } from "../domain/rivals.ts";
import { tellings } from "../domain/tell.ts";
import { commandDecision } from "./command-row.ts";
import type { ReplyKeeper } from "./controller.ts";
import { converge } from "./converge.ts";
import { type Found, findGate } from "./find-gate.ts";
import { startContendersOf } from "./rivals.ts";
import { exposureChanges } from "./ledger.ts";
import type { PassPorts } from "./pass.ts";

/** Carries out one command: decide, record, act. Who loses the race for the record is told to look again. */
export async function carryOut(
  ports: PassPorts,
  command: Command,
  keep: ReplyKeeper | null,
  onCommand: (gate: string) => void,
): Promise<CommandOutcome> {
  const found = await findGate(ports, command.gate);
  if (found === null) return unknownGate(command.gate);
  const { record } = found;
  // A new run takes the newest definition; everything else goes by the one in force.
  const gate = found.gate;
  const looks = isLegal(command.action, record.ramp.state) && needsFlag(command, record);
  const [observation, refusals, segments] =
    looks && gate.flag !== null
      ? await Promise.all([
          ports.flags.observe(gate.flag),
          startsRun(command) ? ports.flags.preflight(gate.flag) : [],
          startsRun(command) && segmentNames(gate).length > 0 ? ports.flags.segments(gate.flag) : null,
        ])
      : [null, [], null];
  const decision = ports.ids.next("dec");
  const obeyed = obey(gate, record, command, {
    now: ports.clock.now(),
    decision,
    runId: ports.ids.next("run"),
    storeId: ports.records.storeId(),
    epoch: ports.records.epoch(),
    definition: found.definition,
    observation,
    serverRefusals: refusals,
    segments,
    rivals: startsRun(command)
      ? rivalsOf({ gate, record }, await startContendersOf(gate, ports), observation)
      : [],
  });
  const stored = await store(ports, found, obeyed, decision, command, keep);
  if (stored.record !== null) {
    await converge(ports, gate, stored.record, observation, null);
    onCommand(command.gate);
  }
  return stored.outcome;
}

/** A rollback waits for nothing, so it looks at the flag only where nothing is recorded of it. */
function needsFlag(command: Command, record: GateRecord): boolean {
  switch (command.action) {
    case "start":
    case "restart":
    case "adopt-flag":
    case "restore":
    case "pause":
    case "release":
      return true;
    case "rollback":
    case "reject":
      return record.flag === null;
    case "act":
    case "adopt-definition":
    case "advance":
    case "observe":
    case "resume":
    case "abort":
    case "finish":
    case "retire":
      return false;
  }
}

/** Takes one person's word on an open request. */
export async function takeApproval(
  ports: PassPorts,
  command: ApproveCommand,
  keep: ReplyKeeper | null,
  onCommand: (gate: string) => void,
): Promise<CommandOutcome> {
  const found = await findGate(ports, command.gate);
  if (found === null) return unknownGate(command.gate);
  const evidence = await ports.records.decision(command.decision);
  const facts = { now: ports.clock.now(), definition: found.definition };
  const obeyed = approve(found.gate, found.record, command, evidence, facts);
  const stored = await store(ports, found, obeyed, ports.ids.next("dec"), command, keep);
  if (stored.record !== null) onCommand(command.gate);
  return stored.outcome;
}

/** Takes one person's promise. */
export async function takePromise(
  ports: PassPorts,
  command: PromiseCommand,
  keep: ReplyKeeper | null,
  onCommand: (gate: string) => void,
): Promise<CommandOutcome> {
  const found = await findGate(ports, command.gate);
  if (found === null) return unknownGate(command.gate);
  const facts = { now: ports.clock.now(), definition: found.definition };
  const obeyed = promise(found.gate, found.record, command, facts);
  const stored = await store(ports, found, obeyed, ports.ids.next("dec"), command, keep);
  if (stored.record !== null) onCommand(command.gate);
  return stored.outcome;
}

/** A refusal under an idempotency key is the answer for good, as a success would be. */
async function keepRefusal(
  ports: PassPorts,
  found: Found,
  outcome: CommandOutcome,
  keep: ReplyKeeper | null,
): Promise<void> {
  if (keep === null || !found.stored) return;
  await ports.records.commit({
    record: found.record,
    expecting: found.record.version,
    decision: { kind: "none" },
    inputs: null,
    tellings: [],
    changes: [],
    pin: null,
    reply: keep(outcome),
  });
}

async function store(
  ports: PassPorts,
  found: Found,
  obeyed: Obeyed,
  decision: string,
  command: Command | ApproveCommand | PromiseCommand,
  keep: ReplyKeeper | null,
): Promise<{ readonly outcome: CommandOutcome; readonly record: GateRecord | null }> {
  const { gate, record } = found;
  if (obeyed.kind === "refused") {
    const outcome = refusal(obeyed.code, obeyed.message, record.ramp.state);
    await keepRefusal(ports, found, outcome, keep);
    return { outcome, record: null };
  }
  const outcome: CommandOutcome = {
    kind: "done",
    decision,
    state: obeyed.record.ramp.state,
    message: obeyed.message,
  };
  const now = ports.clock.now();
  const seen = { now, decision, events: null };
  const row = commandDecision(found, obeyed, decision, command, now);
  const committed = await ports.records.commit({
    record: obeyed.record,
    expecting: found.stored ? record.version : null,
    decision: { kind: "insert", decision: row },
    inputs: null,
    tellings: tellings(gate, obeyed.record, decision, obeyed.tells),
    changes: exposureChanges(ports.ids, gate, record, obeyed.record, seen),
    pin: pinOf(obeyed.pin, found),
    reply: keep === null ? null : keep(outcome),
  });
  if (!committed) {
    const message = "the gate changed in this very moment; look again and repeat";
    return { outcome: refusal("conflict", message, record.ramp.state), record: null };
  }
  ports.onDecision(row, obeyed.record, gate);
  return { outcome, record: { ...obeyed.record, version: record.version + 1 } };
}

function pinOf(
  pin: Extract<Obeyed, { kind: "done" }>["pin"],
  { gate, definition }: Found,
): Definition | null {
  switch (pin) {
    case "none":
      return null;
    case "in-force":
      return { gate, hash: definition.hash, author: definition.author };
    case "newest":
      return definition.newest;
  }
}

function startsRun(command: Command): boolean {
  return command.action === "start" || command.action === "restart";
}

export function unknownGate(name: string): CommandOutcome {
  return {
    kind: "refused",
    code: "unknown-gate",
    message: `there is no gate ${name}`,
    state: null,
    legal: [],
  };
}

export function refusal(code: RefusalCode, message: string, state: RampState): CommandOutcome {
  return { kind: "refused", code, message, state, legal: code === "watch-only" ? [] : legalIn(state) };
}
