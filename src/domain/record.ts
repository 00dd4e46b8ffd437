import type { DeployNoted } from "./change.ts";
import type { SegmentIds } from "./audience.ts";
import type { FlagRecord, PinnedAudience } from "./flag.ts";
import type { Instant, Millis } from "./instant.ts";
import type { Percent } from "./percent.ts";
import type { Outcomes } from "./proof-evidence.ts";
import type { Ramp } from "./ramp.ts";
import type { WriteToken } from "./token.ts";
import type { Because } from "./verdict.ts";

/** How long one limit has been breached. `at` is the previous pass's instant while that pass breached it, else null. */
export type LimitClock = {
  readonly ms: Millis;
  readonly at: Instant | null;
  /** Breaching runs counted by new watermarks. */
  readonly runs: number;
  /** Watermark of the last counted run. */
  readonly runAsOf: Instant | null;
};

/** The clocks of one signal; stored, so that a restart forgets nothing. */
export type SignalClock = {
  readonly halt: LimitClock;
  readonly rollback: LimitClock;
  readonly unknownSince: Instant | null;
  /** Missing passes in a row without a gap longer than 3 x every between them. */
  readonly missingStreak: number;
  /** A resume acknowledged this signal's halt at this instant; cleared once the halt limit is unbreached. */
  readonly acknowledgedAt: Instant | null;
  /** When a step back that this signal ordered was seen as set. Absent: it ordered none since exposure last changed. */
  readonly steppedBackAt?: Instant;
};

/** A write that was decided and recorded, and is not yet known to have happened or not. */
export type Intention = {
  /**
   * `rotate` leaves the percent at 0 and writes the run's `cohort`; `refit` leaves it at 0 and writes `audience`; `park`
   * brings it to 0, so that the audience can change; `release` leaves it and takes our token out of the title.
   */
  readonly kind: "raise" | "lower" | "retoken" | "restore" | "rotate" | "park" | "refit" | "release";
  readonly from: Percent | null;
  readonly to: Percent;
  readonly token: WriteToken;
  readonly title: string;
  readonly decision: string;
  readonly at: Instant;
  /** The step a raise enters. */
  readonly step: number;
  /** What a refit puts in. Absent: it takes out what is there. */
  readonly audience?: PinnedAudience;
  /** The raise that a park or a refit makes way for. Absent: none. */
  readonly onward?: Onward;
};

/** A raise that the audience has to change for. Its token is set apart when it is decided. */
export type Onward = {
  readonly to: Percent;
  readonly step: number;
  readonly sequence: number;
  /** Absent: everybody. */
  readonly audience?: PinnedAudience;
};

export type Approval = {
  readonly person: string;
  readonly groups: readonly string[];
  readonly step: number;
  readonly definition: string;
  /** The decision whose evidence the person had in view. */
  readonly decision: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
  readonly reason: string;
};

/** A promise as one person gave it. It rests on no evidence, so none ends it. */
export type PromiseGiven = {
  readonly person: string;
  /** The group that was asked. */
  readonly by: string;
  readonly says: string;
  readonly definition: string;
  readonly at: Instant;
  /** Null: it does not expire. */
  readonly expiresAt: Instant | null;
  readonly reason: string;
};

/** The run of one flag's exposure through its steps. */
export type Run = {
  readonly id: string;
  readonly startedAt: Instant;
  readonly startedBy: string;
  readonly change: string | null;
  /** Hash of the definition the run is pinned to. */
  readonly definition: string;
  readonly approvals: readonly Approval[];
  /** Approvals of a newest definition that is looser than the one the run is pinned to. */
  readonly adoptions: readonly Approval[];
  /** Set by a person's decrease: exposure never rises above it until a person lifts it. */
  readonly ceiling: Percent | null;
  /** The groupId that this run wants before it exposes anybody; null: the one it found. */
  readonly cohort: string | null;
  /** Ids of the segments that its steps name. Absent: they name none. */
  readonly segments?: SegmentIds;
  /** Since when nobody had been exposed as it began; null: nobody ever was. Absent: it is not known, or nothing asks for it. */
  readonly unexposed?: { readonly since: Instant | null };
};

/** A difference between the flag as recorded and as read back that we did not make. */
export type DriftKind =
  | "lowered-to-zero"
  | "environment-off"
  | "lowered"
  | "raised"
  | "title"
  | "foreign-token"
  | "restored-store"
  | "audience"
  | "strategy-added"
  | "strategy-gone"
  | "flag-gone"
  | "rollout-unreadable"
  | "unmanaged";

