import { z } from "zod";
import type { Instant, Millis } from "../domain/instant.ts";
import { SECOND } from "../domain/instant.ts";

/** On the wire every instant is UTC, RFC 3339. */
export const timeSchema = z.iso.datetime();

export function isoTime(at: Instant): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

export function isoTimeOrNull(at: Instant | null): string | null {
  return at === null ? null : isoTime(at);
}

/** Whole seconds, rounded up so that nobody comes back too early. */
export function wholeSeconds(duration: Millis): number {
  return Math.max(0, Math.ceil(duration / SECOND));
}
