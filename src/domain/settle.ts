import type { Signal } from "./gate.ts";
import type { Millis } from "./instant.ts";

/**
 * How long after a change of exposure a reading of this signal still shows the past, whatever its value.
 * Never shorter than the time until SDKs have seen the change; where it is derived, two scrapes more.
 */
export function settleOf(signal: Signal, propagationMs: Millis, scrapeIntervalMs: Millis): Millis {
  if (signal.settleMs !== null) return Math.max(signal.settleMs, propagationMs);
  const ofTheData = signal.lagMs + Math.max(2 * (signal.periodMs ?? 0), signal.windowMs);
  return Math.max(ofTheData, propagationMs + 2 * scrapeIntervalMs);
}
