import { SECOND } from "../domain/instant.ts";
import type { CaseReport, CaseShortfall } from "./standalone/test-gates.ts";
import { xmlAttribute, xmlText } from "./xml-text.ts";

/** The cases as CI systems read test results: a suite for each file, in the form that Ant's JUnit task began. */
export function junitOf(cases: readonly CaseReport[]): string {
  const suites = [...Map.groupBy(cases, ({ file }) => file)].map(([file, own]) =>
    [
      `  <testsuite ${attributes({ name: file, ...totals(own) })}>`,
      ...own.flatMap(caseLines),
      "  </testsuite>",
    ].join("\n"),
  );
  const head = `<testsuites ${attributes({ name: "rampart test", ...totals(cases) })}>`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, "</testsuites>"].join("\n");
}

function totals(cases: readonly CaseReport[]) {
  const failures = cases.filter((each) => each.failures.length > 0).length;
  const durationMs = cases.reduce((sum, each) => sum + each.durationMs, 0);
  return { tests: String(cases.length), failures: String(failures), time: secondsOf(durationMs) };
}

function caseLines({ name, gate, file, line, durationMs, failures }: CaseReport): readonly string[] {
  const head = attributes({ name, classname: gate, file, line: String(line), time: secondsOf(durationMs) });
  if (failures.length === 0) return [`    <testcase ${head}/>`];
  return [`    <testcase ${head}>`, ...failures.map(failureLine), "    </testcase>"];
}

function failureLine({ file, line, expected, was, why }: CaseShortfall): string {
  const message = attributes({ message: `expected ${expected}; was ${was}` });
  const text = [`${file}:${line}`, ...why].map((each) => xmlText(each)).join("\n");
  return `      <failure ${message}>${text}</failure>`;
}

function secondsOf(ms: number): string {
  return (ms / SECOND).toFixed(3);
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${xmlAttribute(value)}"`)
    .join(" ");
}
