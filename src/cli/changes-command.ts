import { nameOf, shortVersion } from "./change-words.ts";
import type { ChangeBody } from "../api/change.ts";
import { alignColumns, fitColumn } from "./columns.ts";
import type { Cell } from "./columns.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import type { Session } from "./session.ts";
import { reach } from "./words.ts";

export type ChangesOptions = {
  readonly gate?: string;
  readonly service?: string;
  readonly limit: number;
  readonly before?: string;
};

const HEADINGS = ["WHEN", "WHAT", "WHO", "WHY"];
const WHY = 3;

/** The ledger, newest first: what may explain a degradation, whoever did it. */
export async function changesCommand(session: Session, options: ChangesOptions): Promise<Exit> {
  const { client, printer } = session;
  const { gate, service, limit, before } = options;
  const got = await client.changes({
    ...(gate === undefined ? {} : { gate }),
    ...(service === undefined ? {} : { service }),
    limit: String(limit),
    ...(before === undefined ? {} : { cursor: before }),
  });
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  const { changes, next } = got.value;
  printer.data({
    value: got.raw,
    human: () => renderChanges(changes, session),
    plain: () => changes.map(plainChange),
  });
  if (next !== null) printer.note(`older ones: --before ${next}`);
  return EXIT.done;
}

function renderChanges(changes: readonly ChangeBody[], { context, printer, time }: Session): string {
  if (changes.length === 0) {
    return "No changes yet. CI tells of deploys with: rampart deployed <service> --version <version>";
  }
  const { columns } = context.stdout;
  const rows: (readonly Cell[])[] = [
    HEADINGS.map((text) => ({ text, paint: printer.paint.faint })),
    ...changes.map((change) => [
      { text: time.short(Date.parse(change.at)) },
      { text: whatOf(change) },
      { text: change.by === null ? "unknown" : nameOf(change.by) },
      { text: whyOf(change) },
    ]),
  ];
  return [
    time.heading(context.clock.now()),
    "",
    ...alignColumns(columns === null ? rows : fitColumn(rows, WHY, columns)),
  ].join("\n");
}

function whatOf(change: ChangeBody): string {
  switch (change.kind) {
    case "deploy":
      return `deploy ${change.service} ${shortVersion(change.version)}`;
    case "exposure":
      return `${change.gate} ${change.from === null ? "?" : reach({ ...change, set: change.from })} → ${reach({ ...change, set: change.to })}`;
    case "maintenance":
      return `maintenance of ${change.source} ${change.event}`;
  }
}

function whyOf(change: ChangeBody): string {
  return change.kind === "deploy" ? (change.url ?? "-") : change.reason;
}

/** When, kind, gate, service or source, from, to, who, why; a deploy goes to its version, maintenance to its end. */
function plainChange(change: ChangeBody): readonly string[] {
  return [change.at, change.kind, ...movedOf(change), change.by ?? "-", whyOf(change)];
}

function movedOf(change: ChangeBody): readonly string[] {
  switch (change.kind) {
    case "deploy":
      return [change.service, "-", change.version];
    case "exposure":
      return [change.gate, String(change.from ?? "-"), String(change.to)];
    case "maintenance":
      return [change.source, change.event, change.until];
  }
}
