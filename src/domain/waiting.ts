import type { ActionName } from "./command.ts";
import type { Instant } from "./instant.ts";
import type { Drift, GateRecord } from "./record.ts";
import { isExposed } from "./shrink.ts";
import { standsAtZero } from "./transition.ts";

export const WAITING_KINDS = [
  "approval",
  "halted",
  "paused",
  "drift",
  "draining",
  "drain-overdue",
  "late-rollback",
  "blind",
  "definition-changed",
  "definition-gone",
  "definition-invalid",
] as const;

export type WaitingKind = (typeof WAITING_KINDS)[number];

/** What may be typed: an action with its reason, or a question. */
export type Order = ActionName | "approve" | "promise" | "lint" | "status" | "explain";

/** Something at a gate that goes on only when somebody does something. */
export type Waiting = {
  readonly kind: WaitingKind;
  readonly message: string;
  /** Null where it is not recorded. */
  readonly since: Instant | null;
  /** When it changes by itself: a deadline, the end of a pause, an expiry. Null: it waits for as long as it takes. */
  readonly until: Instant | null;
  /** What settles it, the likeliest first; where the mend lies outside Rampart, what shows more of it. */
  readonly orders: readonly Order[];
};

/** A flag that is gone cannot be taken as it is; all other drift can. */
export function settling(drift: readonly Drift[]): readonly Order[] {
  const kinds = drift.map(({ kind }) => kind);
  if (kinds.includes("flag-gone")) return [];
  return kinds.includes("raised") ? ["adopt-flag", "restore"] : ["adopt-flag"];
}

/** What ends the run: where nobody is exposed there is nothing to roll back. */
export function ending(record: GateRecord): "abort" | "rollback" {
  return standsAtZero(record) && !isExposed(record) ? "abort" : "rollback";
}