export type Drift = {
  readonly kind: DriftKind;
  readonly message: string;
  /** Percent read back, where there is one. */
  readonly observed: Percent | null;
  /** Name of the person or client in Unleash's event log; null when the log does not say. */
  readonly by: string | null;
  readonly at: Instant;
};

/** Exposure of the gate's flag as far as this record knows. */
export type Exposure = {
  readonly wanted: Percent | null;
  /** Read back from the admin API. */
  readonly set: Percent | null;
  /** When *set* was last verified to equal wanted; the hold clock starts here. */
  readonly setAt: Instant | null;
  /** Evaluated by an SDK of the environment. */
  readonly served: Percent | null;
  /** Last change of exposure by anybody; settle runs from here. */
  readonly changedAt: Instant | null;
  /** Last increase by anybody: an alert that fired before it was not caused by it. */
  readonly raisedAt: Instant | null;
  /**
   * Of whom *set* is a percent, in words, where a gate with segments in its steps finds others than are on record; null:
   * everybody. Absent: what is on record.
   */
  readonly reach?: string | null;
};

/** In observe mode: from when on Rampart would have done something, at which exposure, and why. */
export type Would = {
  readonly at: Instant;
  readonly would: "advance" | "halt" | "rollback" | null;
  readonly set: Percent | null;
  readonly message: string;
};

export type LastPass = {
  readonly at: Instant;
  /** Whether this pass may count towards hold or bake (verdict good, or wait only for short or settling). */
  readonly counted: boolean;
  /** Whether a signal stood at halt, so that the halt deadline runs. */
  readonly alarmed: boolean;
  /** Whether the wall clock was known to be wrong, or was set back, and nothing has shown since that it is right. */
  readonly astray: boolean;
  readonly decision: string;
  /** The maintenance this pass knew to be under way at the gate's sources. Absent: none. */
  readonly maintenance?: readonly { readonly source: string; readonly id: string }[];
};

/** Outcomes counted since the present exposure was set, each exactly once. */
export type ProofCounted = {
  /** The counters they are of; null: nothing has been counted yet. */
  readonly of: string | null;
  /** The exposure that was set then. */
  readonly since: Instant;
  /** From when these are counted: then, or when the proof began anew. */
  readonly from: Instant;
  /** Up to when everything is counted. */
  readonly upTo: Instant;
  readonly candidate: Outcomes;
  readonly control: Outcomes;
};

/** Everything kept about one gate between passes. One row; replaced whole, guarded by `version`. */
export type GateRecord = {
  readonly gate: string;
  /** Raised by the store at each commit; a commit names the version it was computed from. */
  readonly version: number;
  /** Last sequence used in a write token. */
  readonly sequence: number;
  /** Claim epoch under which this record was last written to Unleash; another epoch writes a new token first. */
  readonly epoch: number;
  /** Last sequence of all epochs before this one: a token of an older epoch beyond it was issued in a future that is lost. */
  readonly olderSequence: number;
  readonly acting: { readonly by: string; readonly at: Instant } | null;
  readonly ramp: Ramp;
  readonly run: Run | null;
  /** Approvals for starting at the step the flag already stands at, given before a run begins. */
  readonly entryApprovals: readonly Approval[];
  /** What people promised once, for every run of the definition in force. */
  readonly promises: readonly PromiseGiven[];
  readonly flag: FlagRecord | null;
  readonly exposure: Exposure;
  readonly holdMs: Millis;
  readonly bakeMs: Millis;
  /** What the step has been proven by so far. Absent: nothing has been counted. */
  readonly proof?: ProofCounted;
  /** By the name of the signal, or by `alert:` and the guard's `match`. */
  readonly clocks: Readonly<Record<string, SignalClock>>;
  readonly intention: Intention | null;
  /** Drift that waits for a person; empty when none. */
  readonly drift: readonly Drift[];
  /** Until when every pass re-asserts that exposure is at most what was recorded. */
  readonly reassertUntil: Instant | null;
  readonly lastPass: LastPass | null;
  /** The last deploy of the gate's own service. */
  readonly deploy: DeployNoted | null;
  /** The last changes of what Rampart would have done while it only observed, oldest first. */
  readonly woulds: readonly Would[];
  /** Why the gate stood where it stood at the last pass. */
  readonly because: readonly Because[];
};
