import type { Command, CommandOutcome } from "../domain/command.ts";
import type { Obeyed } from "../domain/obeyed.ts";
import type { GateRecord } from "../domain/record.ts";
import { retire } from "../domain/release.ts";
import { refusal, unknownGate } from "./carry-out.ts";
import { commandDecision } from "./command-row.ts";
import type { ReplyKeeper } from "./controller.ts";
import type { PassPorts } from "./pass.ts";

/** Retires a gate by its record alone: nothing needs to define it any more, and nobody asks Unleash or Prometheus. */
export async function retireGate(
  ports: PassPorts,
  command: Command,
  keep: ReplyKeeper | null,
): Promise<CommandOutcome> {
  const record = await ports.records.record(command.gate);
  if (record === null) return unknownGate(command.gate);
  const obeyed = retire(record, ports.definitions.current().has(record.gate));
  if (obeyed.kind === "refused") return refusal(obeyed.code, obeyed.message, record.ramp.state);

  const decision = ports.ids.next("dec");
  const { message } = obeyed;
  const outcome: CommandOutcome = { kind: "done", decision, state: obeyed.record.ramp.state, message };
  const committed = await ports.records.commit({
    record: obeyed.record,
    expecting: record.version,
    decision: { kind: "insert", decision: await rowOf(ports, record, obeyed, decision, command) },
    inputs: null,
    tellings: [],
    changes: [],
    pin: null,
    reply: keep === null ? null : keep(outcome),
  });
  if (committed) return outcome;
  const raced = "the gate changed in this very moment; look again and repeat";
  return refusal("conflict", raced, record.ramp.state);
}

async function rowOf(
  { clock, records }: PassPorts,
  record: GateRecord,
  obeyed: Extract<Obeyed, { kind: "done" }>,
  decision: string,
  command: Command,
) {
  const last = record.lastPass === null ? null : await records.decision(record.lastPass.decision);
  const gate = { name: record.gate, steps: [] };
  const definition = { hash: last?.definition ?? "none" };
  return commandDecision({ gate, definition, record }, obeyed, decision, command, clock.now());
}
