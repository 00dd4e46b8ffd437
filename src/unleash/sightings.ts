import type { StrategySeen } from "../domain/flag.ts";
import type { FlagTarget } from "../domain/gate.ts";

/**
 * The strategies that the admin API showed last, by flag and environment. The SDKs' payload names no strategy, so what
 * an SDK evaluates can be told apart only beside them. A cache: the first observation after a start fills it.
 */
export type Sightings = {
  remember(target: FlagTarget, strategies: readonly StrategySeen[]): void;
  last(target: FlagTarget): readonly StrategySeen[] | null;
};

export function createSightings(): Sightings {
  const byPlace = new Map<string, readonly StrategySeen[]>();
  return {
    remember(target, strategies) {
      byPlace.set(placeOf(target), strategies);
    },
    last: (target) => byPlace.get(placeOf(target)) ?? null,
  };
}

function placeOf({ server, name, environment }: FlagTarget): string {
  return JSON.stringify([server, name, environment]);
}
