import type { Client } from "./client.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { createLocalTime } from "./local-time.ts";
import type { LocalTime } from "./local-time.ts";
import { createPrinter } from "./printer.ts";
import type { PrintOptions, Printer } from "./printer.ts";
import { openAccess } from "./server-access.ts";
import type { AccessOptions } from "./server-access.ts";

/** What a command that talks to the server works with. */
export type Session = {
  readonly context: CliContext;
  readonly client: Client;
  readonly printer: Printer;
  readonly time: LocalTime;
};

export type SessionOptions = PrintOptions & AccessOptions;

export async function withSession(
  context: CliContext,
  options: SessionOptions,
  run: (session: Session) => Promise<Exit>,
): Promise<Exit> {
  const printer = createPrinter(context, options);
  const access = await openAccess(context, options);
  if (!access.ok) {
    printer.fault(access.message);
    return EXIT.usage;
  }
  const time = createLocalTime(context.timeZone, context.clock.now());
  return run({ context, client: access.client, printer, time });
}
