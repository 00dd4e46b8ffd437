/** The kinds of events people are told about. */
export type TellingKind =
  | "started"
  | "advanced"
  | "finished"
  | "needs-approval"
  | "paused"
  | "resumed"
  | "halted"
  | "halt-reminder"
  | "rolling-back"
  | "stepping-back"
  | "draining"
  | "drain-overdue"
  | "rolled-back"
  | "rollback-late"
  | "cannot-see"
  | "cannot-write"
  | "changed-by-hand"
  | "definition"
  | "deployed"
  | "maintenance"
  | "released"
  | "not-released";

/** One message, written in the transaction of the decision that caused it and delivered later, at least once. */
export type Telling = {
  /** Delivery key: the same event never gets two. */
  readonly key: string;
  readonly gate: string;
  readonly kind: TellingKind;
  /** True when a person must act now. */
  readonly page: boolean;
  readonly title: string;
  readonly text: string;
  readonly decision: string | null;
};
