import type { AcceptedBody } from "../api/command.ts";
import type { ActionRequest, Got } from "./client.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import type { Session } from "./session.ts";
import { tellRampState } from "./words.ts";

/** Tells a gate to do something, and says what came of it and where to look next. */
export async function actCommand(session: Session, gate: string, request: ActionRequest): Promise<Exit> {
  return reportAccepted(session, await session.client.act(gate, request));
}

export function reportAccepted({ printer, client }: Session, got: Got<AcceptedBody>): Exit {
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  const { gate, state, message, url, decision } = got.value;
  const told = tellRampState(state);
  printer.data({
    value: got.raw,
    human: () =>
      [
        `${gate}  ${printer.paint[told.tone](`${told.icon} ${told.word}`)}: ${message}`,
        `  evidence  ${url}`,
        `  next      rampart status ${gate}`,
      ].join("\n"),
    plain: () => [[gate, state, decision, message]],
  });
  return EXIT.done;
}
