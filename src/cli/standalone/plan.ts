import type { Gate } from "../../domain/gate.ts";
import type { Problem } from "../../domain/problem.ts";
import type { GatePlan } from "../../trial/plan/plan.ts";
import type { Places } from "./places.ts";

/** What `rampart plan` is to look at. */
export type PlanRequest = {
  /** A gate file, a folder of gates, or the name of a gate in the folder of gates. */
  readonly target: string;
  readonly places: Places;
  /** Only gates whose files, libraries and profiles included, changed since this branch left this; null: all. */
  readonly changedSince: string | null;
};

export type Planned = { readonly gate: Gate; readonly plan: GatePlan };

export type PlanOutcome =
  | {
      readonly kind: "planned";
      readonly planned: readonly Planned[];
      /** Names that the files are given because no configuration says others, by the keys that hold them. */
      readonly onTrust: Readonly<Record<string, string>>;
      /** What nobody was asked about, because nothing names whom to ask. */
      readonly remarks: readonly string[];
    }
  | {
      readonly kind: "faulty";
      readonly problems: readonly Problem[];
      /** Text of every file that was read, by the path its problems name. */
      readonly texts: ReadonlyMap<string, string>;
    }
  /** Nothing was planned, and what to give instead. */
  | { readonly kind: "unusable"; readonly message: string };
