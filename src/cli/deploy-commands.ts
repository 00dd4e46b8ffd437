import { Command, InvalidArgumentError } from "commander";
import { changesCommand } from "./changes-command.ts";
import type { ChangesOptions } from "./changes-command.ts";
import type { CliContext } from "./context.ts";
import { deployedCommand } from "./deployed-command.ts";
import { describe, utcTime, withServer } from "./program.ts";
import type { Finish } from "./program.ts";
import { withSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";

const LARGEST_PAGE = 100;

/** `deployed` and `changes`: what CI tells, and the ledger. */
export function deployCommands(context: CliContext, finish: Finish): readonly Command[] {
  return [deployed(context, finish), changes(context, finish)];
}

type DeployedOptions = SessionOptions & {
  readonly version: string;
  readonly at?: string;
  readonly link?: string;
};

function deployed(context: CliContext, finish: Finish): Command {
  return withServer(
    describe(
      new Command("deployed"),
      "tell that a version of a service went out",
      'rampart deployed checkout --version "$GITHUB_SHA"',
    )
      .argument("<service>", "the service, as gates name it")
      .requiredOption("--version <version>", "what went out, such as a commit")
      .option("--at <time>", "when it went out, as 2026-03-03T11:02:00Z (default: now)", utcTime)
      .option("--link <url>", "where the deploy can be looked at"),
  ).action((service: string, options: DeployedOptions) =>
    finish(() => {
      const { version, at, link } = options;
      const deploy = {
        service,
        version,
        ...(at === undefined ? {} : { at }),
        ...(link === undefined ? {} : { url: link }),
      };
      return withSession(context, options, (session) => deployedCommand(session, deploy));
    }),
  );
}

function changes(context: CliContext, finish: Finish): Command {
  return withServer(
    describe(
      new Command("changes"),
      "the ledger: deploys and changes of exposure, newest first",
      "rampart changes --gate erp-order-export-v2 --limit 50",
    )
      .option("--gate <gate>", "only of this gate, with the deploys of its service")
      .option("--service <service>", "only deploys of this service")
      .option("--limit <count>", `how many at most, up to ${LARGEST_PAGE}`, pageSize, 20)
      .option("--before <id>", "only entries older than this one"),
  ).action((options: SessionOptions & ChangesOptions) =>
    finish(() => withSession(context, options, (session) => changesCommand(session, options))),
  );
}

function pageSize(text: string): number {
  if (!/^[1-9]\d*$/.test(text) || Number(text) > LARGEST_PAGE) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${LARGEST_PAGE}.`);
  }
  return Number(text);
}
