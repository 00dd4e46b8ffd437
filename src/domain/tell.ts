import type { Gate } from "./gate.ts";
import { sentence, stateBecause } from "./because.ts";
import { formatMillis } from "./instant.ts";
import { reachText, whomOf } from "./reach.ts";
import type { GateRecord } from "./record.ts";
import type { Telling, TellingKind } from "./telling.ts";
import type { Because } from "./verdict.ts";

/** Something to tell, before it has its words. */
export type Tell = {
  readonly kind: TellingKind;
  readonly page: boolean;
  readonly causes: readonly Because[];
};

/** Puts events into words: the effect first, then why, then what is left to do. */
export function tellings(
  gate: Gate,
  record: GateRecord,
  decision: string,
  tells: readonly Tell[],
): readonly Telling[] {
  return tells.map((said, index) => ({
    key: `${gate.name}:${decision}:${said.kind}:${index}`,
    gate: gate.name,
    kind: said.kind,
    page: said.page,
    title: `${gate.name} ${effect(said, record)}`,
    text: text(gate, record, said),
    decision,
  }));
}

function effect(said: Tell, record: GateRecord): string {
  const percent = reachText(record.exposure.set ?? 0, whomOf(record));
  switch (said.kind) {
    case "started":
      return "started";
    case "advanced":
      return `went from ${sentence(said.causes)}`;
    case "finished":
      return "finished: the bake is over";
    case "needs-approval":
      return "waits for an approval";
    case "paused":
      return `is paused at ${percent}`;
    case "resumed":
      return `goes on at ${percent}`;
    case "halted":
      return `halted at ${percent}`;
    case "halt-reminder":
      return `is still halted at ${percent} and waits for a person`;
    case "rolling-back":
      return `is rolling back from ${percent} to 0%`;
    case "stepping-back":
      return `goes one step back, from ${percent} to ${record.exposure.wanted ?? 0}%`;
    case "draining":
      return "is at 0%, verified as set and as served, and drains";
    case "drain-overdue":
      return "has not been said to be drained before its deadline; it counts as rolled back";
    case "rolled-back":
      return "is rolled back to 0%, verified as set and as served";
    case "rollback-late":
      return "has not finished rolling back";
    case "cannot-see":
      return `cannot see its signals at ${percent}`;
    case "cannot-write":
      return `may not change its flag, at ${percent}: a rollback could not be written either`;
    case "changed-by-hand":
      return "was changed by hand in Unleash";
    case "definition":
      return "has a changed definition";
    case "deployed":
      return `takes notice of a deploy, at ${percent}`;
    case "maintenance":
      return `takes notice of maintenance, at ${percent}`;
    case "released":
      return `has let go of its flag, at ${percent}`;
    case "not-released":
      return "could not let go of its flag";
  }
}

function text(gate: Gate, record: GateRecord, said: Tell): string {
  const lines = [`Why: ${sentence(said.causes) || "all conditions hold"}.`];
  if (gate.owner !== null) lines.push(`Owner: ${gate.owner}.`);
  if (gate.runbook !== null) lines.push(`Runbook: ${gate.runbook}`);
  if (said.kind === "halted" && record.ramp.state === "halted") {
    const left = gate.haltDeadlineMs - record.ramp.alarmMs;
    lines.push(
      record.lastPass?.alarmed === true
        ? `While a signal stays at halt this becomes a rollback in ${formatMillis(left)}.`
        : "This halt waits for a person.",
    );
  }
  const opens = nextSteps(record, said);
  if (opens.length > 0) lines.push(`Next: ${opens.join("; ")}`);
  return lines.join("\n");
}

const WAIT_FOR_COMMAND: readonly TellingKind[] = [
  "paused",
  "halted",
  "halt-reminder",
  "draining",
  "rolled-back",
];

/** What people can do: about the causes, or else the command that leaves the state. */
function nextSteps(record: GateRecord, said: Tell): readonly string[] {
  const state = WAIT_FOR_COMMAND.includes(said.kind) ? [stateBecause(record)] : [];
  const ofCauses = hints(said.causes);
  return [...new Set(ofCauses.length > 0 ? ofCauses : hints(state))];
}

function hints(reasons: readonly Because[]): readonly string[] {
  return reasons.flatMap(({ opens }) => opens ?? []);
}
