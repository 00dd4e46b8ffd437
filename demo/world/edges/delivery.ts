/** Closed list of why an attempt failed; "none" for the attempts that did not. */
export const ERROR_TYPES = ["none", "timeout", "throttled", "unavailable", "mapping"] as const;
export type ErrorType = (typeof ERROR_TYPES)[number];

/** What became of a message at its target. */
export const FATES = [
  "applied",
  "rejected",
  "duplicate_suppressed",
  "stale_discarded",
  "dead_lettered",
] as const;
export type Fate = (typeof FATES)[number];

/** One attempt as the sender saw it, and what the target really did. */
export type Delivery = {
  readonly result: "ok" | "retryable_error" | "fatal_error";
  readonly errorType: ErrorType;
  /** Null while the target has not decided: the attempt never reached it, or reached nobody. */
  readonly fate: Fate | null;
  /** False when the sender only believes it called. */
  readonly called: boolean;
  /** The target did its work but the sender never hears of it. */
  readonly unacknowledged?: boolean;
  /** Try again at once, as impatient senders do. */
  readonly retryAtOnce?: boolean;
};

export function succeeded(fate: Fate): Delivery {
  return { result: "ok", errorType: "none", fate, called: true };
}

export function failedFor(errorType: ErrorType): Delivery {
  return { result: "retryable_error", errorType, fate: null, called: true };
}

export function rejectedFor(errorType: ErrorType): Delivery {
  return { result: "fatal_error", errorType, fate: "rejected", called: true };
}
