/** `skipped`: it could not be looked at, because of something that another finding names. */
export type FindingVerdict = "ok" | "warning" | "fault" | "skipped";

/** What one check found. Everything but `ok` says how it is mended. */
export type Finding = {
  /** What was looked at, e.g. `prometheus main`. */
  readonly check: string;
  readonly verdict: FindingVerdict;
  readonly message: string;
  readonly mend: string | null;
  /** Of a fault: something could not be seen, so nothing is known about it. */
  readonly isUnseen: boolean;
};

export function ok(check: string, message: string): Finding {
  return { check, verdict: "ok", message, mend: null, isUnseen: false };
}

/** Rampart works, and somebody should know. */
export function warning(check: string, message: string, mend: string): Finding {
  return { check, verdict: "warning", message, mend, isUnseen: false };
}

/** Rampart could not act. */
export function fault(check: string, message: string, mend: string): Finding {
  return { check, verdict: "fault", message, mend, isUnseen: false };
}

export function unseen(check: string, message: string, mend: string): Finding {
  return { check, verdict: "fault", message, mend, isUnseen: true };
}

export function skipped(check: string, message: string, mend: string): Finding {
  return { check, verdict: "skipped", message, mend, isUnseen: false };
}
