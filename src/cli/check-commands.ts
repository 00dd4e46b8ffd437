import { Command, Option } from "commander";
import type { Purpose } from "../domain/gate.ts";
import { checkCommand } from "./check-command.ts";
import { checkFileCommand } from "./check-file-command.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { placesOf, withPlaces } from "./places-options.ts";
import type { PlacesOptions } from "./places-options.ts";
import { describe, duration, withServer } from "./program.ts";
import type { Finish } from "./program.ts";
import { withSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";

type CheckOptions = SessionOptions &
  PlacesOptions & {
    readonly for?: Purpose;
    readonly wait: number;
    readonly unleash?: string;
    readonly unleashTokenFile?: string;
  };

/** May it go on: a gate of the server, or a gate file without one. */
export function checkCommands(context: CliContext, finish: Finish): readonly Command[] {
  const purpose = new Option("--for <what>", "what is to happen").choices(["advance", "deploy", "finish"]);
  const command: Command = describe(
    new Command("check"),
    "may it go on? The exit code answers",
    "rampart check erp-order-export-v2 --for deploy --wait 20m\n" +
      "rampart check gates/checkout.yaml --prometheus http://prometheus.example.com:9090",
  )
    .argument("<gate-or-file>", "a gate of the server, or a gate file, which needs no server")
    .addOption(purpose)
    .option("--wait <duration>", "wait that long for it to open", duration, 0);
  withPlaces(command)
    .option("--unleash <url>", "of a file: where its flag stands is read here")
    .option("--unleash-token-file <path>", "file with the token of Unleash (RAMPART_UNLEASH_TOKEN)");
  return [
    withServer(command).action((subject: string, options: CheckOptions) => {
      if (isFile(subject)) return finish(() => checkFile(context, options, subject));
      const asked = options.for;
      if (asked === undefined) {
        command.error("error: required option '--for <what>' not specified", { exitCode: EXIT.usage });
      }
      return finish(() =>
        withSession(context, options, (session) => checkCommand(session, subject, asked, options.wait)),
      );
    }),
  ];
}

/** The name of a gate holds neither dot nor slash, so what does is a file, there or not. */
function isFile(subject: string): boolean {
  return /[./\\]/.test(subject);
}

function checkFile(context: CliContext, options: CheckOptions, file: string): Promise<number> {
  const request = {
    file,
    purpose: options.for ?? null,
    places: placesOf(context, options),
    unleash: options.unleash ?? null,
    unleashTokenFile: options.unleashTokenFile ?? null,
  };
  return checkFileCommand(context, options, request, options.wait);
}
