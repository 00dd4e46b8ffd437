import { audienceText } from "../domain/audience.ts";
import type { Command, CommandOutcome } from "../domain/command.ts";
import { isWaived, type PassResult } from "../domain/decide.ts";
import { isLegal } from "../domain/moves.ts";
import { stepText } from "../domain/percent.ts";
import { refusal, unknownGate } from "./carry-out.ts";
import { actorOf } from "./command-row.ts";
import type { ReplyKeeper } from "./controller.ts";
import { findGate } from "./find-gate.ts";
import { type PassPorts, pass } from "./pass.ts";

/** A person orders the next step: a pass that looks at fresh evidence, and waives what a person may waive. */
export async function forceAdvance(
  ports: PassPorts,
  command: Command,
  keep: ReplyKeeper | null,
): Promise<CommandOutcome> {
  const { gate: name, by, reason } = command;
  const found = await findGate(ports, name);
  if (found === null) return unknownGate(name);
  const { state } = found.record.ramp;
  if (by.kind !== "person") return refusal("forbidden", "only people advance by force", state);
  if (!isLegal("advance", state)) {
    return refusal("illegal-move", `advance is not possible while ${name} is ${state}`, state);
  }
  let outcome: CommandOutcome = unknownGate(name);
  await pass(ports, name, {
    actor: actorOf(by),
    forced: { by: by.name, reason },
    reply(result) {
      outcome = outcomeOf(name, result);
      return keep === null ? null : keep(outcome);
    },
  });
  return outcome;
}

function outcomeOf(name: string, { record, decision }: PassResult): CommandOutcome {
  const { intention, ramp } = record;
  if (intention?.decision === decision.id && decision.action.kind === "raise") {
    const { onward } = intention;
    const whom =
      onward?.audience === undefined ? stepText(decision.action.to) : audienceText(onward.audience);
    const message = `${name} goes to ${whom} by force`;
    return { kind: "done", decision: decision.id, state: ramp.state, message };
  }
  const open = decision.because.filter((reason) => !isWaived(reason));
  const why = open.map(({ message }) => message).join("; ") || "there is no further step";
  return refusal("not-ready", why, ramp.state);
}
