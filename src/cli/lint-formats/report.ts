import type { Problem } from "../../domain/problem.ts";

/** What a lint found, for reports that other programs read. */
export type LintReport = {
  readonly problems: readonly Problem[];
  /** Every file that was looked at, those without problems, too. */
  readonly files: readonly string[];
  /** Whether a problem makes the lint fail. */
  readonly counts: (problem: Problem) => boolean;
  readonly version: string;
  /** Where the page of the rules can be read; null: nobody said. */
  readonly docsUrl: string | null;
};

export const REPORTS = ["sarif", "junit", "github"] as const;

export type ReportFormat = (typeof REPORTS)[number];
