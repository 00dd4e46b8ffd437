import type { Instant } from "./instant.ts";
import type { Percent } from "./percent.ts";
import type { Principal, Scope } from "./principal.ts";
import type { RampState } from "./ramp.ts";

/** What a person or a machine may tell a gate to do. `approve` has its own form: it names the evidence in view. */
export const ACTIONS = [
  "start",
  "act",
  "observe",
  "pause",
  "resume",
  "advance",
  "rollback",
  "reject",
  "restart",
  "adopt-flag",
  "adopt-definition",
  "restore",
  "abort",
  "finish",
  "release",
  "retire",
] as const;

export type ActionName = (typeof ACTIONS)[number];

/** Scopes any one of which allows the action. */
export const ACTION_SCOPES: Readonly<Record<ActionName, readonly Scope[]>> = {
  start: ["start"],
  act: ["operate"],
  observe: ["operate"],
  pause: ["stop"],
  resume: ["operate"],
  advance: ["advance"],
  rollback: ["stop", "operate", "approve", "adopt"],
  reject: ["stop", "approve"],
  restart: ["operate"],
  "adopt-flag": ["adopt"],
  "adopt-definition": ["adopt"],
  restore: ["adopt"],
  abort: ["operate"],
  finish: ["operate"],
  release: ["operate"],
  retire: ["operate"],
};

export type Command = {
  readonly gate: string;
  readonly action: ActionName;
  readonly reason: string;
  readonly by: Principal;
  /** `start --at`: the declared step the flag already stands at. */
  readonly at: Percent | null;
  /** `start --change`: told twice with the same value it has no further effect. */
  readonly change: string | null;
  /** `pause --until`: when it goes on by itself. */
  readonly until: Instant | null;
};

export type ApproveCommand = {
  readonly gate: string;
  readonly by: Principal;
  /** The step the approval lets the ramp enter, counted from 1. */
  readonly step: number;
  /** The decision whose evidence the person had in view. */
  readonly decision: string;
  readonly verdict: "approve" | "not-yet";
  readonly reason: string;
};

/** One person's word for a promise of the gate, in the words of its file. */
export type PromiseCommand = {
  readonly gate: string;
  readonly by: Principal;
  readonly says: string;
  readonly reason: string;
};

/** Why a command was not carried out; each door has one table from code to status. */
export type RefusalCode =
  | "unknown-gate"
  | "forbidden"
  | "illegal-move"
  | "watch-only"
  | "not-ready"
  | "flag"
  | "preflight"
  | "cooldown"
  | "no-request"
  | "stale-evidence"
  | "not-eligible"
  | "signals"
  | "conflict";

export type CommandOutcome =
  | { readonly kind: "done"; readonly decision: string; readonly state: RampState; readonly message: string }
  | {
      readonly kind: "refused";
      readonly code: RefusalCode;
      readonly message: string;
      readonly state: RampState | null;
      /** Actions that are legal from that state. */
      readonly legal: readonly ActionName[];
    };
