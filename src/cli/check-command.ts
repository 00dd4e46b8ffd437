import type { StatusBody } from "../api/status.ts";
import type { Purpose } from "../domain/gate.ts";
import { SECOND, formatMillis } from "../domain/instant.ts";
import type { Millis } from "../domain/instant.ts";
import type { Failure, Got } from "./client.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { exitOfFailure, reportFailure } from "./failure.ts";
import { plainCheck, renderCheck } from "./render-check.ts";
import type { Session } from "./session.ts";
import { answerLine, whyOf } from "./words.ts";

const LONGEST_POLL = 60 * SECOND;
/** Between two questions when the server does not hold the first one open. */
const PACE = 1 * SECOND;
const RETRY = 5 * SECOND;

/** Whether a gate is open; the exit code is the answer. Anything that cannot be seen counts as closed. */
export async function checkCommand(
  session: Session,
  gate: string,
  purpose: Purpose,
  waitMs: Millis,
): Promise<Exit> {
  const first = await session.client.status(gate, purpose, 0);
  if (waitMs === 0 || isFinal(first)) return report(session, first);
  const last = await poll(session, gate, purpose, waitMs, first);
  if (last.kind !== "got" || isFinal(last)) return report(session, last);
  printAnswer(session, last);
  session.printer.note(`waited ${formatMillis(waitMs)} in vain`);
  return EXIT.waitedInVain;
}

async function poll(
  session: Session,
  gate: string,
  purpose: Purpose,
  waitMs: Millis,
  first: Got<StatusBody>,
): Promise<Got<StatusBody>> {
  const { context, client, printer } = session;
  const { clock, stop } = context;
  const overAt = clock.elapsed() + waitMs;
  let last = first;
  let told = tell(session, null, first);
  for (let left = waitMs; left > 0 && !stop.aborted; left = overAt - clock.elapsed()) {
    const askedAt = clock.elapsed();
    last = await client.status(gate, purpose, Math.ceil(Math.min(left, LONGEST_POLL) / SECOND));
    if (isFinal(last)) return last;
    told = tell(session, told, last);
    const pause = last.kind === "got" ? PACE - (clock.elapsed() - askedAt) : pauseAfter(last);
    const rest = Math.min(pause, overAt - clock.elapsed());
    if (rest > 0) await clock.sleep(rest, stop);
  }
  if (stop.aborted) printer.note("interrupted");
  return last;
}

/** Open, halted, or a call that can never succeed: waiting longer changes nothing. */
function isFinal(got: Got<StatusBody>): boolean {
  if (got.kind === "got") return got.value.open || got.value.exitCode === EXIT.halted;
  return exitOfFailure(got) !== EXIT.blind;
}

function pauseAfter(failure: Failure): Millis {
  return failure.kind === "refused" && failure.retryAfter !== null ? failure.retryAfter * SECOND : RETRY;
}

/** One line for each new reason, so that a pipeline's log shows what it waited for. */
function tell(
  { printer, client, time, context }: Session,
  told: string | null,
  got: Got<StatusBody>,
): string {
  const line =
    got.kind === "got"
      ? `${answerLine(got.value)}: ${whyOf(got.value)}`
      : `cannot see: ${client.url} gave no usable answer`;
  const gist =
    got.kind === "got"
      ? JSON.stringify(got.value.because.map(({ kind, code }) => [kind, code]))
      : "no answer";
  if (gist !== told) printer.note(`${time.exact(context.clock.now())}  ${line}`);
  return gist;
}

function report(session: Session, got: Got<StatusBody>): Exit {
  if (got.kind !== "got") return reportFailure(session.printer, session.client.url, got);
  printAnswer(session, got);
  return got.value.exitCode;
}

function printAnswer(
  { printer, time }: Session,
  got: { readonly value: StatusBody; readonly raw: unknown },
): void {
  printer.data({
    value: got.raw,
    human: () => renderCheck(got.value, time, printer.paint),
    plain: () => plainCheck(got.value),
  });
}
