import type { Conductor } from "../control/conduct.ts";
import type { CommandOutcome } from "../domain/command.ts";
import type { Gate } from "../domain/gate.ts";
import type { Principal } from "../domain/principal.ts";
import type { CaseEvent } from "../gatefile/gate-test/gate-test.ts";
import type { FlagStand } from "./flag-stand.ts";
import type { Silenced } from "./silenced.ts";
import { somebody } from "./somebody.ts";

export type HappeningParts = {
  readonly gate: Gate;
  readonly conductor: Conductor;
  /** Null: the gate drives no flag. */
  readonly stand: FlagStand | null;
  readonly silenced: Silenced;
  readonly people: Readonly<Record<string, readonly string[]>>;
};

/** Lets an event of a case happen now. Null: it went as the case says; else what came of it instead. */
export async function happen(event: CaseEvent, parts: HappeningParts): Promise<string | null> {
  const { gate, conductor, stand, people } = parts;
  switch (event.kind) {
    case "person": {
      const by = somebody(event.by, people[event.by] ?? []);
      return asForeseen(event, await ordered(event, by, conductor, gate));
    }
    case "edit":
      if (stand === null) return `${gate.name} drives no flag that could be changed`;
      stand.edit(event.to, event.by);
      return null;
    case "deploy":
      if (gate.service === null) return `${gate.name} has no \`service\` that could be deployed`;
      await conductor.deployed(
        { service: gate.service, version: event.version, at: null, url: null, by: somebody("ci", []) },
        null,
      );
      return null;
    case "silence":
      parts.silenced.silence(event);
      return null;
    case "maintenance":
      for (const source of new Set(gate.signals.map((signal) => signal.source)))
        await conductor.orderMaintenance(
          { source, forMs: event.forMs, by: somebody(event.by, []), reason: "the case says so" },
          null,
        );
      return null;
  }
}

type PersonEvent = Extract<CaseEvent, { kind: "person" }>;

async function ordered(
  { action }: PersonEvent,
  by: Principal,
  conductor: Conductor,
  gate: Gate,
): Promise<CommandOutcome | null> {
  const reason = "the case says so";
  if (action !== "approve") {
    const order = { gate: gate.name, action, reason, by, at: null, change: null, until: null };
    return conductor.command(order, null);
  }
  const request = (await conductor.gate(gate.name))?.request ?? null;
  if (request === null) return null;
  const { step, decision } = request;
  return conductor.approve({ gate: gate.name, by, step, decision, verdict: "approve", reason }, null);
}

/** Null of an outcome: no approval was asked for. */
function asForeseen({ action, by, refused }: PersonEvent, outcome: CommandOutcome | null): string | null {
  const what = `\`${action}\` by ${by}`;
  const code = outcome === null ? "no-request" : outcome.kind === "refused" ? outcome.code : null;
  if (code === refused) return null;
  if (code === null) return `${what} was taken, and had to be refused with ${refused}`;
  const why = outcome?.kind === "refused" ? outcome.message : "nobody asks for an approval now";
  return `${what} was refused (${code}): ${why}`;
}
