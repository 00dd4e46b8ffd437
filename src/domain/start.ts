import type { CommandFacts } from "./command-facts.ts";
import { demandsFor, unmet } from "./approval.ts";
import { audienceRefusals, segmentIdsOf, withShownAudience } from "./audience-preflight.ts";
import { nextCohort } from "./cohort.ts";
import type { Command } from "./command.ts";
import type { FlagRecord } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { because } from "./because.ts";
import { unexposedAtStart } from "./before-ramp.ts";
import { modeOf } from "./growth.ts";
import { heldElsewhere } from "./held.ts";
import { formatMillis } from "./instant.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import { preflight } from "./preflight.ts";
import { promisesMissing } from "./promise.ts";
import { mayUse } from "./principal.ts";
import type { GateRecord } from "./record.ts";
import { rivalBecause } from "./rivals.ts";
import { wayOut } from "./way-out.ts";
import { splitTitle } from "./token.ts";
import { unbuiltRefusal } from "./unbuilt.ts";
import { begin, beyondTitle, exposingStepAt, inEpoch } from "./transition.ts";

/** Begins a run, from 0 % or at the declared step that the flag stands at, or says what stands in its way. */
export function start(gate: Gate, record: GateRecord, command: Command, facts: CommandFacts): Obeyed {
  if (modeOf(gate, record) === "observe") {
    return refused("not-ready", `${gate.name} only observes; say: rampart act ${gate.name}`);
  }
  const held = heldElsewhere(gate, record, facts.definition.newest);
  if (held !== null) return refused("not-ready", held);
  if (facts.definition.status !== "valid") {
    return refused("not-ready", `the definition is ${facts.definition.status}`);
  }
  const unbuilt = unbuiltRefusal(gate);
  if (unbuilt !== null) return refused("not-ready", unbuilt);
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
    ...unexposedAtStart(gate, record, at),
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
