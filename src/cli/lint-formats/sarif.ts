import { pathToFileURL } from "node:url";
import { isAbsolute } from "node:path";
import type { Problem, Severity } from "../../domain/problem.ts";
import { printable } from "../../gatefile/invisible.ts";
import { type RuleCode, RULES } from "../../gatefile/rules.ts";
import type { LintReport } from "./report.ts";

/** SARIF's levels for ours. */
const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  hint: "note",
};

/** The report as SARIF 2.1.0, as code scanning reads it: one run, the rules that were broken, and where. */
export function toSarif({ problems, version, docsUrl }: LintReport): object {
  const broken = [...new Set(problems.map(({ code }) => code))].toSorted();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "rampart", version, rules: broken.map((code) => ruleOf(code, docsUrl)) } },
        // Lines are cut into UTF-16 units, as JavaScript counts them.
        columnKind: "utf16CodeUnits",
        results: problems.map((problem) => resultOf(problem, broken.indexOf(problem.code))),
      },
    ],
  };
}

function ruleOf(code: string, docsUrl: string | null): object {
  const rule = isRuleCode(code) ? RULES[code] : null;
  const help = rule === null ? null : { text: rule.docs, markdown: rule.docs };
  return {
    id: code,
    ...(rule === null
      ? {}
      : {
          shortDescription: { text: rule.title },
          fullDescription: { text: rule.docs },
          defaultConfiguration: { level: LEVELS[rule.severity] },
          help,
        }),
    ...(docsUrl === null ? {} : { helpUri: `${docsUrl}#${code.toLowerCase()}` }),
  };
}

function isRuleCode(code: string): code is RuleCode {
  return Object.hasOwn(RULES, code);
}

function resultOf(problem: Problem, ruleIndex: number): object {
  const { file, line, column, length, code, severity, message, suggestion } = problem;
  const says = suggestion === null ? [message] : [message, `help: ${suggestion}`];
  const region = { startLine: line, startColumn: column, endLine: line, endColumn: column + length };
  return {
    ruleId: code,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: says.map(printable).join("\n") },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } }],
  };
}

/** Relative to the folder the lint ran in, which is that of the repository in a pipeline. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split("/").map(encodeURIComponent).join("/");
}
