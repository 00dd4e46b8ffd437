import type { Signal } from "./gate.ts";
import type { Percent } from "./percent.ts";

/** What a ramp does in a flow: where, and to which entities. */
export type Touch = {
  readonly flow: string;
  readonly stage: string;
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  /** No other ramp of the flow may run beside it. */
  readonly exclusive: boolean;
  /** From this percent on it keeps nobody else out; null: until it is settled. */
  readonly until: Percent | null;
};

/** What must hold before every increase, beside what people promise. */
export type Requirement =
  /** Every consumer named speaks this version of the contract. */
  | {
      readonly kind: "contract";
      readonly contract: string;
      readonly speaks: string;
      readonly by: readonly string[];
    }
  /** The signal meets its `advance` limit. */
  | { readonly kind: "signal"; readonly signal: Signal }
  /** The other gate's ramp is at 0 % or has finished. */
  | { readonly kind: "gate"; readonly gate: string; readonly is: "settled" }
  /** A rollback has left no more to repair in the flow than it tolerates. */
  | { readonly kind: "no-debt"; readonly flow: string };
