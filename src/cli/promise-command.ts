import type { GateBody } from "../api/gate.ts";
import { reportAccepted } from "./act-command.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import type { Session } from "./session.ts";

type Asked = GateBody["promises"][number];

export type PromiseOptions = { readonly reason: string; readonly says?: string; readonly yes: boolean };

/** Shows what is to be promised, word for word, asks, and sends exactly that. */
export async function promiseCommand(session: Session, gate: string, options: PromiseOptions): Promise<Exit> {
  const { client, printer, context } = session;
  if (!options.yes && !context.stdin.isTTY) {
    printer.fault("nobody is there to ask; read what is promised first, then add --yes");
    return EXIT.usage;
  }
  const approvals = await client.approvals(gate);
  if (approvals.kind !== "got") return reportFailure(printer, client.url, approvals);
  const open = approvals.value.promises.filter(({ missing }) => missing > 0);
  const meant = open.filter(({ says }) => options.says === undefined || says === options.says);
  const [promise, ...others] = new Map(meant.map((each) => [each.says, each])).values();
  if (promise === undefined) return nothingMeant(session, gate, open);
  if (others.length > 0) {
    printer.fault(`${gate} asks for several promises; say which one with --says`);
    for (const each of [promise, ...others]) printer.fault(`  ${askedLine(each)}`);
    return EXIT.usage;
  }
  if (printer.format === "human") context.stdout.write(`${gate} asks ${askedLine(promise)}\n\n`);
  if (!options.yes && !(await agrees(session))) {
    printer.fault("nothing was sent");
    return EXIT.approval;
  }
  const { says } = promise;
  return reportAccepted(session, await client.promise(gate, { says, reason: options.reason }));
}

function nothingMeant({ printer }: Session, gate: string, open: readonly Asked[]): Exit {
  if (open.length === 0) {
    printer.fault(`no promise is missing for ${gate}`);
    return EXIT.closed;
  }
  printer.fault(`${gate} asks for no such promise; these are missing:`);
  for (const each of open) printer.fault(`  ${askedLine(each)}`);
  return EXIT.usage;
}

function askedLine({ by, says, step }: Asked): string {
  return `${by}, ${step === null ? "before anything grows" : `before step ${step}`}: ${says}`;
}

async function agrees({ context }: Session): Promise<boolean> {
  return /^y(?:es)?$/i.test((await context.stdin.ask("Do you promise this? [y/N] ")).trim());
}
