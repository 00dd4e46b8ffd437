import { Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { parseDuration } from "../text/duration-text.ts";
import type { CliContext } from "./context.ts";
import { FORMATS } from "./printer.ts";

/** Runs a command's work and remembers its exit code. */
export type Finish = (work: () => Promise<number>) => Promise<void>;

/** A command whose help begins with an example, printing through the context. */
export function describe(command: Command, summary: string, example: string): Command {
  return command
    .description(summary)
    .addHelpText("before", `Example:\n  ${example.replaceAll("\n", "\n  ")}\n`)
    .helpOption("-h, --help", "show this help");
}

export function withPrinting(command: Command): Command {
  return command
    .addOption(
      new Option("-o, --output <format>", "how to print the result").choices([...FORMATS]).default("human"),
    )
    .option("--no-color", "no colours (NO_COLOR does the same)")
    .option("-q, --quiet", "no remarks, only the result");
}

export function withServer(command: Command): Command {
  return withPrinting(command)
    .option("--url <url>", "the server (RAMPART_URL; http://127.0.0.1:9470)")
    .option("--token-file <path>", "file with the token, - for stdin (RAMPART_TOKEN, RAMPART_TOKEN_FILE)");
}

export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError("It must be a duration such as 30m or 1h30m.");
  return ms;
}

/** A time without its zone would mean another instant on another machine. */
export function utcTime(text: string): string {
  if (!z.iso.datetime({ offset: true }).safeParse(text).success) {
    throw new InvalidArgumentError(
      "It must be a time with its zone, such as 2026-03-03T11:02:00Z or 2026-03-03T12:02:00+01:00.",
    );
  }
  return new Date(text).toISOString();
}

export function wholePercent(text: string): number {
  if (!/^(?:[1-9]\d?|100)$/.test(text))
    throw new InvalidArgumentError("It must be a whole percent from 1 to 100.");
  return Number(text);
}

/** Sends commander's own words where the context says, and its ends back to us instead of ending the process. */
export function house(command: Command, context: CliContext): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError("(add --help for how it is used)")
    .showSuggestionAfterError();
  for (const below of command.commands) house(below, context);
}
