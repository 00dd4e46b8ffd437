import { Command, InvalidArgumentError, Option } from "commander";
import { SCOPES } from "../domain/principal.ts";
import { DAY, SECOND } from "../domain/instant.ts";
import type { CliContext } from "./context.ts";
import { describe, duration, withServer } from "./program.ts";
import type { Finish } from "./program.ts";
import { createToken, listTokens, revokeToken } from "./token-command.ts";
import type { TokenOptions } from "./token-command.ts";

type CreateOptions = Omit<TokenOptions, "config"> & {
  readonly config?: string;
  readonly kind: string;
  readonly name: string;
  readonly scopes?: readonly string[];
  readonly preset?: string;
  readonly expires: number;
};

export function tokenCommands(context: CliContext, finish: Finish): readonly Command[] {
  const token = describe(new Command("token"), "make, list and revoke tokens", "rampart token list");
  for (const command of [create(context, finish), list(context, finish), revoke(context, finish)]) {
    token.addCommand(command);
  }
  return [token];
}

function create(context: CliContext, finish: Finish): Command {
  return withStore(
    describe(
      new Command("create"),
      "make a token; its secret is printed this once",
      "rampart token create --kind machine --name ci --preset ci --expires 30d",
    )
      .addOption(
        new Option("--kind <kind>", "whose it is").choices(["person", "machine"]).makeOptionMandatory(),
      )
      .requiredOption("--name <name>", "a machine's name, or a person's in the configuration")
      .option("--scopes <list>", `some of ${SCOPES.join(",")}`, scopeList)
      .addOption(new Option("--preset <name>", "scopes for a purpose").choices(["ci"]))
      .option("--expires <duration>", "how long it lives, at most 90d", duration, 30 * DAY),
  ).action((options: CreateOptions) =>
    finish(() =>
      createToken(context, located(context, options), {
        kind: options.kind,
        name: options.name,
        expiresIn: Math.floor(options.expires / SECOND),
        ...(options.scopes === undefined ? {} : { scopes: options.scopes }),
        ...(options.preset === undefined ? {} : { preset: options.preset }),
      }),
    ),
  );
}

function list(context: CliContext, finish: Finish): Command {
  return withStore(
    describe(new Command("list"), "all tokens, without secrets", "rampart token list -o json"),
  ).action((options: CreateOptions) => finish(() => listTokens(context, located(context, options))));
}

function revoke(context: CliContext, finish: Finish): Command {
  return withStore(
    describe(
      new Command("revoke"),
      "take a token back, at once",
      "rampart token revoke 3kTMd8Qw2xYz",
    ).argument("<id>", "as token list shows it"),
  ).action((id: string, options: CreateOptions) =>
    finish(() => revokeToken(context, located(context, options), id)),
  );
}

function withStore(command: Command): Command {
  return withServer(command)
    .option("--store <path>", "work on the store of a stopped server instead")
    .option("--config <path>", "with --store: the configuration that names people (RAMPART_CONFIG)");
}

function located(context: CliContext, options: CreateOptions): TokenOptions {
  return { ...options, config: configPath(context, options.config) };
}

/** The configuration's path: the option, the environment, or where it usually is. */
export function configPath(context: CliContext, option: string | undefined): string {
  const fromEnv = context.env["RAMPART_CONFIG"];
  return option ?? (fromEnv === undefined || fromEnv === "" ? "config/rampart.yaml" : fromEnv);
}

function scopeList(text: string): readonly string[] {
  const scopes = text.split(",").map((scope) => scope.trim());
  const unknown = scopes.filter((scope) => !SCOPES.some((known) => known === scope));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`Not a scope: ${unknown.join(", ")}. There are ${SCOPES.join(", ")}.`);
  }
  return scopes;
}
