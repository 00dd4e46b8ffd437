import { Command, InvalidArgumentError } from "commander";
import type { Phase } from "../backtest/backtest.ts";
import type { KnownSpan } from "../backtest/report.ts";
import { DAY } from "../domain/instant.ts";
import { printable } from "../gatefile/invisible.ts";
import { backtestBody } from "./backtest-body.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type Exit } from "./exit-codes.ts";
import { printProblems } from "./lint-command.ts";
import { createLocalTime } from "./local-time.ts";
import { placesOf, type PlacesOptions, withPlaces } from "./places-options.ts";
import { createPrinter, type PrintOptions } from "./printer.ts";
import { describe, duration, type Finish, utcTime, withPrinting } from "./program.ts";
import { plainBacktest, renderBacktest } from "./render-backtest.ts";
import type { BacktestOutcome } from "./standalone/backtest.ts";

type BacktestOptions = PrintOptions &
  PlacesOptions & {
    readonly last: number;
    readonly step?: number;
    readonly known: readonly KnownSpan[];
    readonly chart?: string;
  };

/** What a gate would have said over the past, before it is trusted with a ramp. */
export function backtestCommands(context: CliContext, finish: Finish): readonly Command[] {
  const command = describe(
    new Command("backtest"),
    "what a gate would have said over the past, without a server",
    "rampart backtest gates/new-checkout.yaml --last 30d\n" +
      "rampart backtest new-checkout --known 2026-02-15T02:00:00Z/2026-02-15T05:00:00Z=erp-maintenance",
  )
    .argument("<gate|file>", "a gate file, or the name of a gate in the folder of gates")
    .option("--last <duration>", "how far back to look", duration, 30 * DAY)
    .option("--step <duration>", "look that often (else the gate's every, and each minute at most)", duration)
    .option("--known <from/to=name>", "a time that is explained already; may be repeated", knownSpan, [])
    .option("--chart <file>", "write a chart of every signal there, as SVG");
  return [
    withPrinting(withPlaces(command)).action((target: string, options: BacktestOptions) =>
      finish(() => backtestCommand(context, options, target)),
    ),
  ];
}

function knownSpan(text: string, before: readonly KnownSpan[]): readonly KnownSpan[] {
  const [, from = "", to = "", name = ""] = /^([^/=]+)\/([^/=]+)=(.+)$/.exec(text) ?? [];
  if (name === "") {
    throw new InvalidArgumentError(
      "It must be two times and a name, such as 2026-02-15T02:00:00Z/2026-02-15T05:00:00Z=erp-maintenance.",
    );
  }
  const span = { name, from: Date.parse(utcTime(from)), to: Date.parse(utcTime(to)) };
  if (span.to <= span.from) throw new InvalidArgumentError("It must end after it begins.");
  return [...before, span];
}

async function backtestCommand(context: CliContext, options: BacktestOptions, target: string): Promise<Exit> {
  const printer = createPrinter(context, options);
  const began = context.clock.elapsed();
  const progress = createProgress(context, options);
  const outcome = await context.standalone
    .backtest({
      target,
      lastMs: options.last,
      stepMs: options.step ?? null,
      known: options.known,
      places: placesOf(context, options),
      timeZone: context.timeZone,
      chart: options.chart ?? null,
      tell: (phase, done, of) => progress.tell(phase, done, of),
    })
    .catch(interruption)
    .finally(() => progress.clear());
  switch (outcome.kind) {
    case "interrupted":
      printer.note("interrupted");
      return EXIT.unexpected;
    case "faulty":
      printProblems(printer, outcome.problems, outcome.texts);
      return EXIT.usage;
    case "unusable":
      printer.fault(printableLines(outcome.message));
      return EXIT.usage;
    case "blind":
      printer.fault(printableLines(outcome.message));
      return EXIT.blind;
    case "done": {
      const { backtest } = outcome;
      const time = createLocalTime(context.timeZone, context.clock.now());
      const tookMs = context.clock.elapsed() - began;
      printer.data({
        value: backtestBody(backtest),
        human: () => renderBacktest(backtest, tookMs, { time, paint: printer.paint }),
        plain: () => plainBacktest(backtest),
      });
      if (options.chart !== undefined) printer.note(`chart: ${options.chart}`);
      return EXIT.done;
    }
  }
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

class Interrupted extends Error {
  override readonly name = "Interrupted";
}

function interruption(error: unknown): { readonly kind: "interrupted" } | BacktestOutcome {
  if (error instanceof Interrupted) return { kind: "interrupted" };
  throw error;
}

const DOING: Readonly<Record<Phase, string>> = {
  asking: "range queries",
  judging: "evaluations",
  ramps: "ramps that expose nobody",
};

/** One line on a terminal that says how far it is; elsewhere nothing. An interrupt ends the replay at the next one. */
function createProgress({ stderr, stop }: CliContext, { quiet }: PrintOptions) {
  const isShown = stderr.isTTY && quiet !== true;
  let shown = "";
  return {
    tell(phase: Phase, done: number, of: number): void {
      if (stop.aborted) throw new Interrupted();
      const line = `${DOING[phase]}: ${Math.floor((100 * done) / Math.max(1, of))}%`;
      if (!isShown || line === shown) return;
      shown = line;
      stderr.write(`\r\u001b[K${line}`);
    },
    clear(): void {
      if (shown !== "") stderr.write("\r\u001b[K");
    },
  };
}
