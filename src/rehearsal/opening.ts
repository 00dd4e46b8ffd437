import type { Conductor } from "../control/conduct.ts";
import type { Records } from "../control/ports.ts";
import { segmentIdsOf, withShownAudience } from "../domain/audience-preflight.ts";
import { pinnedAudience } from "../domain/audience.ts";
import type { PinnedAudience } from "../domain/flag.ts";
import type { Definition, Gate } from "../domain/gate.ts";
import { modeOf, percentOf } from "../domain/growth.ts";
import { type Percent } from "../domain/percent.ts";
import { preflight } from "../domain/preflight.ts";
import type { GateRecord } from "../domain/record.ts";
import { begin, inEpoch, newRecord } from "../domain/transition.ts";
import type { CaseStart } from "../gatefile/gate-test/gate-test.ts";
import type { FlagStand } from "./flag-stand.ts";
import { segmentsIn } from "./flag-stand.ts";
import { STARTER, somebody } from "./somebody.ts";

/** The step at which a case begins, counted from 1; null: no ramp runs. */
export function startingStep(gate: Gate, { step, mode }: CaseStart): number | null {
  if (gate.flag === null || step === "none" || mode === "observe") return null;
  return step ?? Math.min(1, gate.steps.length);
}

/** How the flag stands before anything happens. */
export function flagBefore(
  gate: Gate,
  start: CaseStart,
): { readonly percent: Percent; readonly audience: PinnedAudience | null } {
  const number = typeof start.step === "number" ? start.step : start.step === "none" ? 0 : 1;
  const step = gate.steps[number - 1];
  const run = { segments: Object.fromEntries(segmentsIn(gate)) };
  const audience =
    step?.audience === undefined
      ? null
      : pinnedAudience(step.audience, run, { stickiness: gate.flag?.stickiness ?? "userId" });
  return { percent: step?.to ?? 0, audience };
}

export type OpeningParts = {
  readonly conductor: Conductor;
  readonly records: Records;
  readonly definition: Definition;
  readonly stand: FlagStand;
};

/**
 * Brings the gate to where the case begins: people say `act` and `start`, as on a server. A ramp that stands at a step
 * already has been there for a while, with whatever approvals it took; it is put on record as a start at that step would.
 * Null: it stands there; else why it cannot.
 */
export async function open(start: CaseStart, parts: OpeningParts): Promise<string | null> {
  const { conductor, records, definition, stand } = parts;
  const { gate } = definition;
  if (gate.flag === null || start.mode === "observe") return null;
  const record = (await records.record(gate.name)) ?? newRecord(gate.name);
  if (modeOf(gate, record) === "observe") {
    const refused = await order(conductor, gate, "act");
    if (refused !== null) return refused;
  }
  const step = startingStep(gate, start);
  if (step === null) return null;
  if (step === 0) return order(conductor, gate, "start");
  return standAt(step, start, { records, definition, stand });
}

async function order(conductor: Conductor, gate: Gate, action: "act" | "start"): Promise<string | null> {
  const outcome = await conductor.command(
    {
      gate: gate.name,
      action,
      reason: "the case begins",
      by: somebody(STARTER, []),
      at: null,
      change: null,
      until: null,
    },
    null,
  );
  return outcome.kind === "refused" ? `\`${action}\` was refused: ${outcome.message}` : null;
}

async function standAt(
  step: number,
  start: CaseStart,
  { records, definition, stand }: Omit<OpeningParts, "conductor">,
): Promise<string | null> {
  const { gate } = definition;
  const { flag: target } = gate;
  if (target === null) return null;
  const wanted = percentOf(gate, step);
  const checked = preflight(target, await stand.flags.observe(target), wanted);
  if (checked.kind === "refused") return checked.refusals.map(({ message }) => message).join("; ");
  const ids = segmentIdsOf(gate, await stand.flags.segments(target));
  const flag = withShownAudience(gate, ids, checked.record);
  if (flag === null) return `the flag does not show the audience of step ${step}`;
  const stored = await records.record(gate.name);
  const since = start.at - start.heldMs;
  const run = {
    id: "run",
    startedAt: since,
    startedBy: STARTER,
    change: null,
    definition: definition.hash,
    approvals: [],
    adoptions: [],
    ceiling: null,
    cohort: null,
    ...ids,
  };
  const writing = inEpoch(stored ?? newRecord(gate.name), records.epoch());
  const begun: GateRecord = begin(gate, writing, run, flag, step, since);
  const held = begun.ramp.state === "baking" ? { bakeMs: start.heldMs } : { holdMs: start.heldMs };
  const committed = await records.commit({
    record: { ...begun, ...held },
    expecting: stored?.version ?? null,
    decision: { kind: "none" },
    inputs: null,
    tellings: [],
    changes: [],
    pin: definition,
    reply: null,
  });
  return committed ? null : "the record could not be kept";
}
