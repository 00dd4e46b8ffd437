import type { Problem } from "../../domain/problem.ts";
import type { EffectiveLine } from "../../gatefile/effective/line.ts";

/** What `rampart show` asks for. */
export type ShowRequest = {
  /** A gate file, or the name of a gate in the folder of gates. */
  readonly target: string;
  /** Names the configuration (`RAMPART_CONFIG`). */
  readonly env: Readonly<Record<string, string | undefined>>;
};

export type ShowOutcome =
  | { readonly kind: "shown"; readonly lines: readonly EffectiveLine[] }
  /** The gate cannot be used. */
  | {
      readonly kind: "faulty";
      readonly problems: readonly Problem[];
      /** Text of every file that was read, by the path its problems name. */
      readonly texts: ReadonlyMap<string, string>;
    }
  /** There is no such gate, and what to give instead. */
  | { readonly kind: "unusable"; readonly message: string };
