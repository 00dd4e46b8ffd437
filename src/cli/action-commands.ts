import { Command, Option } from "commander";
import { ACTIONS } from "../domain/command.ts";
import type { ActionName } from "../domain/command.ts";
import type { Millis } from "../domain/instant.ts";
import { actCommand } from "./act-command.ts";
import { approveCommand } from "./approve-command.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { promiseCommand } from "./promise-command.ts";
import { createPrinter } from "./printer.ts";
import { describe, duration, utcTime, wholePercent, withServer } from "./program.ts";
import type { Finish } from "./program.ts";
import { withSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";

type SimpleAction = Exclude<ActionName, "start" | "pause">;

/** What each action does, in the words of its help. `start` and `pause` take more and stand apart. */
const SUMMARIES: Readonly<Record<SimpleAction, readonly [summary: string, reason: string]>> = {
  act: ["let the gate move its flag", "limits held for a week"],
  observe: ["let the gate only watch and say what it would do", "limits changed"],
  resume: ["go on after a pause or a halt", "cause fixed in abc123"],
  advance: [
    "take the next step now: waives hold and proof, never what halts or cannot be seen",
    "campaign starts at noon",
  ],
  rollback: ["bring exposure to 0%, at once", "ERP reports doubled orders"],
  restart: ["begin again at 0% after a rollback and its cooldown", "fixed in abc123"],
  reject: ["answer a request for approval with no", "margin is not explained"],
  "adopt-flag": ["take the flag as somebody left it", "raised by hand during the incident"],
  "adopt-definition": ["let the run go on under the changed file", "the hold is a day longer now"],
  restore: ["bring the flag back to what was recorded", "changed by mistake"],
  abort: ["end a run that stands at 0%", "feature withdrawn"],
  finish: ["end the bake early, with good signals, or a drain", "baked for a week"],
  release: ["let go of the flag: its title is the team's own again", "fully rolled out"],
  retire: ["forget a gate whose file is gone", "feature is part of the product now"],
};

type ReasonOptions = SessionOptions & { readonly reason: string };

/** Commands that tell a gate something. Each needs a reason, since each is asked about later. */
export function actionCommands(context: CliContext, finish: Finish): readonly Command[] {
  const simple = ACTIONS.filter((action) => action !== "start" && action !== "pause").map((action) =>
    simpleCommand(context, finish, action),
  );
  return [
    startCommand(context, finish),
    approve(context, finish),
    promise(context, finish),
    pauseCommand(context, finish),
    ...simple,
  ];
}

function simpleCommand(context: CliContext, finish: Finish, action: SimpleAction): Command {
  const [summary, reason] = SUMMARIES[action];
  const example = `rampart ${action} erp-order-export-v2 --reason "${reason}"`;
  return withServer(
    describe(new Command(action), summary, example)
      .argument("<gate>", "the gate")
      .requiredOption("--reason <text>", "why; kept with the decision"),
  ).action((gate: string, options: ReasonOptions) =>
    finish(() =>
      withSession(context, options, (session) =>
        actCommand(session, gate, { action, reason: options.reason }),
      ),
    ),
  );
}

type PauseOptions = ReasonOptions & { readonly for?: Millis; readonly until?: string };

function pauseCommand(context: CliContext, finish: Finish): Command {
  return withServer(
    describe(
      new Command("pause"),
      "stop increases until resumed; signals stay armed",
      'rampart pause erp-order-export-v2 --reason "peak hour" --for 2h',
    )
      .argument("<gate>", "the gate")
      .requiredOption("--reason <text>", "why; kept with the decision")
      .option("--for <duration>", "go on by itself after that long", duration)
      .addOption(
        new Option("--until <time>", "go on by itself then, such as 2026-03-03T14:00:00Z")
          .argParser(utcTime)
          .conflicts("for"),
      ),
  ).action((gate: string, options: PauseOptions) =>
    finish(() => {
      const { reason } = options;
      const over =
        options.for === undefined ? null : new Date(context.clock.now() + options.for).toISOString();
      const until = options.until ?? over;
      const request = { action: "pause" as const, reason, ...(until === null ? {} : { until }) };
      return withSession(context, options, (session) => actCommand(session, gate, request));
    }),
  );
}

type StartOptions = SessionOptions & {
  readonly reason?: string;
  readonly at?: number;
  readonly change?: string;
};

function startCommand(context: CliContext, finish: Finish): Command {
  return withServer(
    describe(
      new Command("start"),
      "begin a ramp",
      'rampart start erp-order-export-v2 --change "$GITHUB_SHA"\nrampart start erp-order-export-v2 --at 25 --reason "taken over by hand"',
    )
      .argument("<gate>", "the gate")
      .option("--reason <text>", "why; with --change it may be left out")
      .option("--at <percent>", "the declared step the flag already stands at", wholePercent)
      .option("--change <id>", "what is being released; the same one twice has no further effect"),
  ).action((gate: string, options: StartOptions) =>
    finish(async () => {
      const { at, change } = options;
      const reason = options.reason ?? (change === undefined ? undefined : `change ${change}`);
      if (reason === undefined) {
        createPrinter(context, options).fault("error: start needs --reason, or --change to stand for it");
        return EXIT.usage;
      }
      const request = {
        action: "start" as const,
        reason,
        ...(at === undefined ? {} : { at }),
        ...(change === undefined ? {} : { change }),
      };
      return withSession(context, options, (session) => actCommand(session, gate, request));
    }),
  );
}

function approve(context: CliContext, finish: Finish): Command {
  return withServer(
    describe(
      new Command("approve"),
      "read the evidence of an open request and answer it",
      'rampart approve erp-order-export-v2 --reason "all five signals good"',
    )
      .argument("<gate>", "the gate")
      .requiredOption("--reason <text>", "why; kept with the decision")
      .option("--not-yet", "leave a comment instead of an approval", false)
      .option("-y, --yes", "do not ask", false),
  ).action((gate: string, options: ReasonOptions & { notYet: boolean; yes: boolean }) =>
    finish(() => withSession(context, options, (session) => approveCommand(session, gate, options))),
  );
}

function promise(context: CliContext, finish: Finish): Command {
  return withServer(
    describe(
      new Command("promise"),
      "promise once what the gate asks your group for",
      'rampart promise erp-order-export-v2 --reason "raised in ERP-812"',
    )
      .argument("<gate>", "the gate")
      .requiredOption("--reason <text>", "why; kept with the promise")
      .option("--says <text>", "which one, word for word, where the gate asks for several")
      .option("-y, --yes", "do not ask", false),
  ).action((gate: string, options: ReasonOptions & { says?: string; yes: boolean }) =>
    finish(() => withSession(context, options, (session) => promiseCommand(session, gate, options))),
  );
}
