import { Command, Option } from "commander";
import { checkCommands } from "./check-commands.ts";
import type { CliContext } from "./context.ts";
import { explainCommand } from "./explain-command.ts";
import { lintCommand, type LintOptions } from "./lint-command.ts";
import { REPORTS } from "./lint-formats/report.ts";
import { FORMATS } from "./printer.ts";
import { describe, withPrinting, withServer } from "./program.ts";
import type { Finish } from "./program.ts";
import { replayCommand } from "./replay-command.ts";
import { withSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";
import { statusCommand } from "./status-command.ts";
import { watchCommand } from "./watch-command.ts";

/** Commands that change nothing. */
export function readingCommands(context: CliContext, finish: Finish): readonly Command[] {
  return [
    lint(context, finish),
    status(context, finish),
    ...checkCommands(context, finish),
    explain(context, finish),
  ];
}

function lint(context: CliContext, finish: Finish): Command {
  return withPrinting(
    describe(new Command("lint"), "check gate files, without a server", "rampart lint gates/ --strict")
      .argument("[path]", "a file or a folder", "gates")
      .option("--strict", "show hints too, and fail on warnings", false)
      .option("--online", "ask Prometheus and Unleash as well", false)
      .option("--prometheus <url>", "the Prometheus to ask (PROMETHEUS_URL; else the configuration's)")
      .addOption(
        new Option("--format <format>", "like --output, and reports for other programs").choices([
          ...FORMATS,
          ...REPORTS,
        ]),
      )
      .option(
        "--docs-url <url>",
        "where docs/lint.md can be read, for the links of a report (RAMPART_DOCS_URL)",
      ),
  ).action((path: string, options: LintOptions) => finish(() => lintCommand(context, options, path)));
}

function status(context: CliContext, finish: Finish): Command {
  return withServer(
    describe(new Command("status"), "where gates stand, why, and what comes next", "rampart status --watch")
      .argument("[gate]", "one gate")
      .option("-w, --watch", "go on until interrupted", false),
  ).action((gate: string | undefined, options: SessionOptions & { watch: boolean }) =>
    finish(() =>
      withSession(context, options, (session) =>
        options.watch ? watchCommand(session, gate) : statusCommand(session, gate),
      ),
    ),
  );
}

function explain(context: CliContext, finish: Finish): Command {
  return withServer(
    describe(
      new Command("explain"),
      "the evidence behind a gate or a decision",
      "rampart explain erp-order-export-v2\nrampart explain dec_8f31 --signal orders-missing\nrampart explain dec_8f31 --replay",
    )
      .argument("<gate-or-decision>", "a gate's name or a decision's id")
      .option("--signal <name>", "one signal with its queries and answers")
      .addOption(
        new Option("--replay", "make the decision again from what it was made from").conflicts("signal"),
      ),
  ).action((subject: string, options: SessionOptions & { signal?: string; replay?: true }) =>
    finish(() =>
      withSession(context, options, (session) =>
        options.replay === true
          ? replayCommand(session, subject)
          : explainCommand(session, subject, options.signal),
      ),
    ),
  );
}
