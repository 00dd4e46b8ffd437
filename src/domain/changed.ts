import { adoptable } from "./adopt-definition.ts";
import { openRequest } from "./approve.ts";
import { type DefinitionFacts, definitionBecause } from "./because.ts";
import { policyUnder, treatmentOf } from "./drift.ts";
import type { Gate } from "./gate.ts";
import { nextStep } from "./growth.ts";
import { isAtRest } from "./moves.ts";
import type { Problem } from "./problem.ts";
import type { GateRecord } from "./record.ts";
import { standingOf } from "./transition.ts";
import type { GateView } from "./view.ts";
import type { Because } from "./verdict.ts";
import { type Order, type Waiting, ending, settling } from "./waiting.ts";

/** A flag that somebody changed by hand. */
export function driftWaiting(gate: Gate, record: GateRecord): Waiting | null {
  const armed = standingOf(record.ramp) !== null;
  // While it rolls back, and where the file says revert, the machine settles it by itself.
  if (record.ramp.state === "rolling-back") return null;
  const policy = policyUnder(record.drift, gate.drift);
  const drift = record.drift.filter(
    ({ kind }) => kind !== "flag-gone" && !(armed && treatmentOf(kind, policy) === "revert"),
  );
  if (drift.length === 0) return ceilinged(gate, record);
  return {
    kind: "drift",
    message: `changed by hand: ${drift.map(({ message, by }) => message + (by === null ? "" : ` by ${by}`)).join("; ")}`,
    since: Math.min(...drift.map(({ at }) => at)),
    until: null,
    orders: [...settling(record.drift), "rollback"],
  };
}

function ceilinged(gate: Gate, { ramp, run, exposure }: GateRecord): Waiting | null {
  const standing = standingOf(ramp);
  const next = standing?.state === "proving" ? nextStep(gate, standing.step) : null;
  const ceiling = run?.ceiling ?? null;
  if (next === null || ceiling === null || next.to <= ceiling) return null;
  return {
    kind: "drift",
    message: `a person lowered the flag: ${ceiling}% is the ceiling, and ${next.to}% would be next`,
    since: exposure.changedAt,
    until: null,
    orders: ["adopt-flag", "rollback"],
  };
}

/** A file that changed, disappeared or turned bad. */
export function definitionWaiting({ gate, record, definition, problems }: GateView): Waiting | null {
  if (definition.status === "invalid") return invalid(problems);
  const rival = record.because.find(({ code }) => code === "rival");
  if (rival !== undefined) return rivalled(rival);
  // At rest the newest file is in force; a ramp that bakes has nowhere left to grow.
  const [cause] = definitionBecause(record, definition);
  if (cause?.code === "other-flag") {
    return held("definition-changed", cause.message);
  }
  if (definition.status === "gone" && record.flag !== null && isAtRest(record.ramp.state)) {
    return held(
      "definition-gone",
      `the file is gone, and the title of ${record.gate}'s flag still carries our token`,
    );
  }
  if (cause === undefined || standingOf(record.ramp)?.state !== "proving") return null;
  const kind = definition.status === "gone" ? "definition-gone" : "definition-changed";
  const found = gate === null ? null : adoption(gate, record, definition);
  const message = [`${cause.message}: ${cause.opens}`, ...(found?.missing ?? [])].join("; ");
  return { kind, message, since: null, until: null, orders: [...(found?.orders ?? []), ending(record)] };
}

/** A flag that is still held although the gate has no more use for it. */
function held(kind: Waiting["kind"], message: string): Waiting {
  return { kind, message, since: null, until: null, orders: ["release"] };
}

/** How the newest definition can be adopted now; a looser one only once those have approved whom it asks. */
function adoption(
  gate: Gate,
  record: GateRecord,
  definition: DefinitionFacts,
): { readonly orders: readonly Order[]; readonly missing: readonly string[] } | null {
  if (adoptable(gate, record, definition) === null) return null;
  const request = openRequest(gate, record, definition);
  const needed = request === null || request.adopts === null ? [] : request.needed;
  return needed.length === 0
    ? { orders: ["adopt-definition"], missing: [] }
    : { orders: [], missing: [`it is looser, and is first approved by ${needed.join(", ")}`] };
}

function rivalled({ message, opens }: Because): Waiting {
  const text = `${message}; nothing grows until it does not: ${opens}`;
  return { kind: "definition-invalid", message: text, since: null, until: null, orders: ["explain"] };
}

function invalid(problems: readonly Problem[]): Waiting {
  const errors = problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const others = errors.length < 2 ? "" : `, and ${errors.length - 1} more`;
  const what =
    first === undefined ? "" : `: ${first.file}:${first.line}:${first.column} ${first.message}${others}`;
  const message = `the newest file has errors${what}; nothing grows until it is mended`;
  return { kind: "definition-invalid", message, since: null, until: null, orders: ["lint"] };
}
