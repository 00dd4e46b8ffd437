import { stepText } from "../domain/percent.ts";
import type { DecisionBody } from "../api/decision.ts";
import type { GateBody } from "../api/gate.ts";
import { reportAccepted } from "./act-command.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { explainDecision } from "./render-explain.ts";
import type { Session } from "./session.ts";

type Request = NonNullable<GateBody["request"]>;

export type ApproveOptions = { readonly reason: string; readonly notYet: boolean; readonly yes: boolean };

/** Shows the evidence of the open request, asks, and sends a verdict that names exactly that evidence. */
export async function approveCommand(session: Session, gate: string, options: ApproveOptions): Promise<Exit> {
  const { client, printer, context } = session;
  if (!options.yes && !context.stdin.isTTY) {
    printer.fault("nobody is there to ask; read the evidence first, then add --yes");
    return EXIT.usage;
  }
  const approvals = await client.approvals(gate);
  if (approvals.kind !== "got") return reportFailure(printer, client.url, approvals);
  const { request } = approvals.value;
  if (request === null) {
    printer.fault(`nothing of ${gate} waits for an approval now`);
    printer.fault(`  see what it waits for: rampart status ${gate}`);
    return EXIT.closed;
  }
  const decision = await client.decision(request.decision);
  if (decision.kind !== "got") return reportFailure(printer, client.url, decision);
  if (printer.format === "human") {
    context.stdout.write(`${evidence(session, gate, request, decision.value)}\n\n`);
  }
  if (!options.yes && !(await agrees(session, request, options.notYet))) {
    printer.fault("nothing was sent");
    return EXIT.approval;
  }
  const verdict = options.notYet ? "not-yet" : "approve";
  const { step } = request;
  return reportAccepted(
    session,
    await client.approve(gate, { step, decision: request.decision, verdict, reason: options.reason }),
  );
}

function evidence(
  { printer, time }: Session,
  gate: string,
  request: Request,
  decision: DecisionBody,
): string {
  const given = request.given.map(({ person, at }) => `${person} at ${time.short(Date.parse(at))}`);
  return [
    `${gate} asks to enter step ${request.step} (${entered(request)}); needed: ${request.needed.join(", ")}`,
    `given: ${given.length === 0 ? "none yet" : given.join(", ")}`,
    "",
    explainDecision(decision, { time, paint: printer.paint }),
  ].join("\n");
}

async function agrees({ context }: Session, request: Request, notYet: boolean): Promise<boolean> {
  const question = notYet ? "Answer not yet?" : `Approve ${entered(request)} on this evidence?`;
  return /^y(?:es)?$/i.test((await context.stdin.ask(`${question} [y/N] `)).trim());
}

function entered({ to, audience }: Request): string {
  return to === null ? "-" : (audience ?? stepText(to));
}
