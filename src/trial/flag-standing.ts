import type { Flags } from "../control/ports.ts";
import type { FlagEvent, FlagObservation, StrategySeen } from "../domain/flag.ts";
import { type SegmentIds, audienceShown, segmentNames, stepWith } from "../domain/audience.ts";
import { audienceRefusals, segmentIdsOf } from "../domain/audience-preflight.ts";
import type { FlagTarget, Gate } from "../domain/gate.ts";
import type { Instant } from "../domain/instant.ts";
import { type Percent, parseRollout } from "../domain/percent.ts";
import { preflight, strategyOf } from "../domain/preflight.ts";
import { whomShown } from "../domain/reach.ts";
import { highestStepAt } from "../domain/transition.ts";
import { wayOut } from "../domain/way-out.ts";
import type { LastChange } from "./lone-pass.ts";

/** Where a flag stands, as far as Unleash tells. */
export type FlagStanding = LastChange & {
  /** Null: it could not be read, or it has no percent. */
  readonly percent: Percent | null;
  /** Of whom that is a percent, in words. Absent: of everybody. */
  readonly whom?: string;
  /** The highest step it covers, counted from 1; 0 where there is none. */
  readonly step: number;
  /** Null when the flag could be read; else why it could not. */
  readonly unreadable: string | null;
  /** What would keep a ramp from starting, and what could not be found out. */
  readonly remarks: readonly string[];
};

/** Reads a flag and its event log; nothing is written. */
export async function standingOfFlag(flags: Flags, gate: Gate, target: FlagTarget): Promise<FlagStanding> {
  const [seen, events, refusals, segments] = await Promise.all([
    flags.observe(target),
    flags.events(target, null),
    flags.preflight(target),
    segmentNames(gate).length === 0 ? null : flags.segments(target),
  ]);
  const strategy = seen.kind === "seen" ? strategyOf(target, seen) : null;
  const percent = percentOf(seen, strategy);
  const own = preflight(target, seen, percent);
  const unfit =
    own.kind === "refused" ? own.refusals : audienceRefusals(gate, own.record, segments, undefined);
  const refused = [...unfit, ...refusals];
  return {
    percent,
    ...coveredBy(gate, segmentIdsOf(gate, segments), strategy, percent),
    unreadable: seen.kind === "unreadable" ? seen.detail : null,
    ...lastChange(events ?? [], target, strategy),
    remarks: [
      ...new Set(refused.map(({ code, message }) => `a ramp could not start: ${message} (${wayOut(code)})`)),
      ...(events === null ? ["when the flag last changed is not known: its event log cannot be read"] : []),
    ],
  };
}

/** A step with a segment is covered by all of that, and by nothing else. */
function coveredBy(
  gate: Gate,
  ids: { readonly segments?: SegmentIds },
  strategy: StrategySeen | null,
  percent: Percent | null,
): Pick<FlagStanding, "step" | "whom"> {
  if (percent === null || strategy === null) return { step: 0 };
  const whom = whomShown(gate, ids, strategy);
  if (whom === undefined) return { step: highestStepAt(gate, percent) };
  const shown = audienceShown(gate, ids, strategy) ?? undefined;
  return { whom, step: percent === 100 ? stepWith(gate, ids, shown, strategy) : 0 };
}

/** Nobody is exposed where the environment is off or the strategy disabled, whatever its percent. */
function percentOf(seen: FlagObservation, strategy: StrategySeen | null): Percent | null {
  if (seen.kind !== "seen" || strategy === null) return null;
  return seen.environmentEnabled && !strategy.disabled ? parseRollout(strategy.rollout ?? "") : 0;
}

/** The newest events that changed how many are exposed; older than the log's newest few, no settle still runs. */
function lastChange(
  events: readonly FlagEvent[],
  target: FlagTarget,
  strategy: StrategySeen | null,
): LastChange {
  let changedAt: Instant | null = null;
  let raisedAt: Instant | null = null;
  for (const event of events) {
    if (event.environment !== target.environment) continue;
    const effect = effectOf(event, strategy);
    if (effect === "none") continue;
    changedAt = event.at;
    if (effect === "raised") raisedAt = event.at;
  }
  return { changedAt, raisedAt };
}

function effectOf(event: FlagEvent, strategy: StrategySeen | null): "none" | "raised" | "lowered" {
  if (event.type === "feature-environment-enabled") return "raised";
  if (event.type === "feature-environment-disabled") return "lowered";
  if (strategy === null || event.strategyId !== strategy.id) return "none";
  const before = parseRollout(event.rolloutBefore ?? "0") ?? 0;
  const after = parseRollout(event.rolloutAfter ?? "0") ?? 0;
  if (before === after) return "none";
  return after > before ? "raised" : "lowered";
}
