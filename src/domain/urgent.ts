import type { GateRecord } from "./record.ts";

/** Whether a record takes exposure back or keeps it from growing: what must be kept even where there is hardly any room. */
export function isUrgent({ intention, ramp }: Pick<GateRecord, "intention" | "ramp">): boolean {
  if (intention?.kind === "raise") return false;
  return intention?.kind === "lower" || ["paused", "halted", "rolling-back", "draining"].includes(ramp.state);
}
