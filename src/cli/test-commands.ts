import { Command } from "commander";
import type { CliContext } from "./context.ts";
import type { PrintOptions } from "./printer.ts";
import { describe, type Finish, withPrinting } from "./program.ts";
import { testCommand } from "./test-command.ts";

export function testCommands(context: CliContext, finish: Finish): readonly Command[] {
  return [
    withPrinting(
      describe(
        new Command("test"),
        "play the unit tests of gates on virtual time",
        "rampart test gates",
      ).argument("[path]", "a folder, a test file or a gate file", "gates"),
    ).action((path: string, options: PrintOptions) => finish(() => testCommand(context, options, path))),
  ];
}
