import { Command } from "commander";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { createPrinter } from "./printer.ts";
import type { Printer } from "./printer.ts";
import { describe, withServer } from "./program.ts";
import type { Finish } from "./program.ts";
import { withSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";

type BackupOptions = SessionOptions & { readonly store?: string };

/** `backup`: a copy of the store, from the running server or of a stopped one. */
export function backupCommands(context: CliContext, finish: Finish): readonly Command[] {
  const backup = withServer(
    describe(
      new Command("backup"),
      "copy the store to a new file, while the server runs",
      "rampart backup rampart-before-upgrade.db\nrampart backup copy.db --store data/rampart.db",
    ).argument("<file>", "where to; a file that is there is left alone"),
  )
    .option("--store <path>", "copy the store of a stopped server instead")
    .action((file: string, options: BackupOptions) => finish(() => take(context, options, file)));
  return [backup];
}

function take(context: CliContext, options: BackupOptions, file: string): Promise<Exit> {
  const { store } = options;
  return store === undefined ? fromServer(context, options, file) : ofStore(context, options, store, file);
}

function fromServer(context: CliContext, options: BackupOptions, file: string): Promise<Exit> {
  return withSession(context, options, async ({ client, printer }) => {
    const outcome = await client.backup(file);
    switch (outcome.kind) {
      case "saved":
        return report(printer, file, outcome);
      case "unsaved":
        printer.fault(`refused: ${outcome.message}`);
        return EXIT.usage;
      case "refused":
      case "unreachable":
        return reportFailure(printer, client.url, outcome);
    }
  });
}

async function ofStore(
  context: CliContext,
  options: BackupOptions,
  store: string,
  file: string,
): Promise<Exit> {
  const printer = createPrinter(context, options);
  const outcome = await context.standalone.backupStore({ store, to: file });
  if (outcome.kind === "saved") return report(printer, file, outcome);
  printer.fault(`${outcome.blind ? "cannot see" : "refused"}: ${outcome.message}`);
  return outcome.blind ? EXIT.blind : EXIT.usage;
}

function report(
  printer: Printer,
  file: string,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
): Exit {
  printer.note("it holds no key: keep the one that signs heads of the audit where you keep secrets");
  printer.data({
    value: { file, bytes, sha256 },
    human: () => `${file}: ${bytes} bytes, SHA-256 ${sha256}`,
    plain: () => [[file, String(bytes), sha256]],
  });
  return EXIT.done;
}
