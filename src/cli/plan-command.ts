import { Command, Option } from "commander";
import type { GatePlan } from "../trial/plan/plan.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { printProblems } from "./lint-command.ts";
import { createLocalTime } from "./local-time.ts";
import { placesOf, withPlaces } from "./places-options.ts";
import type { PlacesOptions } from "./places-options.ts";
import { planBody } from "./plan-body.ts";
import { cellsOf } from "./plan-cells.ts";
import { FORMATS, createPrinter } from "./printer.ts";
import type { Format, PrintOptions } from "./printer.ts";
import { describe, withPrinting } from "./program.ts";
import type { Finish } from "./program.ts";
import { markdownPlan, renderPlan } from "./render-plan.ts";

type PlanOptions = PrintOptions &
  PlacesOptions & { readonly format?: Format | "markdown"; readonly changedSince?: string };

/** What will happen, and when, before anybody starts it. */
export function planCommands(context: CliContext, finish: Finish): readonly Command[] {
  const command = describe(
    new Command("plan"),
    "what a ramp will do, and when, before it starts",
    "rampart plan gates/erp-order-export-v2.yaml --prometheus http://prometheus.example.com:9090\n" +
      'rampart plan gates --changed-since origin/main --format markdown >> "$GITHUB_STEP_SUMMARY"',
  )
    .argument("[gate-or-path]", "a gate file, a folder, or the name of a gate", "gates")
    .option(
      "--changed-since <ref>",
      "only gates whose files, libraries too, changed since the branch left it",
    )
    .addOption(
      new Option("--format <format>", "like --output, and markdown for a pull request").choices([
        ...FORMATS,
        "markdown",
      ]),
    );
  return [
    withPrinting(withPlaces(command)).action((target: string, options: PlanOptions) =>
      finish(() => planCommand(context, options, target)),
    ),
  ];
}

async function planCommand(context: CliContext, options: PlanOptions, target: string): Promise<Exit> {
  const { format } = options;
  const printer = createPrinter(context, {
    ...options,
    ...(format === undefined || format === "markdown" ? {} : { output: format }),
  });
  const changedSince = options.changedSince ?? null;
  const outcome = await context.standalone.plan({ target, places: placesOf(context, options), changedSince });
  switch (outcome.kind) {
    case "unusable":
      printer.fault(outcome.message);
      return EXIT.usage;
    case "faulty":
      printProblems(printer, outcome.problems, outcome.texts);
      return EXIT.usage;
    case "planned": {
      const { plans, remarks } = outcome;
      const time = createLocalTime(context.timeZone, context.clock.now());
      const none = `No gate has changed since ${changedSince ?? ""}.`;
      const texts = (render: (plan: GatePlan) => string) =>
        plans.length === 0 ? none : plans.map(render).join("\n\n");
      if (format === "markdown") context.stdout.write(`${texts((plan) => markdownPlan(plan, time))}\n`);
      else
        printer.data({
          value: { plans: plans.map(planBody) },
          human: () => texts((plan) => renderPlan(plan, time, printer.paint)),
          plain: () => plans.flatMap((plan) => plan.steps.map((step) => [plan.gate, ...cellsOf(step, time)])),
        });
      for (const remark of remarks) printer.note(remark);
      const unseen = plans.flatMap(({ traffic }) =>
        traffic.kind === "unknown" && traffic.isUnseen ? [traffic.why] : [],
      );
      for (const why of new Set(unseen)) printer.fault(`cannot see: ${why}`);
      // What a source was asked in vain is not known, which is not the same as a plan without it.
      return unseen.length > 0 ? EXIT.blind : EXIT.done;
    }
  }
}
