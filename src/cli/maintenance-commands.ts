import { Command, Option } from "commander";
import { type Millis, SECOND } from "../domain/instant.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { listMaintenanceCommand, orderMaintenanceCommand } from "./maintenance-command.ts";
import { createPrinter } from "./printer.ts";
import { describe, duration, withServer } from "./program.ts";
import type { Finish } from "./program.ts";
import { withSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";

type MaintenanceOptions = SessionOptions & {
  readonly for?: Millis;
  readonly end?: boolean;
  readonly reason?: string;
};

/** `maintenance`: what is under way, and its beginning and end at a source. */
export function maintenanceCommands(context: CliContext, finish: Finish): readonly Command[] {
  const command = withServer(
    describe(
      new Command("maintenance"),
      "stop the clocks of a source that is worked on",
      'rampart maintenance\nrampart maintenance prometheus --for 2h --reason "Prometheus is upgraded"\nrampart maintenance prometheus --end --reason "done early"',
    )
      .argument("[source]", "the source, as the server's configuration names it")
      .option("--for <duration>", "how long, at most 24h; it ends by itself", duration)
      .addOption(new Option("--end", "let the clocks run again now").conflicts("for"))
      .option("--reason <text>", "why; kept in the audit and told"),
  ).action((source: string | undefined, options: MaintenanceOptions) =>
    finish(async () => {
      const order = orderOf(source, options);
      if (order.kind === "list") return withSession(context, options, listMaintenanceCommand);
      if (order.kind === "order") {
        const { of, request } = order;
        return withSession(context, options, (session) => orderMaintenanceCommand(session, of, request));
      }
      createPrinter(context, options).fault(`error: ${order.message}`);
      return EXIT.usage;
    }),
  );
  return [command];
}

function faulty(message: string) {
  return { kind: "faulty", message } as const;
}

/** A source with how long or the end, and a reason; or nothing at all, which asks what is under way. */
function orderOf(source: string | undefined, { for: forMs, end, reason }: MaintenanceOptions) {
  if (source === undefined) {
    const isAsked = forMs === undefined && end === undefined && reason === undefined;
    return isAsked ? ({ kind: "list" } as const) : faulty("maintenance needs the name of a source");
  }
  if (reason === undefined) return faulty("maintenance of a source needs --reason");
  if (end === true) return { kind: "order", of: source, request: { action: "end", reason } } as const;
  if (forMs === undefined) return faulty("maintenance of a source needs --for, or --end");
  const request = { action: "begin", for: Math.ceil(forMs / SECOND), reason } as const;
  return { kind: "order", of: source, request } as const;
}
