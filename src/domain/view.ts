import type { StatusAnswer } from "./answer.ts";
import type { Gate } from "./gate.ts";
import type { DefinitionFacts } from "./because.ts";
import type { Problem } from "./problem.ts";
import type { Approval, GateRecord } from "./record.ts";

/** One gate as people see it: definition, record, and the answer to "may it advance" as of its last pass. */
export type GateView = {
  readonly name: string;
  /** Null for a gate whose file is gone and whose pinned definition is gone with it. */
  readonly gate: Gate | null;
  readonly definition: Pick<DefinitionFacts, "hash" | "status">;
  readonly problems: readonly Problem[];
  readonly record: GateRecord;
  readonly status: StatusAnswer;
  /** The request for approval that is open now, if one is. */
  readonly request: {
    readonly step: number;
    readonly decision: string;
    readonly needed: readonly string[];
    readonly given: readonly Approval[];
  } | null;
};
