import { Command } from "commander";
import { formatProblems } from "../gatefile/format-problem.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { createPrinter } from "./printer.ts";
import type { Printer, PrintOptions } from "./printer.ts";
import { describe, withPrinting } from "./program.ts";
import type { Finish } from "./program.ts";
import type { PublishedFile, PublishOutcome } from "./standalone/publish.ts";
import { configPath } from "./token-commands.ts";

type PublishOptions = PrintOptions & { readonly gates: string; readonly check: boolean };

/** `publish`: who wrote the gates, from Git into the lock that the server believes. */
export function publishCommands(context: CliContext, finish: Finish): readonly Command[] {
  const publish = withPrinting(
    describe(
      new Command("publish"),
      "write gates.lock: who wrote each gate, as Git says",
      "rampart publish --gates gates\nrampart publish --check",
    )
      .option("--gates <folder>", "the folder of gates, in a Git checkout", "gates")
      .option("--check", "write nothing; fail when gates.lock is missing or not what Git says", false),
  ).action((options: PublishOptions) =>
    finish(async () => {
      const { gates, check } = options;
      const config = configPath(context, undefined);
      const outcome = await context.standalone.publish({ folder: gates, check, config });
      return report(createPrinter(context, options), outcome);
    }),
  );
  return [publish];
}

function report(printer: Printer, outcome: PublishOutcome): Exit {
  switch (outcome.kind) {
    case "published":
      printFiles(printer, outcome, "written");
      return EXIT.done;
    case "current":
      printFiles(printer, outcome, "says what Git says");
      return EXIT.done;
    case "stale":
      printer.fault(`refused: ${outcome.lock} does not say what Git says`);
      for (const difference of outcome.differences) printer.fault(`  ${difference}`);
      printer.fault("  write it anew with: rampart publish");
      return EXIT.usage;
    case "unpublishable":
      printer.fault("refused: nothing is written, for the lock would not tell the truth");
      for (const { path, why, mend } of outcome.files) printer.fault(`  ${path}: ${why}; ${mend}`);
      return EXIT.usage;
    case "faulty":
      printer.fault(formatProblems(outcome.problems, (file) => outcome.sources.get(file) ?? ""));
      printer.fault("refused: gates with errors are not published");
      return EXIT.usage;
    case "failed":
      printer.fault(`refused: ${outcome.message}`);
      return EXIT.usage;
  }
}

function printFiles(
  printer: Printer,
  { lock, files }: { readonly lock: string; readonly files: readonly PublishedFile[] },
  what: string,
): void {
  printer.data({
    value: { lock, files },
    human: () =>
      [
        `${lock} ${what}: ${files.length} ${files.length === 1 ? "file" : "files"}`,
        ...files.map(({ path, author, commit }) => `  ${path}  ${author}  ${commit.slice(0, 12)}`),
      ].join("\n"),
    plain: () => files.map(({ path, sha256, author, commit }) => [path, sha256, author, commit]),
  });
}
