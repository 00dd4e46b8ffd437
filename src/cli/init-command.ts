import { Command } from "commander";
import type { CliContext } from "./context.ts";
import { initDialogue, type InitOptions } from "./init-dialogue.ts";
import type { Finish } from "./program.ts";
import { describe, withPrinting } from "./program.ts";

const EXAMPLE = `rampart init --prometheus http://127.0.0.1:9090 --service checkout --owner team-checkout
rampart init --service checkout --unleash https://unleash.example.com --flag new-checkout`;

export function initCommands(context: CliContext, finish: Finish): readonly Command[] {
  const init = withPrinting(describe(new Command("init"), "propose a first gate from what is there", EXAMPLE))
    .option("--prometheus <url>", "where metrics are (PROMETHEUS_URL; the configuration)")
    .option("--alertmanager <url>", "where silences are (ALERTMANAGER_URL)")
    .option("--source <name>", "one of the configuration's sources, where it has several")
    .option("--service <name>", "whose gate it is, as series and alerts call it")
    .option("--owner <team>", "who is asked about it")
    .option("--name <gate>", "the gate's name (the flag's or the service's)")
    .option("--flag <name>", "a flag of Unleash to drive; without one the gate only watches")
    .option("--strategy <name>", "its gradual rollout, by title or id, where it has several")
    .option("--environment <name>", "of Unleash (production)")
    .option("--unleash <url>", "where the flag is; its token: RAMPART_UNLEASH_TOKEN")
    .option("--unleash-token-file <path>", "file with its token")
    .option("--unleash-client-token-file <path>", "file with a backend token of the environment")
    .option("--out <path>", "where to write the gate (gates/<name>.yaml)")
    .option("--force", "replace a gate file that is there")
    .option("-y, --yes", "write without asking")
    .action((options: InitOptions) => finish(() => initDialogue(context, options)));
  return [init];
}
