import type { Problem } from "../../domain/problem.ts";
import { xmlAttribute, xmlText } from "../xml-text.ts";
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
  const name = xmlAttribute(file);
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
  const name = xmlAttribute(`${code} at ${line}:${column}`);
  const says = suggestion === null ? message : `${message}\nhelp: ${suggestion}`;
  const text = xmlText(`${file}:${line}:${column}\n${severity}[${code}]: ${says}`);
  const inner = isFailure
    ? `<failure type="${code}" message="${xmlAttribute(message)}">${text}</failure>`
    : `<system-out>${text}</system-out>`;
  return `    <testcase classname="${xmlAttribute(file)}" name="${name}" file="${xmlAttribute(file)}" line="${line}">${inner}</testcase>`;
}
