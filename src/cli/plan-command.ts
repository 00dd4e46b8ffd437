import { Command, Option } from "commander";
import type { CliContext } from "./context.ts";
import { DETAILED, EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { printProblems } from "./lint-command.ts";
import { createLocalTime } from "./local-time.ts";
import { placesOf, withPlaces } from "./places-options.ts";
import type { PlacesOptions } from "./places-options.ts";
import { planBody } from "./plan-body.ts";
import { cellsOf } from "./plan-cells.ts";
import { changesTo, type PlannedChanges } from "./plan-changes.ts";
import { FORMATS, createPrinter } from "./printer.ts";
import type { Format, Printer } from "./printer.ts";
import { describe, withServer } from "./program.ts";
import type { Finish } from "./program.ts";
import { markdownPlan, renderPlan, type ShownPlan } from "./render-plan.ts";
import { openAccess } from "./server-access.ts";
import type { SessionOptions } from "./session.ts";
import type { PlanOutcome } from "./standalone/plan.ts";

type PlanOptions = SessionOptions &
  PlacesOptions & {
    readonly format?: Format | "markdown";
    readonly changedSince?: string;
    readonly detailedExitcode: boolean;
  };

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
    .option("--detailed-exitcode", "0: no change to what the server runs; 10: a change; 2: not known", false)
    .addOption(
      new Option("--format <format>", "like --output, and markdown for a pull request").choices([
        ...FORMATS,
        "markdown",
      ]),
    );
  return [
    withServer(withPlaces(command)).action((target: string, options: PlanOptions) =>
      finish(() => planCommand(context, options, target)),
    ),
  ];
}

async function planCommand(context: CliContext, options: PlanOptions, target: string): Promise<number> {
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
      const compared = await withChanges(context, options, outcome);
      if (!compared.ok) {
        printer.fault(compared.message);
        return EXIT.usage;
      }
      const { shown, url } = compared;
      print({ context, printer, options }, shown);
      for (const remark of outcome.remarks) printer.note(remark);
      const exit = tellUnseen(printer, url, shown);
      if (!options.detailedExitcode) return exit;
      return exit === EXIT.done ? detailedExit(shown) : DETAILED.error;
    }
  }
}

type Planned = Extract<PlanOutcome, { readonly kind: "planned" }>;

type WithChanges =
  | { readonly ok: true; readonly shown: readonly ShownPlan[]; readonly url: string }
  | { readonly ok: false; readonly message: string };

/** Each plan beside what its file changes about what runs, where a server is named or has to be asked. */
async function withChanges(
  context: CliContext,
  options: PlanOptions,
  { planned, onTrust }: Planned,
): Promise<WithChanges> {
  const isNamed = options.url !== undefined || (context.env["RAMPART_URL"] ?? "") !== "";
  if (!isNamed && !options.detailedExitcode) {
    const shown = planned.map(({ plan }) => ({ plan, changes: { kind: "not-asked" } as const }));
    return { ok: true, shown, url: "" };
  }
  const access = await openAccess(context, options);
  if (!access.ok) return access;
  const shown: ShownPlan[] = [];
  let silent: PlannedChanges | null = null;
  for (const { gate, plan } of planned) {
    const changes: PlannedChanges =
      silent ?? (await changesTo(access.client, gate, onTrust, context.version));
    shown.push({ plan, changes });
    // Who does not answer once is not waited for again and again.
    if (changes.kind === "unseen" && changes.failure.kind === "unreachable") silent = changes;
  }
  return { ok: true, shown, url: access.client.url };
}

type Desk = { readonly context: CliContext; readonly printer: Printer; readonly options: PlanOptions };

function print({ context, printer, options }: Desk, shown: readonly ShownPlan[]): void {
  const time = createLocalTime(context.timeZone, context.clock.now());
  const none = `No gate has changed since ${options.changedSince ?? ""}.`;
  const texts = (render: (plan: ShownPlan) => string) =>
    shown.length === 0 ? none : shown.map(render).join("\n\n");
  if (options.format === "markdown") {
    context.stdout.write(`${texts((plan) => markdownPlan(plan, time))}\n`);
    return;
  }
  printer.data({
    value: { plans: shown.map(planBody) },
    human: () => texts((plan) => renderPlan(plan, time, printer.paint)),
    plain: () => shown.flatMap(({ plan }) => plan.steps.map((step) => [plan.gate, ...cellsOf(step, time)])),
  });
}

/** What a source or the server was asked in vain is not known, which is not the same as a plan without it. */
function tellUnseen(printer: Printer, url: string, shown: readonly ShownPlan[]): Exit {
  const unseen = shown.flatMap(({ plan: { traffic } }) =>
    traffic.kind === "unknown" && traffic.isUnseen ? [traffic.why] : [],
  );
  for (const why of new Set(unseen)) printer.fault(`cannot see: ${why}`);
  const [failed] = shown.flatMap(({ changes }) => (changes.kind === "unseen" ? [changes.failure] : []));
  if (failed !== undefined) return reportFailure(printer, url, failed);
  return unseen.length > 0 ? EXIT.blind : EXIT.done;
}

function detailedExit(shown: readonly ShownPlan[]): number {
  const isSame = shown.every(({ changes }) => changes.kind === "compared" && changes.changes.length === 0);
  return isSame ? DETAILED.same : DETAILED.change;
}
