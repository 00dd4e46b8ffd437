import type { Problem, Severity } from "../../domain/problem.ts";
import { printable } from "../../gatefile/invisible.ts";
import type { LintReport } from "./report.ts";

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", hint: "notice" };

/** One workflow command a problem: GitHub shows each beside its line in the pull request. */
export function toGithub({ problems }: LintReport): string {
  return problems.map((problem) => `${commandOf(problem)}\n`).join("");
}

function commandOf({ file, line, column, length, code, severity, message, suggestion }: Problem): string {
  const where = { file, line, endLine: line, col: column, endColumn: column + length, title: code };
  const properties = Object.entries(where).map(([name, value]) => `${name}=${property(String(value))}`);
  const says =
    suggestion === null ? printable(message) : `${printable(message)}\nhelp: ${printable(suggestion)}`;
  return `::${COMMANDS[severity]} ${properties.join(",")}::${data(says)}`;
}

/** As the runner's own toolkit escapes them, so that a text of a file can begin no command. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(printable(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
