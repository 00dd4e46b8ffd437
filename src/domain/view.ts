import type { StatusAnswer } from "./answer.ts";
import type { Gate } from "./gate.ts";
import type { DefinitionFacts } from "./because.ts";
import type { Instant } from "./instant.ts";
import type { Maintenance } from "./maintenance.ts";
import type { Problem } from "./problem.ts";
import type { Approval, GateRecord } from "./record.ts";

/** One gate as people see it: definition, record, and the answer to "may it advance" as of its last pass. */
export type GateView = {
  readonly name: string;
  /** Null for a gate whose file is gone and whose pinned definition is gone with it. */
  readonly gate: Gate | null;
  readonly definition: DefinitionFacts;
  readonly problems: readonly Problem[];
  readonly record: GateRecord;
  readonly status: StatusAnswer;
  /** Sources of the gate that were dark at its last pass, with the instant since when; maintenance does not count. */
  readonly dark: ReadonlyMap<string, Instant>;
  /** What is under way at the sources of the gate. */
  readonly maintenance: readonly Maintenance[];
  /** The request for approval that is open now, if one is. */
  readonly request: {
    readonly step: number;
    /** Hash of a looser definition, where that is to be adopted; null: the step. */
    readonly adopts: string | null;
    readonly decision: string;
    readonly needed: readonly string[];
    readonly given: readonly Approval[];
  } | null;
};
