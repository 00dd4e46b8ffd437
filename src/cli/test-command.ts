import { printable } from "../gatefile/invisible.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type Exit } from "./exit-codes.ts";
import { printProblems } from "./lint-command.ts";
import { createPrinter, type PrintOptions } from "./printer.ts";
import { renderTests } from "./render-tests.ts";

/** Plays the tests of gates, and says of each case that fails what was expected, what was, and why. */
export async function testCommand(context: CliContext, options: PrintOptions, path: string): Promise<Exit> {
  const printer = createPrinter(context, options);
  const outcome = await context.standalone.testGates({ path, env: context.env });
  switch (outcome.kind) {
    case "unusable":
      printer.fault(outcome.message);
      return EXIT.usage;
    case "faulty":
      printProblems(printer, outcome.problems, outcome.texts);
      return EXIT.usage;
    case "tested": {
      const { cases, durationMs } = outcome;
      printer.data({
        value: { cases, durationMs },
        human: () => renderTests(cases, durationMs, printer.paint),
        plain: () =>
          cases.map(({ file, line, gate, name, failures }) => [
            `${file}:${line}`,
            gate,
            printable(name),
            failures.length === 0 ? "passed" : "failed",
          ]),
      });
      return cases.some(({ failures }) => failures.length > 0) ? EXIT.usage : EXIT.done;
    }
  }
}
