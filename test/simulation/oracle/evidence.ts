/*
 * What the oracle is given of one run: plain data from outside the controller. Nothing in this folder imports anything but
 * this folder. Every instant is of the peers' clock, in milliseconds, whatever the controller's own clock said.
 */

export type Evidence = {
  readonly seed: number;
  readonly endedAt: number;
  readonly definitions: readonly DefinitionFact[];
  /** The flag server's log of changes, in order. */
  readonly changes: readonly FlagChange[];
  /** The flag server's access log of the controller's requests, in order. */
  readonly requests: readonly FlagRequest[];
  /** What people and pipelines ordered, in the order they began. */
  readonly orders: readonly Order[];
  /** What the controller told people, in order. */
  readonly messages: readonly Message[];
  /** What Prometheus was scripted to say, from that instant on. */
  readonly readings: readonly ReadingSet[];
  /** Deploys that a pipeline told of, in the order they began. */
  readonly deploys: readonly DeployFact[];
  readonly faults: readonly FaultSpan[];
  /** What people ordered about maintenance of Prometheus, in the order they began. */
  readonly upkeep: readonly UpkeepOrder[];
  readonly answers: AnswersOfStore;
  readonly endings: readonly Ending[];
};

/** One definition of a gate, from the instant its file stood so. */
export type DefinitionFact = {
  readonly gate: string;
  readonly flag: string;
  readonly from: number;
  readonly everyMs: number;
  readonly steps: readonly StepFact[];
  readonly bakeMs: number;
  /** The longest settle of its signals. */
  readonly settleMs: number;
  /** How long a breach lasts before it halts or rolls back. */
  readonly lastsMs: number;
  /** Whether readings settle anew from a deploy of the gate's own service. */
  readonly deploySettles: boolean;
  readonly signals: readonly string[];
  /** Those of them whose `rollback` limit takes exposure one declared step down and no further. */
  readonly stepping: readonly string[];
  readonly guards: readonly string[];
  /** Null: nobody knows who wrote it. */
  readonly authors: readonly string[] | null;
  readonly haltDeadlineMs: number;
  /** What comes of a step that somebody rejects. */
  readonly rejectsTo: "rollback" | "pause";
  /** How long those on the new path may finish there after a rollback; null: nobody waits for them. */
  readonly drainMs: number | null;
  readonly promise: PromiseFact | null;
  /** Whether a restart gives the strategy a new groupId, which spreads users anew. */
  readonly rotates: boolean;
  /** A signal that is missing for so long rolls back. */
  readonly missingRollbackMs: number;
  /** A dark source is paged after this time. */
  readonly darkPageMs: number;
  /** A dark source rolls back after this time; null: never. */
  readonly darkRollbackMs: number | null;
};

/** What somebody of the group has to have promised: before one step, counted from 1, or before every one. */
export type PromiseFact = {
  readonly group: string;
  readonly step: number | null;
  /** Null: it does not expire. */
  readonly expiresMs: number | null;
};

/** The segments and constraints of a strategy that reaches just those of a step. */
export type Reach = { readonly segments: string; readonly constraints: string };

export type StepFact = {
  /** 0: a shadow step, in which signals are watched and nobody is exposed. */
  readonly to: number;
  /** Absent: everybody whom the strategy was for at the start. */
  readonly reach?: Reach;
  readonly holdMs: number;
  /** People of the group who must approve entering it. */
  readonly approvers: number;
  readonly group: string;
  readonly expiresMs: number;
};

export type StrategyFact = {
  readonly id: string;
  readonly title: string | null;
  readonly rollout: string | null;
  readonly groupId: string | null;
  readonly disabled: boolean;
  readonly segments?: string;
  readonly constraints?: string;
};

export type FlagState = {
  readonly enabled: boolean;
  readonly archived: boolean;
  readonly project: string;
  readonly strategies: readonly StrategyFact[];
};

export type FlagChange = {
  readonly at: number;
  readonly flag: string;
  /** `rampart`, or the name of a person. */
  readonly by: string;
  readonly before: FlagState;
  readonly after: FlagState;
  /** It went through 0 % to another audience, or made way for that. The log does not say so; the oracle finds it out. */
  readonly crossing?: true;
};

export type FlagRequest = {
  readonly at: number;
  readonly flag: string;
  /** Which process of the controller sent it. */
  readonly process: string;
  readonly kind: "read" | "percent" | "off";
  readonly strategy: string | null;
  readonly to: number;
  readonly title: string;
  readonly expecting: { readonly title: string | null; readonly rollout: number } | null;
};

export type Order = {
  readonly gate: string;
  readonly by: string;
  readonly groups: readonly string[];
  readonly what: string;
  /** Of an approval: the step it lets the ramp enter. */
  readonly step: number | null;
  readonly at: number;
  readonly heardAt: number;
  /** `none`: nobody heard what came of it, so it may have been carried out or not. */
  readonly answer: "done" | "refused" | "none";
  readonly code: string | null;
};

export type Message = { readonly at: number; readonly gate: string; readonly kind: string };

/** Somebody says that Prometheus is worked on, or that this is over. */
export type UpkeepOrder = {
  readonly at: number;
  readonly heardAt: number;
  /** Null: it is over. */
  readonly forMs: number | null;
  readonly answer: "done" | "none";
};

/** What a store that was held against another one answered; none of one that was not. */
export type AnswersOfStore = {
  readonly right: number;
  readonly wrong: readonly { readonly at: number; readonly what: string }[];
};

/** A deploy of the service of a gate. */
export type DeployFact = {
  readonly gate: string;
  readonly at: number;
  readonly heardAt: number;
  /** Whether the pipeline heard that it was taken. */
  readonly heard: boolean;
};

/** `stale`: the value stays good, and its newest sample is of the instant since which it says so. */
export type Said = "good" | "between" | "halt" | "rollback" | "missing" | "stale";

/** `name` is a signal or a guard of the gate; what it says holds until the next one for it. */
export type ReadingSet = {
  readonly at: number;
  readonly gate: string;
  readonly name: string;
  readonly says: Said;
};

export type FaultSpan = {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  /** Of a jump of the controller's clock: how far, in milliseconds. Else 0. */
  readonly size: number;
};

/** How a gate stood when everything was over. */
export type Ending = {
  readonly gate: string;
  readonly flag: string;
  readonly state: string;
  /** What its people were after when the faults were over. */
  readonly wanted: "finish" | "rest";
  readonly because: readonly string[];
  /** Percent an SDK evaluates. */
  readonly served: number;
};
