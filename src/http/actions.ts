import { GATE_NAME } from "../api/routes.ts";
import type { ROUTES } from "../api/routes.ts";
import { ACTION_SCOPES } from "../domain/command.ts";
import type { CommandOutcome } from "../domain/command.ts";
import { mayUse } from "../domain/principal.ts";
import { commandReply } from "./command-reply.ts";
import type { Door } from "./door.ts";
import { findGate, unknownGate } from "./gates.ts";
import type { Once } from "./idempotency.ts";
import { forbidden } from "./mount.ts";
import type { Handler } from "./mount.ts";
import { changedMeanwhile } from "./preconditions.ts";

export function act(door: Door, once: Once): Handler<typeof ROUTES.act> {
  return async (call) => {
    const { principal, body } = call;
    const scopes = ACTION_SCOPES[body.action];
    if (!scopes.some((scope) => mayUse(principal, scope))) return forbidden(principal, scopes);

    const name = call.parameter("name");
    const view = await findGate(door, name);
    // What is retired may have no definition any more that it could be shown by.
    if (view === null && !(body.action === "retire" && GATE_NAME.test(name))) return unknownGate();
    const changed = view === null ? null : changedMeanwhile(call.header("if-match"), view);
    if (changed !== null) return changed;

    const command = {
      gate: name,
      action: body.action,
      reason: body.reason,
      by: principal,
      at: body.at ?? null,
      change: body.change ?? null,
      until: body.until === undefined ? null : Date.parse(body.until),
    };
    return once(call, {
      keyRequired: body.action !== "rollback",
      run: (keep) => door.controller.command(command, keep),
      render: (outcome: CommandOutcome) => commandReply(name, outcome, door.config.publicUrl),
    });
  };
}
