import { printable } from "../gatefile/invisible.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type Exit } from "./exit-codes.ts";
import { junitOf } from "./test-junit.ts";
import { printProblems } from "./lint-command.ts";
import { createPrinter, type PrintOptions } from "./printer.ts";
import { caughtShare, renderMutants, renderTests } from "./render-tests.ts";
import type { TestOutcome } from "./standalone/test-gates.ts";

type Asked = {
  readonly path: string;
  readonly mutate: boolean;
  /** Percent of the changes that some case has to notice; null: none has to. */
  readonly atLeast: number | null;
  readonly junit: boolean;
};

/** Plays the tests of gates, and says of each case that fails what was expected, what was, and why. */
export async function testCommand(context: CliContext, options: PrintOptions, asked: Asked): Promise<Exit> {
  const printer = createPrinter(context, options);
  const { path, mutate, atLeast, junit } = asked;
  const outcome = await context.standalone.testGates({ path, mutate, env: context.env });
  switch (outcome.kind) {
    case "unusable":
      printer.fault(outcome.message);
      return EXIT.usage;
    case "faulty":
      printProblems(printer, outcome.problems, outcome.texts);
      return EXIT.usage;
    case "tested": {
      const { cases, mutants, durationMs } = outcome;
      if (junit) context.stdout.write(`${junitOf(cases)}\n`);
      else
        printer.data({
          value: {
            cases,
            ...(mutants === null ? {} : { mutants, caught: caughtShare(mutants) }),
            durationMs,
          },
          human: () =>
            mutants === null
              ? renderTests(cases, durationMs, printer.paint)
              : renderMutants(cases, mutants, durationMs, printer.paint),
          plain: () => plainTests(outcome),
        });
      if (cases.some(({ failures }) => failures.length > 0)) {
        if (mutate) printer.note("no changes were tried: the cases have to pass on the gates as they are");
        return EXIT.usage;
      }
      const isEnough = atLeast === null || mutants === null || caughtShare(mutants) * 100 >= atLeast;
      return isEnough ? EXIT.done : EXIT.usage;
    }
  }
}

function plainTests({
  cases,
  mutants,
}: Extract<TestOutcome, { kind: "tested" }>): readonly (readonly string[])[] {
  return [
    ...cases.map(({ file, line, gate, name, failures }) => [
      `${file}:${line}`,
      gate,
      printable(name),
      failures.length === 0 ? "passed" : "failed",
    ]),
    ...(mutants ?? []).map(({ place, gate, signal, what, caughtBy }) => [
      place,
      gate,
      `${signal}: ${printable(what)}`,
      caughtBy === null ? "missed" : "caught",
    ]),
  ];
}
