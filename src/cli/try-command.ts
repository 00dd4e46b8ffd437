import { Command, InvalidArgumentError } from "commander";
import { HOUR, formatMillis } from "../domain/instant.ts";
import { printable } from "../gatefile/invisible.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { printProblems } from "./lint-command.ts";
import { createLocalTime } from "./local-time.ts";
import { placesOf, withPlaces } from "./places-options.ts";
import type { PlacesOptions } from "./places-options.ts";
import { createPrinter } from "./printer.ts";
import type { PrintOptions, Printer } from "./printer.ts";
import { describe, duration, withPrinting } from "./program.ts";
import type { Finish } from "./program.ts";
import { plainTrial, renderTrial } from "./render-trial.ts";
import type { TryOutcome } from "./standalone/try.ts";
import { trialBody } from "./trial-body.ts";

type TryOptions = PrintOptions &
  PlacesOptions & {
    readonly advance?: string;
    readonly halt?: string;
    readonly rollback?: string;
    readonly last: number;
    readonly at?: number;
    readonly source?: string;
  };

type Trial = Extract<TryOutcome, { readonly kind: "tried" }>["trial"];

/** What a query or an alert would have said, before there is a gate. */
export function tryCommands(context: CliContext, finish: Finish): readonly Command[] {
  const command = describe(
    new Command("try"),
    "what a query or an alert says, and would have said",
    "rampart try 'sum(rate(shop_errors_total[5m])) / sum(rate(shop_requests_total[5m]))' --advance 'at most 0.5%'\n" +
      "rampart try HighErrorRate --prometheus http://prometheus.example.com:9090",
  )
    .argument("<query-or-alert>", "a PromQL query, an alert's name, or matchers of alerts in braces")
    .option("--advance <limit>", "good enough to go on, such as 'at most 0.5%'")
    .option("--halt <limit>", "bad enough to stop, such as 'above 1% for 5m'")
    .option("--rollback <limit>", "bad enough to go back, such as 'above 2% for 2m'")
    .option("--last <duration>", "how far back to look", duration, 24 * HOUR)
    .option("--at <time>", "as of then, such as 2026-03-03T11:00:00Z", instant)
    .option("--source <name>", "a source of the configuration, where it names several");
  return [
    withPrinting(withPlaces(command)).action((query: string, options: TryOptions) =>
      finish(() => tryCommand(context, options, query)),
    ),
  ];
}

function instant(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError("It must be a time with its offset, such as 2026-03-03T11:00:00Z.");
  return at;
}

async function tryCommand(context: CliContext, options: TryOptions, query: string): Promise<Exit> {
  const printer = createPrinter(context, options);
  const outcome = await context.standalone.tryQuery({
    query,
    limits: {
      advance: options.advance ?? null,
      halt: options.halt ?? null,
      rollback: options.rollback ?? null,
    },
    places: placesOf(context, options),
    source: options.source ?? null,
    lastMs: options.last,
    at: options.at ?? null,
  });
  if (outcome.kind === "unusable") {
    printer.fault(outcome.message.split("\n").map(printable).join("\n"));
    return EXIT.usage;
  }
  return report(context, printer, outcome.trial, options.last);
}

function report(context: CliContext, printer: Printer, trial: Trial, lastMs: number): Exit {
  switch (trial.kind) {
    case "faulty":
      printProblems(printer, trial.problems, new Map([[trial.problems[0]?.file ?? "", trial.text]]));
      return EXIT.usage;
    case "unheard":
      printer.fault(printable(unheard(trial.text, trial.nearest)));
      return EXIT.usage;
    case "query":
    case "alert": {
      const time = createLocalTime(context.timeZone, context.clock.now());
      const look = { time, paint: printer.paint, columns: context.stdout.columns ?? 100 };
      printer.data({
        value: trialBody(trial),
        human: () => renderTrial(trial, `the last ${formatMillis(lastMs)}`, look),
        plain: () => plainTrial(trial),
      });
      return trial.exitCode;
    }
  }
}

function unheard(text: string, nearest: readonly string[]): string {
  const what = text.startsWith("{")
    ? `no alerting rule matches ${text}`
    : `${text} is neither an alert nor a metric of this source`;
  return nearest.length === 0 ? what : `${what}; there is: ${nearest.join(", ")}`;
}
