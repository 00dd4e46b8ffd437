export type Severity = "error" | "warning" | "hint";

/** Something wrong in a file a person wrote: where, what, and what to write instead. Lines and columns count from 1. */
export type Problem = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters the caret line underlines; at least 1. */
  readonly length: number;
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly suggestion: string | null;
};
