import type { OnDeploy } from "./change.ts";
import type { Requirement, Touch } from "./coupling.ts";
import type { DebtPolicy } from "./flow.ts";
import type { Millis } from "./instant.ts";
import type { Limit } from "./limit.ts";
import type { Matcher } from "./matcher.ts";
import type { Percent } from "./percent.ts";
import type { ReconcileTask } from "./reconcile.ts";
import type { BlindWindow } from "./window-time.ts";

/** What a door asks of a gate: may exposure grow, may a deploy go out, may the ramp end. */
export type Purpose = "advance" | "deploy" | "finish";

export type Unit = "ratio" | "count" | "seconds" | "none";

/** A PromQL text after substitution. */
export type PromQL = string;

/** How a signal's value is made: from one query, or as bad out of total so that counts are known and "no errors yet" is 0. */
export type Measure =
  | { readonly kind: "plain"; readonly query: PromQL }
  | { readonly kind: "counts"; readonly query: PromQL; readonly bad: PromQL; readonly total: PromQL }
  /** Selectors of raw counters, whose increments are added up exactly. */
  | {
      readonly kind: "counters";
      /** The same ratio as Prometheus would extrapolate it, for people who look it up. */
      readonly query: PromQL;
      readonly bad: PromQL;
      readonly total: PromQL;
      /** How far back it counts, and never beyond the last change of exposure. */
      readonly windowMs: Millis;
      readonly cohorts: Cohorts | null;
    };

/** Matchers that tell the counters of those who are exposed from those of everybody else, as they stand between braces. */
export type Cohorts = { readonly candidate: string; readonly control: string };

/** How long a signal may be missing before it halts and before it rolls back; null = never by this clock. */
export type MissingBounds = { readonly haltMs: Millis | null; readonly rollbackMs: Millis | null };

/** A named PromQL reading with its limits, everything resolved: library, parameters and defaults are already in. */
export type Signal = {
  readonly name: string;
  readonly title: string | null;
  readonly owner: string | null;
  readonly runbook: string | null;
  /** A name under `sources:` of the config. */
  readonly source: string;
  readonly measure: Measure;
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  /** Natural delay of the data. */
  readonly lagMs: Millis;
  /** How often the data changes; null when it has no period of its own. */
  readonly periodMs: Millis | null;
  /** Longest range behind a whole-flow ratio or rate; 0 for counts, ages and gauges. */
  readonly windowMs: Millis;
  /** As declared, or null: then settle is derived (see `settleOf`). */
  readonly settleMs: Millis | null;
  /** How many outcomes the value rests on; null when the signal states none. */
  readonly samples: PromQL | null;
  /** Number of bad outcomes behind a plain ratio, for `minBad`; null when not stated. */
  readonly bad: PromQL | null;
  /** Fewer samples than this make a ratio `short`. */
  readonly floor: number;
  /** Fewer bad outcomes than this can neither halt nor roll back. */
  readonly minBad: number;
  /** Watermark of the data, a Unix time in seconds; replaces the derived freshness. */
  readonly asOf: PromQL | null;
  /** An empty answer counts as 0 only while this query answers exactly one finite value above 0. */
  readonly emptyIsZeroWitness: PromQL | null;
  readonly gates: readonly Purpose[];
  /** Its outcomes are those that a step's `prove` counts. Absent: nobody said so. */
  readonly proves?: true;
  /** Windows in which it is neither proof nor alarm. Absent: none. */
  readonly except?: readonly BlindWindow[];
  /** Its newest sample is its watermark: only new data is a run, and what it says of a change comes after that. Absent: no. */
  readonly onNewData?: true;
  readonly missing: MissingBounds;
  readonly advance: Limit | null;
  readonly halt: Limit | null;
  readonly rollback: Limit | null;
};

/** What an alert in some state does to the gate; `ignore` leaves it out. */
export type AlertEffect = "ignore" | "wait" | "halt" | "rollback";

/** Alerting rules that exist already, as a guard: they can hold, halt or roll back, and never prove health. */
export type AlertGuard = {
  /** As written, e.g. `{service="checkout"}`; the guard goes by it. */
  readonly match: string;
  readonly matchers: readonly Matcher[];
  /** A name under `sources:` of the config. */
  readonly source: string;
  readonly pending: AlertEffect;
  readonly firing: AlertEffect;
  /** Of a firing alert with `severity="critical"`. */
  readonly critical: AlertEffect;
  /** Of a pending or firing alert that somebody silenced. */
  readonly silenced: "wait" | "ignore";
  /** While this answers exactly one finite value above 0, series a rule reads and that do not exist have nothing to report. */
  readonly witness: PromQL | null;
  readonly missing: MissingBounds;
};

/** One demand for approval to enter a step: `count` different people of group `by`. */
export type ApprovalDemand = {
  readonly by: string;
  readonly count: number;
  /** The author of the definition does not count. The starter of the ramp never does. */
  readonly notAuthor: boolean;
  readonly expiresMs: Millis;
  readonly onReject: "rollback" | "pause";
};

/** Something that people of group `by` promise once, in these words; it lasts for every run of the definition. */
export type PromiseDemand = {
  readonly by: string;
  /** How many different people. */
  readonly count: number;
  readonly says: string;
  /** Null: it does not expire. */
  readonly expiresMs: Millis | null;
  /** The step it is needed to enter, counted from 1; null: every step. */
  readonly step: number | null;
};

