import type { DatabaseSync } from "node:sqlite";

import { rows } from "../rows.ts";

/** Where an order may go from each state; export_failed is left only by a replay that succeeds. */
export const OMS_LIFECYCLE = {
  received: ["paid"],
  paid: ["exporting"],
  exporting: ["posted", "export_failed"],
  posted: ["released"],
  released: ["shipped"],
  shipped: [],
  export_failed: ["posted"],
} as const satisfies Record<string, readonly string[]>;

export type OmsState = keyof typeof OMS_LIFECYCLE;
export const OMS_STATES = Object.keys(OMS_LIFECYCLE) as OmsState[];
/** States an order does not have to leave. */
export const OMS_FINAL_STATES: readonly OmsState[] = ["shipped", "export_failed"];

export type Lifecycle = {
  begin(ref: string, now: number): void;
  /** Moves the order; false (and recorded as invalid) when the lifecycle does not allow it. */
  move(ref: string, to: OmsState, now: number): boolean;
};

export function createLifecycle(db: DatabaseSync): Lifecycle {
  const look = db.prepare("SELECT state FROM oms_order WHERE ref = :ref");
  const enter = db.prepare(
    `UPDATE oms_order SET state = :to, entered_at = :now, revision = revision + 1,
       paid_at = CASE WHEN :to = 'paid' THEN :now ELSE paid_at END,
       posted_at = CASE WHEN :to = 'posted' THEN :now ELSE posted_at END
     WHERE ref = :ref`,
  );
  const record = db.prepare(
    `INSERT INTO oms_transition (order_ref, from_state, to_state, result, at)
     VALUES (:ref, :from, :to, :result, :now)`,
  );

  return {
    begin: (ref, now) => void record.run({ ref, from: "", to: "received", result: "ok", now }),
    move: (ref, to, now) => {
      const from = rows<{ state: string }>(look, { ref })[0]?.state ?? "";
      const allowed = isAllowed(from, to);
      record.run({ ref, from, to, result: allowed ? "ok" : "invalid", now });
      if (allowed) enter.run({ ref, to, now });
      return allowed;
    },
  };
}

function isAllowed(from: string, to: OmsState): boolean {
  const next: readonly string[] | undefined = (OMS_LIFECYCLE as Record<string, readonly string[]>)[from];
  return next?.includes(to) ?? false;
}
