import type { Problem } from "../domain/problem.ts";
import { printable } from "./invisible.ts";
import { rulePage } from "./rules.ts";

/** How much of a long line is shown around the caret. */
const SHOWN_WIDTH = 120;

/** The problem as people read it: where, what, the line with a caret under the fault, and what to write instead. */
export function formatProblem(problem: Problem, sourceText: string): string {
  return `${printable(problem.file)}:${problem.line}:${problem.column}\n${formatBody(problem, sourceText)}`;
}

/** All problems of all files under one heading a file, and a last line that counts them. */
export function formatProblems(problems: readonly Problem[], sourceOf: (path: string) => string): string {
  const blocks = [...Map.groupBy(problems, (problem) => problem.file)].map(
    ([file, own]) =>
      `${printable(file)}\n${own.map((problem) => formatBody(problem, sourceOf(file))).join("\n\n")}`,
  );
  const counts = (["error", "warning", "hint"] as const).flatMap((severity) => {
    const count = problems.filter((problem) => problem.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  });
  return [...blocks, [counted(blocks.length, "file"), ...counts].join(", ")].join("\n\n");
}

function formatBody(problem: Problem, sourceText: string): string {
  const lines = [
    `${problem.severity}[${problem.code}]: ${printable(problem.message)}`,
    ...excerpt(problem, sourceText),
  ];
  if (problem.suggestion !== null) lines.push(`  help: ${printable(problem.suggestion)}`);
  lines.push(`  docs: ${rulePage(problem.code)}`);
  return lines.join("\n");
}

function excerpt(problem: Problem, sourceText: string): string[] {
  const lines = sourceText.replace(/^\uFEFF/, "").split("\n");
  const line = lines[problem.line - 1]?.replace(/\r$/, "");
  if (line === undefined || line === "") return [];
  const caretAt = problem.column - 1;
  const from = Math.max(0, Math.min(caretAt - SHOWN_WIDTH / 2, line.length - SHOWN_WIDTH));
  const shown = printable(line.slice(from, from + SHOWN_WIDTH));
  const number = String(problem.line).padStart(4);
  const before = shown.slice(0, caretAt - from).padEnd(caretAt - from);
  const carets = "^".repeat(
    Math.max(1, blank(shown.slice(before.length, before.length + problem.length)).length),
  );
  return [`${number} | ${shown}`, `     | ${blank(before)}${carets}`];
}

const NARROW = /^[\p{Mn}\p{Me}\u200c\u200d]$/u;
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation})$/u;

/** As many spaces as a terminal gives the text columns. Tabs stay tabs, so that a caret stands right however wide they are. */
function blank(text: string): string {
  return Array.from(text, (character) => {
    if (character === "\t") return "\t";
    return NARROW.test(character) ? "" : WIDE.test(character) ? "  " : " ";
  }).join("");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