/** Whom a step reaches instead of a percent of everybody. */
export type Audience =
  /** A segment of Unleash by its name. */
  | { readonly kind: "segment"; readonly name: string }
  /** Those whose stickiness field has one of these values, in order; `label` is a name for people. */
  | { readonly kind: "values"; readonly label: string; readonly values: readonly string[] };

/** What a step has to exclude: a ratio of bad outcomes, or an excess of it over the control's. */
export type Prove = {
  /** As written. */
  readonly text: string;
  readonly ratio: number;
  /** Absent: the ratio itself. */
  readonly overControl?: true;
};

export type Step = {
  /** The strategy's `rollout`; 100 at a step with an audience: all of those. */
  readonly to: Percent;
  /** Absent: everybody. */
  readonly audience?: Audience;
  /** Least time at this step. */
  readonly holdMs: Millis;
  /** What must be excluded before the next step. Absent: nothing. */
  readonly prove?: Prove;
  /** Needed to enter this step; a list needs one of each, all different people. */
  readonly approve: readonly ApprovalDemand[];
  /** How much of everybody an audience is taken for in a flow's budget; absent: all that is left. */
  readonly share?: Percent;
  /** Exposure is varied at random around the step, so that harm stands out. Absent: it stands still. */
  readonly dither?: true;
};

/** The flag a ramp drives: one `flexibleRollout` strategy of one flag in one environment of one Unleash server. */
export type FlagTarget = {
  /** A name under `unleash:` of the config. */
  readonly server: string;
  readonly project: string;
  readonly name: string;
  readonly environment: string;
  /** Strategy id, or the team's own title of it; null: the one enabled `flexibleRollout` that is not a companion. */
  readonly strategy: string | null;
  /** Required stickiness; null: whatever the strategy has at start, pinned from then on. */
  readonly stickiness: string | null;
  /** Ids or titles of strategies that may stay enabled beside ours. */
  readonly also: readonly string[];
  /** Longest time until SDKs have seen a change. */
  readonly propagationMs: Millis;
  /** The service asks the flag once in the life of an entity. Absent: always. */
  readonly decide?: "once";
  /** Where the entity keeps which path it took. */
  readonly stamp?: string;
};

export type DataPolicy = {
  /** What a missing reading does at once. */
  readonly missing: "wait" | "halt" | "rollback";
  /** The source-dark clock: pages, halts, and rolls back only where `dark: rollback` says so. */
  readonly darkPageMs: Millis;
  readonly darkHaltMs: Millis | null;
  readonly darkRollbackMs: Millis | null;
};

export type DriftPolicy = {
  readonly raised: "halt" | "revert";
  readonly changed: "halt" | "rollback";
};

/** How often the evidence of a ramp may be wrong, each a share from 0 to 1. Absent: the default. */
export type EvidenceRates = {
  readonly falseHalt?: number;
  readonly falseRollback?: number;
  readonly falseAdvance?: number;
};

/** One gate file, parsed, checked and completed with defaults. JSON-serialisable: running ramps pin a copy of it. */
export type Gate = {
  readonly name: string;
  readonly title: string | null;
  readonly owner: string | null;
  readonly runbook: string | null;
  readonly change: string | null;
  readonly everyMs: Millis;
  /** `observe` in the file wins over everything; null leaves it to the `act` command. */
  readonly mode: "observe" | "act" | null;
  /** Null: watch-only. */
  readonly flag: FlagTarget | null;
  /** Increasing, those with an audience before the percents; empty for a watch-only gate. */
  readonly steps: readonly Step[];
  readonly bakeMs: Millis;
  readonly promises: readonly PromiseDemand[];
  readonly signals: readonly Signal[];
  readonly alerts: readonly AlertGuard[];
  /** The service whose deploys concern this gate, as CI names it. */
  readonly service: string | null;
  readonly onDeploy: OnDeploy;
  readonly data: DataPolicy;
  readonly drift: DriftPolicy;
  readonly haltDeadlineMs: Millis;
  readonly cooldownMs: Millis;
  /** How long those on the new path may take to finish there after a rollback. Absent: nobody waits for them. */
  readonly drainMs?: Millis;
  /** Whether a restart reaches other users first than the run before it; null: it does not. */
  readonly rotateCohort: true | null;
  /** What follows is read and has no effect yet (`unbuilt.ts`). Absent: the file does not say it. */
  readonly touches?: readonly Touch[];
  /** Names of windows. */
  readonly calendars?: readonly string[];
  readonly debt?: DebtPolicy;
  /** Who goes first of those that wait in a flow: the highest. Absent: 0. */
  readonly priority?: number;
  readonly requires?: readonly Requirement[];
  readonly evidence?: EvidenceRates;
  /** In the order in which they run after a rollback. */
  readonly reconcile?: readonly ReconcileTask[];
  /** A ramp begins by itself as soon as it may. Absent: by `rampart start`. */
  readonly start?: "auto";
};

/**
 * Who wrote the definition, read from `gates.lock`: the gate's own author, and those of the libraries and the profile it
 * draws on. Unknown asks for one more approver.
 */
export type Author =
  | { readonly kind: "known"; readonly people: readonly string[] }
  | { readonly kind: "unknown"; readonly why: string };

/** A gate as it stands on disk: the definition, its content hash and whether the newest file could be read. */
export type Definition = {
  readonly gate: Gate;
  /** `sha256:<hex>` of the resolved definition, so a changed library signal changes it too. */
  readonly hash: string;
  readonly author: Author;
};
