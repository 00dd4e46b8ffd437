import { Command } from "commander";
import type { InboxBody, InboxItemBody } from "../api/inbox.ts";
import { nameOf } from "./change-words.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import type { LocalTime } from "./local-time.ts";
import type { Paint } from "./paint.ts";
import { describe, withServer } from "./program.ts";
import type { Finish } from "./program.ts";
import { withSession } from "./session.ts";
import type { Session, SessionOptions } from "./session.ts";

/** `inbox`: what waits for whoever asks. */
export function inboxCommands(context: CliContext, finish: Finish): readonly Command[] {
  const inbox = withServer(
    describe(new Command("inbox"), "what waits for you, and the command that settles it", "rampart inbox"),
  ).action((options: SessionOptions) => finish(() => withSession(context, options, inboxCommand)));
  return [inbox];
}

async function inboxCommand(session: Session): Promise<Exit> {
  const { client, printer } = session;
  const got = await client.inbox();
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  const { value, raw } = got;
  printer.data({
    value: raw,
    human: () => renderInbox(value, session),
    plain: () => value.items.map(plainItem),
  });
  return EXIT.done;
}

function renderInbox(inbox: InboxBody, { printer, time }: Session): string {
  const name = nameOf(inbox.for);
  const { items } = inbox;
  const count =
    items.length === 0 ? "nothing waits" : items.length === 1 ? "1 waits" : `${items.length} wait`;
  const heading = `${time.heading(Date.parse(inbox.at))}, ${count} for ${name}`;
  if (items.length === 0) return `${heading}\n\nWhere the gates stand:  rampart status`;
  return [heading, ...items.map((item) => renderItem(item, time, printer.paint))].join("\n\n");
}

function renderItem(item: InboxItemBody, time: LocalTime, paint: Paint): string {
  const since = item.since === null ? "" : `, since ${time.short(Date.parse(item.since))}`;
  const until = item.until === null ? "" : `, until ${time.short(Date.parse(item.until))}`;
  const tone = item.kind === "halted" || item.kind === "late-rollback" ? paint.bad : paint.waiting;
  return [
    `${item.gate}  ${tone(item.kind)}${since}${until}`,
    `  ${item.message}`,
    ...[item.action, ...item.alternatives].map(
      (command, index) => `  ${index === 0 ? "do" : "or"}  ${command}`,
    ),
  ].join("\n");
}

/** Gate, kind, since, until, decision, what to type, message. */
function plainItem(item: InboxItemBody): readonly string[] {
  const { gate, kind, since, until, decision, action, message } = item;
  return [gate, kind, since ?? "-", until ?? "-", decision ?? "-", action, message];
}
