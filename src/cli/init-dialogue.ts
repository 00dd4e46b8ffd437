import type { CliContext } from "./context.ts";
import { EXIT, type Exit } from "./exit-codes.ts";
import { createPrinter, type PrintOptions, type Printer } from "./printer.ts";
import { shown } from "./shown.ts";
import type { InitOutcome, InitProposal, InitQuestion, InitRequest } from "./standalone/init.ts";

export type InitOptions = PrintOptions & {
  readonly prometheus?: string;
  readonly alertmanager?: string;
  readonly source?: string;
  readonly service?: string;
  readonly owner?: string;
  readonly name?: string;
  readonly flag?: string;
  readonly strategy?: string;
  readonly environment?: string;
  readonly unleash?: string;
  readonly unleashTokenFile?: string;
  readonly unleashClientTokenFile?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly yes?: boolean;
};

/** A person who gives no usable answer this often is not asked again. */
const MOST_QUESTIONS = 8;

/** Asks until there is a proposal, shows it, and writes it once that was agreed to. Without a terminal nothing is asked. */
export async function initDialogue(context: CliContext, options: InitOptions): Promise<Exit> {
  const printer = createPrinter(context, options);
  const mayAsk = context.stdin.isTTY && options.yes !== true;
  let told = options;
  let outcome = await context.standalone.init(proposalRequest(context, told));
  const most = mayAsk ? MOST_QUESTIONS : 0;
  for (let asked = 0; outcome.kind === "needs" && asked < most; asked += 1) {
    const answer = await ask(context, outcome.message, outcome.choices);
    if (answer === "") break;
    told = { ...told, [outcome.what satisfies InitQuestion]: answer };
    outcome = await context.standalone.init(proposalRequest(context, told));
  }
  if (outcome.kind !== "proposed") return reportNone(printer, outcome);
  const { proposal } = outcome;
  if (mayAsk && !(await isAgreed(context, printer, proposal))) {
    printer.note("nothing was written");
    return EXIT.done;
  }
  return await write(context, printer, proposal, options.force === true);
}

function proposalRequest(context: CliContext, told: InitOptions): InitRequest {
  const { env } = context;
  return {
    kind: "propose",
    places: {
      prometheus: told.prometheus ?? given(env["PROMETHEUS_URL"]),
      alertmanager: told.alertmanager ?? given(env["ALERTMANAGER_URL"]),
      env,
    },
    answers: {
      source: told.source ?? null,
      service: told.service ?? null,
      owner: told.owner ?? null,
      name: told.name ?? null,
      unleash: told.unleash ?? null,
      unleashTokenFile: told.unleashTokenFile ?? null,
      unleashClientTokenFile: told.unleashClientTokenFile ?? null,
      environment: told.environment ?? null,
      flag: told.flag ?? null,
      strategy: told.strategy ?? null,
      out: told.out ?? null,
    },
    force: told.force === true,
  };
}

function given(variable: string | undefined): string | null {
  return variable === undefined || variable === "" ? null : variable;
}

/** One of the choices, by its number or as it is, or any text. */
async function ask(context: CliContext, message: string, choices: readonly string[]): Promise<string> {
  const list = choices.map((choice, index) => `  ${index + 1}  ${String(shown(choice))}\n`).join("");
  const answer = (await context.stdin.ask(`${String(shown(message))}\n${list}> `)).trim();
  const byNumber = choices.includes(answer) ? undefined : choices[Number(answer) - 1];
  return byNumber ?? answer;
}

async function isAgreed(context: CliContext, printer: Printer, proposal: InitProposal): Promise<boolean> {
  for (const { path, text } of proposal.files) {
    printer.note(`--- ${String(shown(path))}\n${text.trimEnd()}`);
  }
  const files = proposal.files.length === 1 ? "this file" : "these files";
  const answer = (await context.stdin.ask(`Write ${files}? [y/N] `)).trim().toLowerCase();
  return answer === "y" || answer === "yes";
}

async function write(
  context: CliContext,
  printer: Printer,
  proposal: InitProposal,
  force: boolean,
): Promise<Exit> {
  const { files, folders, gate, summary, remarks, next } = proposal;
  const written = await context.standalone.init({ kind: "write", files, folders, force });
  if (written.kind !== "written") return reportNone(printer, written);
  printer.data({
    value: { gate, written: written.paths, summary, remarks, next },
    human: () => renderWritten(proposal, written.paths),
    plain: () => written.paths.map((path) => [gate, path]),
  });
  return EXIT.done;
}

function renderWritten({ gate, summary, remarks, next }: InitProposal, paths: readonly string[]): string {
  const lines = [
    ...paths.map((path) => `wrote ${path}`),
    "",
    `${gate} watches:`,
    ...summary.map((line) => `  ${line}`),
    ...(remarks.length === 0 ? [] : ["", "to know:", ...remarks.map((line) => `  ${line}`)]),
    "",
    "next:",
    ...next.map((line) => `  ${line}`),
  ];
  return lines.map((line) => String(shown(line))).join("\n");
}

/** Why there is no gate, and what would help. */
function reportNone(printer: Printer, outcome: InitOutcome): Exit {
  const fault = (text: string): void => {
    for (const line of text.split("\n")) printer.fault(String(shown(line)));
  };
  switch (outcome.kind) {
    case "needs":
      fault(outcome.message);
      if (outcome.choices.length > 0) fault(`  one of: ${outcome.choices.join(", ")}`);
      return EXIT.usage;
    case "nothing":
      fault(outcome.message);
      for (const each of outcome.leftOut) fault(`  left out: ${each}`);
      if (outcome.nearest.length > 0) fault(`  services there are: ${outcome.nearest.join(", ")}`);
      return EXIT.closed;
    case "blind":
      fault(`cannot see: ${outcome.message}`);
      return EXIT.blind;
    case "refused":
      fault(outcome.message);
      return EXIT.usage;
    case "proposed":
    case "written":
      return EXIT.unexpected;
  }
}
