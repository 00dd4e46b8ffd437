import type { DecisionBody } from "../api/decision.ts";
import { nearestName } from "../text/nearest-name.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { explainDecision, explainGate, plainEvidence } from "./render-explain.ts";
import { explainSignal } from "./render-signal.ts";
import type { Session } from "./session.ts";

/** As many decisions before as show where a value comes from. */
const LAST_DECISIONS = 5;

/** The evidence of a gate as of now, or of a decision by its id. Gates have no underscore in their names, decisions do. */
export async function explainCommand(
  session: Session,
  subject: string,
  signal: string | undefined,
): Promise<Exit> {
  const isDecision = subject.includes("_");
  if (signal !== undefined) return explainOneSignal(session, subject, isDecision, signal);
  return isDecision ? explainOneDecision(session, subject) : explainOneGate(session, subject);
}

async function explainOneGate(session: Session, name: string): Promise<Exit> {
  const { client, printer, time } = session;
  // The status makes a pass, so the gate is asked for after it.
  const status = await client.status(name, "advance", 0);
  if (status.kind !== "got") return reportFailure(printer, client.url, status);
  const gate = await client.gate(name);
  if (gate.kind !== "got") return reportFailure(printer, client.url, gate);
  printer.data({
    value: status.raw,
    human: () => explainGate(gate.value, status.value, { time, paint: printer.paint }),
    plain: () => plainEvidence(status.value),
  });
  return EXIT.done;
}

async function explainOneDecision(session: Session, id: string): Promise<Exit> {
  const { client, printer, time } = session;
  const got = await client.decision(id);
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  printer.data({
    value: got.raw,
    human: () => explainDecision(got.value, { time, paint: printer.paint }),
    plain: () => plainEvidence(got.value),
  });
  return EXIT.done;
}

async function explainOneSignal(
  session: Session,
  subject: string,
  isDecision: boolean,
  name: string,
): Promise<Exit> {
  const { client, printer, time } = session;
  let id = subject;
  if (!isDecision) {
    const status = await client.status(subject, "advance", 0);
    if (status.kind !== "got") return reportFailure(printer, client.url, status);
    if (status.value.decision === null) {
      printer.fault(`${subject} has not been evaluated yet`);
      return EXIT.blind;
    }
    id = status.value.decision;
  }
  const got = await client.decision(id);
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  const signal = got.value.signals.find((each) => each.name === name);
  if (signal === undefined) return unknownSignal(session, got.value, name);
  const before = await client.decisionsBefore(got.value.gate, id, LAST_DECISIONS);
  const older = before.kind === "got" ? before.value.decisions : [];
  printer.data({
    value: signal,
    human: () => explainSignal(signal, older, { time, paint: printer.paint }),
    plain: () => signal.asked.map(({ role, query, answer }) => [role, query, JSON.stringify(answer)]),
  });
  if (before.kind !== "got") printer.note("what it said before could not be read");
  return EXIT.done;
}

function unknownSignal({ printer }: Session, decision: DecisionBody, name: string): Exit {
  const names = decision.signals.map((signal) => signal.name);
  const near = nearestName(name, names);
  printer.fault(`${decision.gate} has no signal ${name}`);
  printer.fault(near === null ? `  it has: ${names.join(", ")}` : `  did you mean ${near}?`);
  return EXIT.usage;
}
