import type { Author, Definition, Gate } from "./gate.ts";
import { heldText, otherFlagHeld, releaseText } from "./held.ts";
import type { Instant } from "./instant.ts";
import { isAtRest } from "./moves.ts";
import type { Drift, GateRecord } from "./record.ts";
import type { AlertJudgement, Because, BecauseKind, SignalJudgement } from "./verdict.ts";

export type DefinitionFacts = {
  readonly hash: string;
  /** Whether the newest file still is what the run is pinned to. */
  readonly status: "valid" | "changed" | "invalid" | "gone";
  /** Of an invalid file, its first error with its place; null where none is known. */
  readonly fault: string | null;
  readonly author: Author;
  /** While a run is pinned to another one: the newest definition that can be read. */
  readonly newest: Definition | null;
};

export function because(
  kind: BecauseKind,
  code: string,
  message: string,
  more: { readonly until?: Instant | null; readonly opens?: string } = {},
): Because {
  return { kind, code, message, until: more.until ?? null, opens: more.opens ?? null };
}

/** Why the definition in force lets nothing grow; empty while the newest file still is what the run began with. */
export function definitionBecause(record: GateRecord, definition: DefinitionFacts): readonly Because[] {
  const { status, hash, fault, newest } = definition;
  const held = newest === null || !isAtRest(record.ramp.state) ? null : otherFlagHeld(record, newest.gate);
  if (held !== null) {
    const { gate } = record;
    return [because("definition", "other-flag", heldText(gate, held), { opens: releaseText(gate) })];
  }
  const started = record.run?.definition;
  if (status === "valid" && (started === undefined || started === hash)) return [];
  const messages = {
    valid: "the run is pinned to another definition",
    changed: "the file changed after the run began",
    invalid: `the newest file has errors${fault === null ? "" : `: ${fault}`}`,
    gone: "the file is gone",
  };
  const opens =
    status === "changed"
      ? `rampart adopt-definition ${record.gate}, put the pinned one back, or end the run and start anew`
      : "put the pinned definition back, or end the run and start anew";
  return [because("definition", status === "valid" ? "changed" : status, messages[status], { opens })];
}

/** The state itself as a reason, with the command that leaves it. */
export function stateBecause(record: GateRecord): Because {
  const { ramp, gate } = record;
  switch (ramp.state) {
    case "idle":
      return because("state", "idle", "no ramp runs", { opens: `rampart start ${gate}` });
    case "proving":
      return because("state", "proving", `proving at step ${ramp.step}`);
    case "baking":
      return because("state", "baking", "baking at the last step: there is no further step");
    case "paused":
      return because("state", "paused", `paused by ${ramp.by}: ${ramp.reason}`, {
        until: ramp.until,
        opens: `rampart resume ${gate}`,
      });
    case "halted":
      return because("state", "halted", `halted: ${sentence(ramp.causes)}`, {
        opens: `rampart resume ${gate} --reason ..., or rampart rollback ${gate}`,
      });
    case "rolling-back": {
      const how =
        ramp.stepBack === undefined ? "rolling back" : `going one step back, to ${ramp.stepBack.to}%`;
      return because("state", "rolling-back", `${how}: ${sentence(ramp.causes)}`);
    }
    case "draining":
      return because("state", "draining", `draining at 0%, rolled back: ${sentence(ramp.causes)}`, {
        until: ramp.until,
        opens: `rampart finish ${gate} --reason ... once nobody is left on the new path`,
      });
    case "rolled-back":
      return because("state", "rolled-back", `rolled back: ${sentence(ramp.causes)}`, {
        opens: `rampart restart ${gate}`,
      });
    case "finished":
      return because("state", "finished", "the ramp is finished");
  }
}

export function sentence(causes: readonly Because[]): string {
  return causes.map((cause) => cause.message).join("; ");
}

/** A signal's verdict as a reason; settling stands under its own kind, for it opens by time alone. */
export function signalBecause(signal: SignalJudgement): Because {
  const kind: BecauseKind = signal.code === "settling" ? "settle" : "signal";
  const code = signal.verdict === "wait" ? signal.code : signal.verdict;
  return because(kind, code, `${signal.signal}: ${signal.message}`, { until: signal.until });
}

/** A guard's verdict as a reason. */
export function alertBecause(alert: AlertJudgement): Because {
  const code = alert.verdict === "wait" ? alert.code : alert.verdict;
  return because("alert", code, alert.message, { until: alert.until });
}

/** A drift as a reason, with what settles it. */
export function driftBecause(gate: Gate, drift: Drift): Because {
  const who = drift.by === null ? "" : ` by ${drift.by}`;
  return because("drift", drift.kind, `${drift.message}${who}`, { opens: settledBy(gate.name, drift) });
}

function settledBy(gate: string, { kind }: Drift): string {
  // There is nothing left that could be taken as it is.
  if (kind === "flag-gone")
    return `rampart rollback ${gate}; at rest, rampart observe ${gate} forgets the flag`;
  const restore = kind === "raised" ? `, rampart restore ${gate}` : "";
  return `rampart adopt-flag ${gate}${restore} or rampart rollback ${gate}`;
}
