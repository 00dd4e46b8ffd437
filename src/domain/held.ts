import { type FlagPlace, isSamePlace } from "./flag.ts";
import type { Definition, Gate } from "./gate.ts";
import type { GateRecord } from "./record.ts";

/** A record and a gate as far as it matters whose flag is held. */
type Holder = Pick<GateRecord, "gate" | "flag">;

/** The flag on record where the definition names another, or none: a name is not used for two flags at a time. */
export function otherFlagHeld({ flag }: Holder, gate: Pick<Gate, "flag">): FlagPlace | null {
  const place = flag?.place;
  if (place === undefined) return null;
  return gate.flag !== null && isSamePlace(place, gate.flag) ? null : place;
}

/** Why nothing starts while the newest file names another flag than the one on record; null where it does not. */
export function heldElsewhere(gate: Gate, record: Holder, newest: Definition | null): string | null {
  const held = otherFlagHeld(record, newest?.gate ?? gate);
  if (held === null) return null;
  const { name } = gate;
  return `${heldText(name, held)}; ${releaseText(name)}`;
}

export function heldText(gate: string, { name, environment }: FlagPlace): string {
  return `the file names another flag, and ${gate} still holds ${name} in ${environment}`;
}

export function releaseText(gate: string): string {
  return `rampart release ${gate}, or put the flag back into the file`;
}
