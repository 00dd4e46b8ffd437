import { isoTime } from "../api/wire-time.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { createLocalTime } from "./local-time.ts";
import { createPrinter } from "./printer.ts";
import type { Printer, PrintOptions } from "./printer.ts";
import type { AuditPlace, AuditUnseen, VerifyAuditOutcome } from "./standalone/audit.ts";
import { configPath } from "./token-commands.ts";

export type AuditOptions = { readonly store?: string; readonly config?: string };

export type VerifyOptions = PrintOptions &
  AuditOptions & {
    readonly head?: { readonly seq: number; readonly hash: string };
    readonly headFile?: string;
    readonly publicKey?: string;
  };

export async function verifyAudit(context: CliContext, options: VerifyOptions): Promise<Exit> {
  const printer = createPrinter(context, options);
  const { head = null, headFile = null, publicKey: publicKeyFile = null } = options;
  if (publicKeyFile !== null && headFile === null) {
    printer.fault("--public-key checks the signatures of heads: name the file they are in with --head-file");
    return EXIT.usage;
  }
  const request = { ...placeOf(context, options), head, headFile, publicKeyFile };
  const outcome = await context.standalone.verifyAudit(request);
  if (outcome.kind === "unseen") return refuse(context, outcome);
  if (outcome.kind === "broken") return reportBroken(printer, outcome);
  remark(printer, outcome, headFile !== null);
  reportSound(context, printer, outcome);
  return EXIT.done;
}

export async function exportAudit(context: CliContext, options: AuditOptions, after: number): Promise<Exit> {
  const outcome = await context.standalone.exportAudit({
    ...placeOf(context, options),
    after,
    write: (line) => context.stdout.write(`${line}\n`),
  });
  return outcome.kind === "unseen" ? refuse(context, outcome) : EXIT.done;
}

export async function showAuditKey(context: CliContext, options: PrintOptions & AuditOptions): Promise<Exit> {
  const printer = createPrinter(context, options);
  const outcome = await context.standalone.auditKey(placeOf(context, options));
  if (outcome.kind === "unseen") return refuse(context, outcome);
  const { path, pem, fingerprint } = outcome;
  printer.note(`the public half of ${path}, fingerprint ${fingerprint}`);
  printer.data({
    value: { path, pem, fingerprint },
    human: () => pem.trimEnd(),
    plain: () => [[path, fingerprint]],
  });
  return EXIT.done;
}

function placeOf(context: CliContext, options: AuditOptions): AuditPlace {
  return { store: options.store ?? null, config: configPath(context, options.config) };
}

type Sound = Extract<VerifyAuditOutcome, { kind: "sound" }>;

function reportSound(context: CliContext, printer: Printer, { store, head, heads, signed }: Sound): void {
  const time = createLocalTime(context.timeZone, context.clock.now());
  printer.data({
    value: { sound: true, store, head: head && { ...head, at: isoTime(head.at) }, heads, signed },
    human: () =>
      head === null
        ? `${store}: the audit is empty`
        : [
            `${store}: ${head.seq} ${head.seq === 1 ? "record" : "records"} in an unbroken chain`,
            `  head   ${head.seq}:${head.hash}`,
            `  of     ${time.heading(head.at)}`,
            `  fits   ${heads === 0 ? "no head was given" : headsText(heads, signed)}`,
          ].join("\n"),
    plain: () => [["sound", String(head?.seq ?? 0), head?.hash ?? "-", String(heads)]],
  });
}

function headsText(heads: number, signed: boolean): string {
  return `${heads} ${heads === 1 ? "head" : "heads"} kept elsewhere${signed ? ", signatures too" : ""}`;
}

function remark(printer: Printer, { heads, signed }: Sound, hasFile: boolean): void {
  if (heads === 0) {
    printer.note(
      "records cut off at the end, or all of them written anew, show only beside a head kept elsewhere",
    );
  } else if (hasFile && !signed) {
    printer.note("the signatures of the heads were not looked at: --public-key names the key");
  }
}

function reportBroken(
  printer: Printer,
  { store, seq, why }: Extract<VerifyAuditOutcome, { kind: "broken" }>,
): Exit {
  printer.data({
    value: { sound: false, store, seq, why },
    human: () => `${store}: ${seq === null ? why : `the audit is wrong from record ${seq} on: ${why}`}`,
    plain: () => [["broken", seq === null ? "-" : String(seq), why]],
  });
  return EXIT.halted;
}

function refuse(context: CliContext, { blind, message }: AuditUnseen): Exit {
  context.stderr.write(`${blind ? "cannot see" : "refused"}: ${message}\n`);
  return blind ? EXIT.blind : EXIT.usage;
}
