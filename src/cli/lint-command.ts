import type { Problem } from "../domain/problem.ts";
import { formatProblems } from "../gatefile/format-problem.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { createPrinter } from "./printer.ts";
import type { PrintOptions, Printer } from "./printer.ts";

/** Checks gate files without a server: everything that is wrong, with the place and what to write instead. */
export async function lintCommand(
  context: CliContext,
  options: PrintOptions & { readonly strict: boolean },
  path: string,
): Promise<Exit> {
  const printer = createPrinter(context, options);
  const outcome = await context.lintPath(path);
  if (outcome.kind === "unreadable") {
    printer.fault(outcome.message);
    return EXIT.usage;
  }
  const { sources } = outcome;
  // Hints are for those who ask for them: a smallest gate is no worse for lacking what only bigger ones need.
  const problems = outcome.problems.filter(({ severity }) => options.strict || severity !== "hint");
  printProblems(printer, problems, sources);
  return problems.some((problem) => counts(problem, options.strict)) ? EXIT.usage : EXIT.done;
}

/** Every problem with its place, or that there is none. `texts` are of all files that were read. */
export function printProblems(
  printer: Printer,
  problems: readonly Problem[],
  texts: ReadonlyMap<string, string>,
): void {
  printer.data({
    value: { problems: problems.map(problemBody) },
    human: () =>
      problems.length === 0
        ? `${texts.size} ${texts.size === 1 ? "file" : "files"}, no problems`
        : formatProblems(problems, (file) => texts.get(file) ?? ""),
    plain: () =>
      problems.map(({ file, line, column, severity, code, message }) => [
        `${file}:${line}:${column}`,
        severity,
        code,
        message,
      ]),
  });
}

function counts({ severity }: Problem, strict: boolean): boolean {
  return severity === "error" || (strict && severity === "warning");
}

function problemBody(problem: Problem): Omit<Problem, "length"> {
  const { file, line, column, code, severity, message, suggestion } = problem;
  return { file, line, column, code, severity, message, suggestion };
}
