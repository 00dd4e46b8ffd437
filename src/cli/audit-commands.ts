import { Command, InvalidArgumentError } from "commander";
import { exportAudit, showAuditKey, verifyAudit } from "./audit-command.ts";
import type { AuditOptions, VerifyOptions } from "./audit-command.ts";
import type { CliContext } from "./context.ts";
import { describe, withPrinting } from "./program.ts";
import type { Finish } from "./program.ts";

/** `audit`: the chain of records in the store of a stopped server, or in a backup. */
export function auditCommands(context: CliContext, finish: Finish): readonly Command[] {
  const audit = describe(
    new Command("audit"),
    "check and export the audit of a stopped server",
    "rampart audit verify --head-file rampart.log",
  );
  for (const command of [verify(context, finish), exporting(context, finish), key(context, finish)]) {
    audit.addCommand(command);
  }
  return [audit];
}

function verify(context: CliContext, finish: Finish): Command {
  return withPrinting(
    withStore(
      describe(
        new Command("verify"),
        "is any record altered, removed, moved or cut off?",
        "rampart audit verify --head-file rampart.log --public-key audit.pub.pem\nrampart audit verify --store backup/rampart.db",
      ),
    )
      .option("--head <seq:hash>", "a head that was kept elsewhere", headOf)
      .option("--head-file <path>", "log of the server: every head in it must fit")
      .option("--public-key <path>", "PEM of the key that signed the heads of that file"),
  ).action((options: VerifyOptions) => finish(() => verifyAudit(context, options)));
}

function exporting(context: CliContext, finish: Finish): Command {
  return withStore(
    describe(
      new Command("export"),
      "print the records as lines of JSON",
      "rampart audit export --after 1200 > audit.jsonl",
    ),
  )
    .option("--after <seq>", "only records above it", wholeNumber, 0)
    .action((options: AuditOptions & { readonly after: number }) =>
      finish(() => exportAudit(context, options, options.after)),
    );
}

function key(context: CliContext, finish: Finish): Command {
  return withPrinting(
    withStore(
      describe(
        new Command("key"),
        "print the public key that heads are signed with",
        "rampart audit key > audit.pub.pem",
      ),
    ),
  ).action((options: VerifyOptions) => finish(() => showAuditKey(context, options)));
}

function withStore(command: Command): Command {
  return command
    .option("--store <path>", "the store or a backup of it (else the configuration's)")
    .option("--config <path>", "the configuration that names the store (RAMPART_CONFIG)");
}

function headOf(text: string): { readonly seq: number; readonly hash: string } {
  const parts = /^(?<seq>[1-9]\d{0,15}):(?<hash>[0-9a-f]{64})$/.exec(text)?.groups;
  if (parts === undefined) {
    throw new InvalidArgumentError("It must be the number of a record, a colon and its hash of 64 digits.");
  }
  return { seq: Number(parts["seq"]), hash: parts["hash"] ?? "" };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
