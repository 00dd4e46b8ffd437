import type { FlagFacts } from "./absorb.ts";
import type { FlagEvent } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { because } from "./growth.ts";
import { parseRollout } from "./percent.ts";
import type { GateRecord, Intention } from "./record.ts";
import type { Tell } from "./tell.ts";
import { halt, highestStepAt, intend, rollBack, standingAt, standingOf } from "./transition.ts";

/**
 * A person's decrease that a write of ours ran over: Unleash reads and writes a strategy in two steps, so both may
 * succeed. The event log between our read and our write shows it.
 */
export function overwritten(
  written: Intention,
  events: readonly FlagEvent[],
  ownUserId: number | null,
): FlagEvent | null {
  const own = events.findIndex((event) => event.titleAfter === written.title);
  const earlier = own === -1 ? [] : events.slice(0, own);
  const decrease = earlier.findLast((event) => {
    const foreign = ownUserId === null ? event.titleAfter !== written.title : event.byUserId !== ownUserId;
    const percent = parseRollout(event.rolloutAfter ?? "");
    return foreign && percent !== null && percent < written.to;
  });
  return decrease ?? null;
}

/** Gives the person's decrease back at once: its value is written again, is the ceiling, and the ramp halts there. */
export function yieldToPerson(
  gate: Gate,
  record: GateRecord,
  event: FlagEvent,
  facts: FlagFacts,
): { readonly record: GateRecord; readonly tells: readonly Tell[] } {
  const to = parseRollout(event.rolloutAfter ?? "") ?? 0;
  const causes = [
    because("drift", to === 0 ? "lowered-to-zero" : "lowered", `changed to ${to}% by ${event.by}`),
  ];
  const standing = standingOf(record.ramp) ?? { state: "proving", step: 0 };
  const at = facts.now;
  if (to === 0) {
    const ordered = rollBack(gate, record, facts, { from: standing, causes, decision: facts.decision, at });
    return { record: ordered, tells: [{ kind: "rolling-back", page: true, causes }] };
  }
  const step = highestStepAt(gate, to);
  const lowered = intend(gate, record, facts, { kind: "lower", to, step, decision: facts.decision, at });
  const ceiling: GateRecord = {
    ...lowered,
    run: lowered.run === null ? null : { ...lowered.run, ceiling: to },
  };
  const halted = halt(ceiling, standingAt(gate, Math.min(step, standing.step)), causes, at);
  return { record: halted, tells: [{ kind: "halted", page: false, causes }] };
}
