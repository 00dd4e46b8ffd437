import { Command } from "commander";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { createPrinter } from "./printer.ts";
import type { PrintOptions } from "./printer.ts";
import { describe, withPrinting } from "./program.ts";
import type { Finish } from "./program.ts";
import { configPath } from "./token-commands.ts";

export function serverCommands(context: CliContext, finish: Finish): readonly Command[] {
  const serve = describe(new Command("serve"), "run the server", "rampart serve --config config/rampart.yaml")
    .option("--config <path>", "the configuration (RAMPART_CONFIG; config/rampart.yaml)")
    .action((options: { config?: string }) =>
      finish(() => context.serve(configPath(context, options.config))),
    );

  const version = withPrinting(
    describe(new Command("version"), "show the version", "rampart version"),
  ).action((options: PrintOptions) =>
    finish(() => {
      const { version: text } = context;
      createPrinter(context, options).data({
        value: { version: text },
        human: () => `rampart ${text}`,
        plain: () => [[text]],
      });
      return Promise.resolve(EXIT.done);
    }),
  );
  return [serve, version];
}
