import { Command, CommanderError } from "commander";
import { actionCommands } from "./action-commands.ts";
import { auditCommands } from "./audit-commands.ts";
import { backtestCommands } from "./backtest-command.ts";
import { backupCommands } from "./backup-command.ts";
import { completionCommands } from "./completion-command.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { describe, house } from "./program.ts";
import { deployCommands } from "./deploy-commands.ts";
import { maintenanceCommands } from "./maintenance-commands.ts";
import { doctorCommands } from "./doctor-command.ts";
import { inboxCommands } from "./inbox-command.ts";
import { initCommands } from "./init-command.ts";
import type { Finish } from "./program.ts";
import { planCommands } from "./plan-command.ts";
import { publishCommands } from "./publish-command.ts";
import { readingCommands } from "./reading-commands.ts";
import { schemaCommands } from "./schema-command.ts";
import { serverCommands } from "./server-commands.ts";
import { showCommands } from "./show-command.ts";
import { testCommands } from "./test-commands.ts";
import { tokenCommands } from "./token-commands.ts";
import { tryCommands } from "./try-command.ts";

const HELP = `Exit codes:
  0  open, done or valid            4  halted or rolled back: a person is needed
  1  unexpected failure             5  only an approval is missing
  2  usage or invalid files         6  cannot see: data or server missing
  3  closed for now: try later      7  --wait ran out`;

/** Runs one command line and returns its exit code. Nothing is read, started or printed but through the context. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let exit: number = EXIT.done;
  const program = createProgram(context, async (work) => {
    exit = await work();
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    context.stderr.write(`unexpected: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.unexpected;
  }
}

/** Every command with its options. What a command does goes through `finish`. */
export function createProgram(context: CliContext, finish: Finish): Command {
  const program = new Command("rampart");
  describe(program, "Release gates and staged exposure: may this go further?", "rampart status");
  program.version(context.version, "-V, --version", "show the version").addHelpText("after", `\n${HELP}`);
  // Else `--version` of a command would be taken for the program's.
  program.enablePositionalOptions();
  const families = [
    tryCommands,
    backtestCommands,
    initCommands,
    doctorCommands,
    showCommands,
    schemaCommands,
    readingCommands,
    testCommands,
    planCommands,
    inboxCommands,
    actionCommands,
    deployCommands,
    maintenanceCommands,
    publishCommands,
    tokenCommands,
    auditCommands,
    backupCommands,
    serverCommands,
    completionCommands,
  ];
  for (const family of families) {
    for (const command of family(context, finish)) program.addCommand(command);
  }
  house(program, context);
  return program;
}
