import type { Signal } from "./gate.ts";
import type { Millis } from "./instant.ts";

/** What is called to repair: a webhook of the configuration, at most so often, once for each of what it repairs. */
export type Repair = {
  readonly webhook: string;
  /** Null: as fast as it answers. */
  readonly rate: { readonly calls: number; readonly per: "s" | "m" | "h" } | null;
  /** The field by which a call that is repeated is known. */
  readonly idempotencyKey: string | null;
};

/** One thing to clean up after a rollback. */
export type ReconcileTask = {
  readonly task: string;
  /** The task is done when this meets its `advance` limit; null: when its webhook has answered, or a person says so. */
  readonly until: Signal | null;
  /** Due this long after the rollback; null: never overdue. */
  readonly withinMs: Millis | null;
  readonly owner: string | null;
  readonly runbook: string | null;
  readonly run: Repair | null;
  /** `exposed`: only what carries the flag's stamp. */
  readonly scope: "exposed" | "all";
  /** People do it; nothing is called. */
  readonly manual: boolean;
};
