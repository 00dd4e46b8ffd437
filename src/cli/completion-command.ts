import { Argument, Command, Option } from "commander";
import { GATE_NAME } from "../api/routes.ts";
import { SECOND } from "../domain/instant.ts";
import { bashCompletion } from "./completion/bash.ts";
import { commandTree, type TreeCommand } from "./completion/command-tree.ts";
import { fishCompletion } from "./completion/fish.ts";
import { zshCompletion } from "./completion/zsh.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type Exit } from "./exit-codes.ts";
import { describe, type Finish } from "./program.ts";
import { openAccess } from "./server-access.ts";

const SHELLS: Readonly<Record<string, (tree: TreeCommand) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Nobody waits longer for a key to do something. */
const PATIENCE = SECOND;

export function completionCommands(context: CliContext, finish: Finish): readonly Command[] {
  const command = describe(
    new Command("completion"),
    "a script for completion in a shell",
    "rampart completion bash > ~/.local/share/bash-completion/completions/rampart\nrampart completion fish | source",
  );
  command
    .addArgument(new Argument("[shell]", "which shell").choices(Object.keys(SHELLS)))
    .addOption(new Option("--gates", "names of gates, for the scripts").hideHelp())
    .action((shell: string | undefined, { gates = false }: { gates?: boolean }) =>
      finish(() => (gates ? printGates(context) : printScript(context, shell, command))),
    );
  return [command];
}

function printScript(context: CliContext, shell: string | undefined, { parent }: Command): Promise<Exit> {
  const script = shell === undefined ? undefined : SHELLS[shell];
  if (script === undefined || parent === null) {
    context.stderr.write(`which shell? One of ${Object.keys(SHELLS).join(", ")}: rampart completion bash\n`);
    return Promise.resolve(EXIT.usage);
  }
  context.stdout.write(`${script(commandTree(parent))}\n`);
  return Promise.resolve(EXIT.done);
}

/**
 * The names of the server's gates, one a line. Without a quick answer there are none: a shell that completes shows no errors.
 * Shells evaluate what they are offered, so nothing that cannot be a name is.
 */
async function printGates(context: CliContext): Promise<Exit> {
  const stop = AbortSignal.any([context.stop, AbortSignal.timeout(PATIENCE)]);
  const access = await openAccess({ ...context, stop }, {});
  if (!access.ok) return EXIT.done;
  const got = await access.client.gates();
  const names = got.kind === "got" ? got.value.gates.map(({ name }) => name) : [];
  for (const name of names.filter((each) => GATE_NAME.test(each))) context.stdout.write(`${name}\n`);
  return EXIT.done;
}
