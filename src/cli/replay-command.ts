import type { ReplayBody } from "../api/replay.ts";
import { alignColumns } from "./columns.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import type { Session } from "./session.ts";

/** Makes a decision again from what it was made from. Only decisions have an underscore in their ids, gates have none. */
export async function replayCommand(session: Session, subject: string): Promise<Exit> {
  const { client, printer } = session;
  if (!subject.includes("_")) {
    printer.fault(`${subject} is a gate, and only a decision can be made again`);
    printer.fault(`  its last decision is in: rampart explain ${subject}`);
    return EXIT.usage;
  }
  const got = await client.replay(subject);
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  const replay = got.value;
  printer.data({
    value: got.raw,
    human: () => replayText(replay),
    plain: () =>
      replay.differences.map(({ path, recorded, replayed }) => [path, recorded ?? "-", replayed ?? "-"]),
  });
  return replay.same ? EXIT.done : EXIT.unexpected;
}

function replayText(replay: ReplayBody): string {
  const { decision, gate, passes, differences } = replay;
  const said = replay.same
    ? "the same decision again, from its recorded inputs"
    : `NOT the same decision from its recorded inputs: ${differences.length} ${differences.length === 1 ? "difference" : "differences"}`;
  return [
    `${gate}  ${decision}: ${said} (${engineText(replay)})`,
    ...(passes === 1 ? [] : [`of ${passes} equal passes the first is the one that was made again`]),
    ...differencesTable(replay),
  ].join("\n");
}

function engineText({ engine: { recorded, running } }: ReplayBody): string {
  return recorded === running ? `engine ${running}` : `recorded by engine ${recorded}, now ${running}`;
}

function differencesTable({ differences }: ReplayBody): readonly string[] {
  if (differences.length === 0) return [];
  return alignColumns([
    [{ text: "  where" }, { text: "recorded" }, { text: "now" }],
    ...differences.map(({ path, recorded, replayed }) => [
      { text: `  ${path}` },
      { text: recorded ?? "nothing" },
      { text: replayed ?? "nothing" },
    ]),
  ]);
}
