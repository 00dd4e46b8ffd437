import type { Gate } from "../domain/gate.ts";
import { type Instant, type Millis, SECOND } from "../domain/instant.ts";
import type { GateRecord } from "../domain/record.ts";

/** The backoff of a rollback that Unleash has not taken yet never exceeds this. */
const GREATEST_BACKOFF: Millis = 10 * SECOND;
/** A process that starts has looked at every gate within this time. */
const FIRST_WITHIN: Millis = 3 * SECOND;
/** While a rollback waits for its second look, the next pass is at most this far away. */
const VERIFY_EVERY: Millis = 5 * SECOND;

/** When the gate is due again after a pass at `now`: slots of `every`, shifted by a hash of the name so that gates spread. */
export function nextDue(gate: Gate, record: GateRecord, now: Instant): Instant {
  const slot = nextSlot(gate.name, gate.everyMs, now);
  const { ramp } = record;
  if (ramp.state !== "rolling-back") return slot;
  if (record.intention === null) return Math.min(slot, now + VERIFY_EVERY);
  const backoff = Math.min(GREATEST_BACKOFF, Math.max(SECOND, now - ramp.since));
  return Math.min(slot, now + backoff);
}

/** When a gate that this process has not seen yet is due: soon, for a rollback may wait in its record, but not all at once. */
export function firstDue(name: string, everyMs: Millis, now: Instant): Instant {
  return Math.min(nextSlot(name, everyMs, now), now + (hashOf(name) % FIRST_WITHIN));
}

/** The first slot of the gate that lies after `now`. */
export function nextSlot(name: string, everyMs: Millis, now: Instant): Instant {
  const offset = hashOf(name) % everyMs;
  return (Math.floor((now - offset) / everyMs) + 1) * everyMs + offset;
}

/** Slots that went by unused between the one that was due and now. They are counted, never replayed. */
export function missedSlots(everyMs: Millis, due: Instant, now: Instant): number {
  return Math.max(0, Math.floor((now - due) / everyMs));
}

/** FNV-1a, 32 bit: spreads names evenly and is the same in every process. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash;
}
