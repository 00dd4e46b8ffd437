import type { Failure } from "./client.ts";
import { EXIT, exitOfProblem } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import type { Printer } from "./printer.ts";

export function exitOfFailure(failure: Failure): Exit {
  return failure.kind === "unreachable" ? EXIT.blind : exitOfProblem(failure.problem);
}

/** Says why the server did not do it and what would help, and returns the exit code. */
export function reportFailure(printer: Printer, url: string, failure: Failure): Exit {
  if (failure.kind === "unreachable") {
    printer.fault(`cannot see: ${url} gave no usable answer: ${failure.detail}`);
    return EXIT.blind;
  }
  const { problem, retryAfter } = failure;
  printer.fault(`refused: ${problem.detail}`);
  for (const each of problem.problems ?? []) printer.fault(`  ${each.at} ${each.message}`);
  if (problem.state !== undefined && problem.state !== null)
    printer.fault(`  it stands at: ${problem.state}`);
  if (problem.legal !== undefined && problem.legal.length > 0) {
    printer.fault(`  possible now: ${problem.legal.join(", ")}`);
  }
  if (problem.code === "no-token") {
    printer.fault(
      "  set RAMPART_TOKEN or RAMPART_TOKEN_FILE; an administrator makes one with: rampart token create",
    );
  }
  if (retryAfter !== null) printer.fault(`  try again in ${retryAfter}s`);
  if (problem.request !== undefined) printer.fault(`  the server's log has it as request ${problem.request}`);
  return exitOfProblem(problem);
}
