import type { Problem } from "../domain/problem.ts";
import { formatProblems } from "../gatefile/format-problem.ts";
import { printable } from "../gatefile/invisible.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { toGithub } from "./lint-formats/github.ts";
import { toJunit } from "./lint-formats/junit.ts";
import { type LintReport, type ReportFormat, REPORTS } from "./lint-formats/report.ts";
import { toSarif } from "./lint-formats/sarif.ts";
import { placesOf, type PlacesOptions } from "./places-options.ts";
import { createPrinter } from "./printer.ts";
import type { Format, PrintOptions, Printer } from "./printer.ts";
import { safeJson } from "./shown.ts";
import type { LintOnlineOutcome } from "./standalone/lint-online.ts";

export type LintOptions = PrintOptions &
  PlacesOptions & {
    readonly strict: boolean;
    readonly online: boolean;
    readonly format?: Format | ReportFormat;
    readonly docsUrl?: string;
  };

/** Checks gate files without a server: everything that is wrong, with the place and what to write instead. */
export async function lintCommand(context: CliContext, options: LintOptions, path: string): Promise<Exit> {
  const { format } = options;
  const isReport = format !== undefined && isReportFormat(format);
  const printer = createPrinter(context, {
    ...options,
    ...(format === undefined || isReport ? {} : { output: format }),
  });
  const outcome = await context.lintPath(path);
  if (outcome.kind === "unreadable") {
    printer.fault(outcome.message);
    return EXIT.usage;
  }
  const { sources } = outcome;
  const online = options.online ? await askOnline(context, options, path) : NOT_ASKED;
  if (online.kind === "unusable") {
    printer.fault(online.message);
    return EXIT.usage;
  }
  // Hints are for those who ask for them: a smallest gate is no worse for lacking what only bigger ones need.
  const problems = [...outcome.problems, ...online.problems]
    .toSorted(byPlace)
    .filter(({ severity }) => options.strict || severity !== "hint");
  const counts = (problem: Problem): boolean => isFailure(problem, options.strict);
  if (isReport) {
    const docsUrl = options.docsUrl ?? context.env["RAMPART_DOCS_URL"] ?? "";
    const report = {
      problems,
      files: [...sources.keys()],
      counts,
      version: context.version,
      docsUrl: docsUrl === "" ? null : docsUrl,
    };
    context.stdout.write(reportText(format, report));
  } else {
    printProblems(printer, problems, sources);
  }
  for (const each of online.remarks) printer.note(each);
  for (const each of online.unseen) printer.fault(`cannot see: ${each}`);
  if (problems.some(counts)) return EXIT.usage;
  // Nothing was found where nobody could look, which is not the same as all being well.
  return online.unseen.length > 0 ? EXIT.blind : EXIT.done;
}

const NOT_ASKED: LintOnlineOutcome = { kind: "asked", problems: [], unseen: [], remarks: [] };

function askOnline(context: CliContext, options: PlacesOptions, path: string): Promise<LintOnlineOutcome> {
  return context.standalone.lintOnline({ path, places: placesOf(context, options) });
}

function byPlace(a: Problem, b: Problem): number {
  const files = a.file === b.file ? 0 : a.file < b.file ? -1 : 1;
  return files || a.line - b.line || a.column - b.column;
}

function isReportFormat(format: Format | ReportFormat): format is ReportFormat {
  return REPORTS.some((each) => each === format);
}

function reportText(format: ReportFormat, report: LintReport): string {
  switch (format) {
    case "sarif":
      return `${safeJson(toSarif(report))}\n`;
    case "junit":
      return `${toJunit(report)}\n`;
    case "github":
      return toGithub(report);
  }
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
        printable(`${file}:${line}:${column}`),
        severity,
        code,
        printable(message),
      ]),
  });
}

function isFailure({ severity }: Problem, strict: boolean): boolean {
  return severity === "error" || (strict && severity === "warning");
}

function problemBody(problem: Problem): Omit<Problem, "length"> {
  const { file, line, column, code, severity, message, suggestion } = problem;
  return { file, line, column, code, severity, message, suggestion };
}
