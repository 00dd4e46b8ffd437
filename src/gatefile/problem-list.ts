import type { Problem, Severity } from "../domain/problem.ts";

import { RULES, type RuleCode } from "./rules.ts";
import { placeOf, type Span } from "./source.ts";

export type Complaint = {
  readonly code: RuleCode;
  readonly at: Span;
  readonly message: string;
  readonly suggestion?: string | null;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
};

export type Complain = (complaint: Complaint) => void;

/** Gathers what is wrong with one file or one gate. */
export type ProblemList = {
  readonly complain: Complain;
  readonly problems: Problem[];
  /** Whether anything found so far keeps the thing from being loaded. */
  hasErrors(): boolean;
};

export function problemList(): ProblemList {
  const problems: Problem[] = [];
  return {
    problems,
    complain: (complaint) => problems.push(problemOf(complaint)),
    hasErrors: () => problems.some((problem) => problem.severity === "error"),
  };
}

function problemOf({ code, at, message, suggestion, severity }: Complaint): Problem {
  return {
    file: at.file.path,
    ...placeOf(at),
    code,
    severity: severity ?? RULES[code].severity,
    message,
    suggestion: suggestion ?? null,
  };
}

/** More than this in one file help nobody, and a hostile file could make as many as it has bytes. */
export const MAX_PROBLEMS_PER_FILE = 100;

/** By file, line and column; the same problem found on two ways is told once, and each file's list is cut. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const sorted = problems.toSorted(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
  const told = new Map<string, number>();
  const kept: Problem[] = [];
  for (const problem of sorted) {
    const last = kept.at(-1);
    if (last !== undefined && isSame(last, problem)) continue;
    const already = told.get(problem.file) ?? 0;
    if (already === MAX_PROBLEMS_PER_FILE) continue;
    told.set(problem.file, already + 1);
    kept.push(problem);
  }
  return kept;
}

function isSame(a: Problem, b: Problem): boolean {
  return (
    a.file === b.file &&
    a.line === b.line &&
    a.column === b.column &&
    a.code === b.code &&
    a.message === b.message
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
