import { Command, Option } from "commander";
import type { CliContext } from "./context.ts";
import { FORMATS, type Format, type PrintOptions } from "./printer.ts";
import { describe, type Finish, wholePercent, withPrinting } from "./program.ts";
import { testCommand } from "./test-command.ts";

export function testCommands(context: CliContext, finish: Finish): readonly Command[] {
  return [
    withPrinting(
      describe(
        new Command("test"),
        "play the unit tests of gates on virtual time",
        "rampart test gates\nrampart test gates --mutate --at-least 95",
      )
        .argument("[path]", "a folder, a test file or a gate file", "gates")
        .option("--mutate", "change limits and queries, and tell which changes no case notices", false)
        .addOption(
          new Option("--format <format>", "like --output, and what CI systems read").choices([
            ...FORMATS,
            "junit",
          ]),
        )
        .addOption(
          new Option("--at-least <percent>", "fail where fewer of the changes are noticed")
            .argParser(wholePercent)
            .implies({ mutate: true }),
        ),
    ).action(
      (
        path: string,
        options: PrintOptions & { mutate: boolean; atLeast?: number; format?: Format | "junit" },
      ) =>
        finish(() => {
          const { mutate, atLeast = null, format = options.output } = options;
          const printing = { ...options, output: format === "junit" ? options.output : format };
          return testCommand(context, printing, { path, mutate, atLeast, junit: format === "junit" });
        }),
    ),
  ];
}
