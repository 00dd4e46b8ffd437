import { Command } from "commander";
import { formatProblems } from "../gatefile/format-problem.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type Exit } from "./exit-codes.ts";
import { createPrinter, type PrintOptions } from "./printer.ts";
import { describe, type Finish, withPrinting } from "./program.ts";
import { renderEffective, valueText } from "./render-show.ts";

export function showCommands(context: CliContext, finish: Finish): readonly Command[] {
  const command = describe(
    withPrinting(new Command("show")),
    "A gate as it takes effect, without a server: every line with where it comes from",
    "rampart show new-checkout",
  )
    .argument("<gate|file>", "a gate file, or the name of a gate in the folder of gates")
    .action((target: string, options: PrintOptions) => finish(() => showGate(context, options, target)));
  return [command];
}

async function showGate(context: CliContext, options: PrintOptions, target: string): Promise<Exit> {
  const printer = createPrinter(context, options);
  const outcome = await context.standalone.show({ target, env: context.env });
  if (outcome.kind === "unusable") {
    printer.fault(outcome.message);
    return EXIT.usage;
  }
  if (outcome.kind === "faulty") {
    printer.fault(formatProblems(outcome.problems, (file) => outcome.texts.get(file) ?? ""));
    return EXIT.usage;
  }
  const { lines } = outcome;
  printer.data({
    value: lines.map(({ path, value, origin }) => ({ path, value, origin })),
    human: () => renderEffective(lines),
    plain: () => lines.map(({ path, value, origin }) => [path, valueText(value), origin]),
  });
  return EXIT.done;
}
