import type { GateSummary } from "../api/gate.ts";
import { SECOND } from "../domain/instant.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { exitOfFailure, reportFailure } from "./failure.ts";
import { createLocalTime } from "./local-time.ts";
import { whyLine } from "./render-status.ts";
import type { Session } from "./session.ts";
import { fetchShown, screenOf } from "./status-command.ts";
import { reach, tellState } from "./words.ts";

const LOOK_EVERY = 2 * SECOND;
const CLEAR = "\u001b[H\u001b[2J";

/** Shows the gates until interrupted: redrawn on a terminal, one line for each change everywhere else. */
export async function watchCommand(session: Session, gate: string | undefined): Promise<Exit> {
  const { context, client, printer } = session;
  const { stop, clock, stdout } = context;
  const last = new Map<string, string>();
  let lost = false;
  while (!stop.aborted) {
    const got = await fetchShown(session, gate);
    if (stop.aborted) break;
    if (got.kind === "got") {
      if (lost) printer.note("seen again");
      lost = false;
      // The zone may have changed its offset since the watch began.
      const current = { ...session, time: createLocalTime(context.timeZone, clock.now()) };
      if (stdout.isTTY) stdout.write(`${CLEAR}${got.value.human(screenOf(current))}\n`);
      else writeChanges(current, got.value.gates, last);
    } else {
      // A gate that does not exist or a token that is not valid stays so; a server that is away may come back.
      if (exitOfFailure(got) !== EXIT.blind) return reportFailure(printer, client.url, got);
      if (!lost) reportFailure(printer, client.url, got);
      lost = true;
    }
    await clock.sleep(LOOK_EVERY, stop);
  }
  return EXIT.done;
}

function writeChanges(
  { context, time }: Session,
  gates: readonly GateSummary[],
  last: Map<string, string>,
): void {
  for (const gate of gates) {
    const gist = JSON.stringify([
      gate.state,
      gate.mode,
      gate.exposure.set,
      gate.step,
      gate.because.map(({ kind, code }) => [kind, code]),
      gate.would?.would,
    ]);
    if (last.get(gate.name) === gist) continue;
    last.set(gate.name, gist);
    const step = gate.step.of === 0 ? "-" : `${gate.step.index}/${gate.step.of}`;
    const fields = [gate.name, tellState(gate).word, reach(gate.exposure), step, whyLine(gate, time)];
    context.stdout.write(`${time.exact(context.clock.now())}  ${fields.join("  ")}\n`);
  }
}
