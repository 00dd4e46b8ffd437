import type { TokenBody, TokenRequest } from "../api/tokens.ts";
import { tokenRequestSchema } from "../api/tokens.ts";
import { alignColumns } from "./columns.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { createLocalTime } from "./local-time.ts";
import { createPrinter } from "./printer.ts";
import type { PrintOptions, Printer } from "./printer.ts";
import { withSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";
import { openDesk } from "./token-desks.ts";
import type { DeskResult, RemoteDesk } from "./token-desks.ts";

export type TokenOptions = SessionOptions & {
  /** Path of a stopped server's store; absent: through the API. */
  readonly store?: string;
  readonly config: string;
};

/** Makes a token. The secret alone goes to stdout, this once; everything about it goes to stderr. */
export function createToken(context: CliContext, options: TokenOptions, form: unknown): Promise<Exit> {
  const printer = createPrinter(context, options);
  const parsed = tokenRequestSchema.safeParse(form);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) printer.fault(`${flagOf(path)}: ${message}`);
    return Promise.resolve(EXIT.usage);
  }
  return withDesk(context, options, async (desk) => issue(desk, printer, parsed.data, context));
}

async function issue(
  desk: RemoteDesk,
  printer: Printer,
  request: TokenRequest,
  context: CliContext,
): Promise<Exit> {
  const made = await desk.issue(request);
  if (made.kind !== "got") return failed(printer, made);
  const { token, ...about } = made.value;
  const until = createLocalTime(context.timeZone, context.clock.now()).heading(Date.parse(about.expiresAt));
  printer.note(
    `token ${about.id} for the ${about.kind} ${about.name}: ${about.scopes.join(", ")}, until ${until}`,
  );
  printer.note("keep it now: it is shown this once");
  printer.data({ value: made.value, human: () => token, plain: () => [[token]] });
  return EXIT.done;
}

export function listTokens(context: CliContext, options: TokenOptions): Promise<Exit> {
  const printer = createPrinter(context, options);
  return withDesk(context, options, async (desk) => {
    const listed = await desk.list();
    if (listed.kind !== "got") return failed(printer, listed);
    const rows = listed.value.map((token) => row(token, context));
    printer.data({
      value: { tokens: listed.value },
      human: () =>
        alignColumns(
          [["ID", "KIND", "NAME", "SCOPES", "UNTIL", "STATE"], ...rows].map((each) =>
            each.map((text) => ({ text })),
          ),
        ).join("\n"),
      plain: () => rows,
    });
    return EXIT.done;
  });
}

export function revokeToken(context: CliContext, options: TokenOptions, id: string): Promise<Exit> {
  const printer = createPrinter(context, options);
  return withDesk(context, options, async (desk) => {
    const revoked = await desk.revoke(id);
    if (revoked.kind !== "got") return failed(printer, revoked);
    printer.data({ value: { id, revoked: true }, human: () => `${id} is revoked`, plain: () => [[id]] });
    return EXIT.done;
  });
}

async function withDesk(
  context: CliContext,
  options: TokenOptions,
  run: (desk: RemoteDesk) => Promise<Exit>,
): Promise<Exit> {
  if (options.store === undefined) {
    return withSession(context, options, ({ client }) => run(openDesk.overApi(client)));
  }
  const opened = await context.openTokens(options.store, options.config);
  if (!opened.ok) {
    fault(context, options, opened.message);
    return EXIT.usage;
  }
  try {
    return await run(openDesk.onStore(opened.desk));
  } finally {
    await opened.close();
  }
}

function failed(printer: Printer, failure: Exclude<DeskResult<unknown>, { kind: "got" }>): Exit {
  if (failure.kind === "wrong") {
    printer.fault(`refused: ${failure.message}`);
    return EXIT.usage;
  }
  return reportFailure(printer, failure.url, failure.failure);
}

function fault(context: CliContext, options: PrintOptions, message: string): void {
  createPrinter(context, options).fault(message);
}

function row(token: TokenBody, context: CliContext): string[] {
  const expires = Date.parse(token.expiresAt);
  const ended = expires <= context.clock.now() ? "expired" : "valid";
  return [
    token.id,
    token.kind,
    token.name,
    token.scopes.join(","),
    createLocalTime(context.timeZone, context.clock.now()).short(expires),
    token.revokedAt === null ? ended : "revoked",
  ];
}

/** The option that a field of the request comes from. */
function flagOf(path: readonly PropertyKey[]): string {
  return path[0] === "expiresIn" ? "--expires" : `--${String(path[0] ?? "")}`;
}
