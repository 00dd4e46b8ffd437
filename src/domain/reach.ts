import { audienceShown, audienceText, constrainedBy, hasAudiences, segmentsOf, shows } from "./audience.ts";
import type { FlagRecord, StrategySeen } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { stepText } from "./percent.ts";
import type { Exposure, GateRecord, Run } from "./record.ts";

/** How far a flag reaches, in words: a percent of everybody, or of those named. */
export function reachText(percent: number, whom: string | undefined): string {
  if (whom === undefined || percent === 0) return `${percent}%`;
  return percent === 100 ? whom : `${stepText(percent)} of ${whom}`;
}

/** Of whom the percents of a gate's flag are, in words: what was found, else what is on record. Undefined: everybody. */
export function whomOf({ exposure, flag }: Pick<GateRecord, "exposure" | "flag">): string | undefined {
  if (exposure.reach !== undefined) return exposure.reach ?? undefined;
  return flag?.audience === undefined ? undefined : audienceText(flag.audience);
}

/** The same as an optional field. */
export function whomIn(record: Pick<GateRecord, "exposure" | "flag">): { readonly audience?: string } {
  const audience = whomOf(record);
  return audience === undefined ? {} : { audience };
}

/** Whom a strategy reaches, in words, by the names that a gate's steps have for them; undefined: all for whom it is. */
export function whomShown(
  gate: Gate,
  run: Pick<Run, "segments"> | null,
  strategy: Pick<StrategySeen, "constraints" | "segments" | "stickiness">,
): string | undefined {
  if (!hasAudiences(gate) || shows(strategy, undefined)) return undefined;
  const known = audienceShown(gate, run, strategy);
  if (known !== null && known !== undefined) return audienceText(known);
  const ids = segmentsOf(strategy);
  const fields = constrainedBy(strategy);
  const segments = ids.length === 0 ? "" : `${ids.length === 1 ? "segment" : "segments"} ${ids.join(", ")}`;
  if (fields.length === 0) return segments;
  const constraints = `${fields.length === 1 ? "a constraint" : "constraints"} on ${fields.join(", ")}`;
  return segments === "" ? `those within ${constraints}` : `${segments} within ${constraints}`;
}

export function withoutReach({ reach: _reach, ...exposure }: Exposure): Exposure {
  return exposure;
}

/** The exposure with whom the strategy was found to reach, where that is not what is on record. */
export function withReach(
  gate: Gate,
  exposure: Exposure,
  run: Pick<Run, "segments"> | null,
  flag: FlagRecord | null,
  strategy: StrategySeen | null,
): Exposure {
  const rest = withoutReach(exposure);
  const isBare = flag === null && strategy !== null && shows(strategy, undefined);
  const isOnRecord = flag !== null && strategy !== null && shows(strategy, flag.audience);
  if (!hasAudiences(gate) || strategy === null || isBare || isOnRecord) return rest;
  return { ...rest, reach: whomShown(gate, run, strategy) ?? null };
}
