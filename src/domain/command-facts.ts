import type { SegmentsSeen } from "./audience-preflight.ts";
import type { FlagObservation } from "./flag.ts";
import type { DefinitionFacts } from "./because.ts";
import type { Instant } from "./instant.ts";
import type { ServerRefusalCode } from "./way-out.ts";
import type { Writer } from "./transition.ts";

/** What a command is carried out with. */
export type CommandFacts = Writer & {
  readonly now: Instant;
  readonly decision: string;
  readonly runId: string;
  readonly definition: DefinitionFacts;
  /** Null where the command does not wait for Unleash. */
  readonly observation: FlagObservation | null;
  /** What only the server could refuse, asked before a start. */
  readonly serverRefusals: readonly { readonly code: ServerRefusalCode; readonly message: string }[];
  /** Other gates that drive the strategy this one would. */
  readonly rivals: readonly string[];
  /** Absent where no run begins, or its steps name no segment. */
  readonly segments?: SegmentsSeen;
};
