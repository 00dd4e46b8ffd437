import type { Problem } from "../../domain/problem.ts";
import { printable } from "../../gatefile/invisible.ts";
import type { LintReport } from "./report.ts";

/**
 * The report as JUnit XML: a suite a file, and in it a case a problem, or one that passed. A problem that makes the
 * lint fail is a failure; others are in the output of a case that passed.
 */
export function toJunit({ problems, files, counts }: LintReport): string {
  const byFile = Map.groupBy(problems, ({ file }) => file);
  const names = [...new Set([...files, ...byFile.keys()])].toSorted();
  const suites = names.map((file) => suiteOf(file, byFile.get(file) ?? [], counts));
  const failures = problems.filter(counts).length;
  const tests = names.reduce((sum, file) => sum + Math.max(1, byFile.get(file)?.length ?? 0), 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="rampart lint" tests="${tests}" failures="${failures}" errors="0">`,
    ...suites,
    "</testsuites>",
  ].join("\n");
}

function suiteOf(file: string, problems: readonly Problem[], counts: LintReport["counts"]): string {
  const name = attribute(file);
  const tests = Math.max(1, problems.length);
  const cases =
    problems.length === 0
      ? [`    <testcase classname="${name}" name="no problems" file="${name}"/>`]
      : problems.map((problem) => caseOf(problem, counts(problem)));
  return [
    `  <testsuite name="${name}" tests="${tests}" failures="${problems.filter(counts).length}" errors="0">`,
    ...cases,
    "  </testsuite>",
  ].join("\n");
}

function caseOf(problem: Problem, isFailure: boolean): string {
  const { file, line, column, code, severity, message, suggestion } = problem;
  const name = attribute(`${code} at ${line}:${column}`);
  const says = suggestion === null ? message : `${message}\nhelp: ${suggestion}`;
  const text = escaped(`${file}:${line}:${column}\n${severity}[${code}]: ${says}`);
  const inner = isFailure
    ? `<failure type="${code}" message="${attribute(message)}">${text}</failure>`
    : `<system-out>${text}</system-out>`;
  return `    <testcase classname="${attribute(file)}" name="${name}" file="${attribute(file)}" line="${line}">${inner}</testcase>`;
}

/** XML 1.0 has no place for control characters, escaped or not. */
function escaped(text: string): string {
  const visible = text.split("\n").map(printable).join("\n");
  return visible.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function attribute(text: string): string {
  return escaped(printable(text)).replaceAll('"', "&quot;");
}
