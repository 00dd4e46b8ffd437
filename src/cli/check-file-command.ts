import { statusSchema } from "../api/status.ts";
import type { StatusBody } from "../api/status.ts";
import { formatMillis } from "../domain/instant.ts";
import type { Millis } from "../domain/instant.ts";
import { printable } from "../gatefile/invisible.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { printProblems } from "./lint-command.ts";
import { createLocalTime } from "./local-time.ts";
import type { LocalTime } from "./local-time.ts";
import { createPrinter } from "./printer.ts";
import type { PrintOptions, Printer } from "./printer.ts";
import { plainCheck } from "./render-check.ts";
import { fileAnswerLine, renderFileCheck } from "./render-file-check.ts";
import { shown } from "./shown.ts";
import type { CheckFileOutcome, CheckFileRequest } from "./standalone/check-file.ts";
import { whyOf } from "./words.ts";

type Checked = Extract<CheckFileOutcome, { readonly kind: "checked" }>;

type Desk = { readonly context: CliContext; readonly printer: Printer; readonly time: LocalTime };

/** Whether a gate file would let it happen, asked without a server; the exit code is the answer. */
export async function checkFileCommand(
  context: CliContext,
  options: PrintOptions,
  request: CheckFileRequest,
  waitMs: Millis,
): Promise<Exit> {
  const time = createLocalTime(context.timeZone, context.clock.now());
  const desk = { context, printer: createPrinter(context, options), time };
  const first = await context.standalone.checkFile(request);
  if (first.kind !== "checked" || waitMs === 0 || isFinal(first)) return report(desk, first);
  const last = await repeat(desk, request, waitMs, first);
  if (last.kind !== "checked" || isFinal(last)) return report(desk, last);
  print(desk, last);
  desk.printer.note(`waited ${formatMillis(waitMs)} in vain`);
  return EXIT.waitedInVain;
}

/** One pass each `every`, until it is open, until no waiting mends it, or until the time is over. */
async function repeat(
  desk: Desk,
  request: CheckFileRequest,
  waitMs: Millis,
  first: Checked,
): Promise<CheckFileOutcome> {
  const { clock, stop, standalone } = desk.context;
  const overAt = clock.elapsed() + waitMs;
  let last = first;
  let told = tell(desk, null, first);
  for (let left = waitMs; left > 0; left = overAt - clock.elapsed()) {
    await clock.sleep(Math.min(left, first.everyMs), stop);
    if (stop.aborted) {
      desk.printer.note("interrupted");
      return last;
    }
    const next = await standalone.checkFile(request);
    if (next.kind !== "checked" || isFinal(next)) return next;
    last = next;
    told = tell(desk, told, next);
  }
  return last;
}

/** Open, or halted: waiting longer changes nothing. */
function isFinal({ body }: Checked): boolean {
  return body.open || body.exitCode === EXIT.halted;
}

/** One line for each new reason, so that a pipeline's log shows what it waited for. */
function tell({ printer, time, context }: Desk, told: string | null, { body }: Checked): string {
  const gist = JSON.stringify(body.because.map(({ kind, code }) => [kind, code]));
  const line = `${fileAnswerLine(body)}: ${whyOf(readable(body))}`;
  if (gist !== told) printer.note(`${time.exact(context.clock.now())}  ${line}`);
  return gist;
}

function report(desk: Desk, outcome: CheckFileOutcome): Exit {
  switch (outcome.kind) {
    case "checked":
      print(desk, outcome);
      return outcome.body.exitCode;
    case "faulty":
      printProblems(desk.printer, outcome.problems, outcome.texts);
      return EXIT.usage;
    case "unusable":
      desk.printer.fault(outcome.message.split("\n").map(printable).join("\n"));
      return EXIT.usage;
  }
}

function print({ printer, time }: Desk, { body }: Checked): void {
  printer.data({
    value: body,
    human: () => renderFileCheck(readable(body), { time, paint: printer.paint }),
    plain: () => plainCheck(readable(body)),
  });
}

/** Labels, rules and files are written by anybody; what reaches a terminal moves no cursor. */
function readable(body: StatusBody): StatusBody {
  return statusSchema.parse(shown(body));
}
