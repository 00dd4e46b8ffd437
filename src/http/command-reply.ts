import type { AcceptedBody } from "../api/command.ts";
import { decisionUrl } from "../api/links.ts";
import { pathTo } from "../api/routes.ts";
import type { CommandOutcome } from "../domain/command.ts";
import { answer, refuse } from "./reply.ts";
import type { Reply } from "./reply.ts";

/** What the caller is told of a command that was carried out or refused. */
export function commandReply(gate: string, outcome: CommandOutcome, publicUrl: string): Reply {
  if (outcome.kind === "refused") {
    const { code, message, state, legal } = outcome;
    return refuse(code, message, { state, legal: [...legal] });
  }
  const body: AcceptedBody = {
    gate,
    decision: outcome.decision,
    state: outcome.state,
    message: outcome.message,
    url: decisionUrl(publicUrl, outcome.decision),
  };
  return answer(202, body, { Location: pathTo("getDecision", { id: outcome.decision }) });
}
