import type { PromQL, Signal } from "./gate.ts";
import type { Millis } from "./instant.ts";
import type { Percent } from "./percent.ts";

/** What moves along a flow: where its record is kept, who owns it, and under which contract systems exchange it. */
export type Entity = {
  readonly name: string;
  /** The system of record. */
  readonly record: string;
  readonly owner: string | null;
  readonly contract: string | null;
};

export type FlowPolicy = {
  /** How much of everybody two or more ramps together may have on unproven paths. */
  readonly unproven: Percent;
  /** How much of that a ramp uses that stands at its last step and bakes. */
  readonly bakeCounts: Percent;
  /** Least time between two increases in the flow; auto: the longest settle of the ramps that are under way. */
  readonly separation: "auto" | { readonly ms: Millis };
  /** Who goes first of those that wait. */
  readonly tieBreak: readonly ("priority" | "oldest")[];
  /** What a breaker does that no ramp can be blamed for. */
  readonly unattributed: "halt-all" | "rollback-latest" | "rollback-all";
};

/** How much may be left to repair before nothing more may grow, and who can let it pass. */
export type DebtPolicy = { readonly tolerate: number; readonly waiver: string | null };

/** One revenue path that several ramps may touch, as its file says it. */
export type Flow = {
  readonly name: string;
  readonly title: string | null;
  readonly owner: string | null;
  readonly oncall: string | null;
  /** In the order in which an entity passes them. */
  readonly stages: readonly string[];
  readonly integrations: readonly string[];
  readonly entities: readonly Entity[];
  /** The stage that a deploy of each service concerns. */
  readonly services: readonly { readonly service: string; readonly stage: string }[];
  /** Money per hour, shown to people who approve. */
  readonly value: PromQL | null;
  readonly policy: FlowPolicy;
  /** Guards that hold for every ramp in the flow. */
  readonly breakers: readonly Signal[];
  /** Damage so fast that everything unproven goes back at once. */
  readonly panic: readonly Signal[];
  /** Names of windows. */
  readonly calendars: readonly string[];
  readonly debt: DebtPolicy;
};
