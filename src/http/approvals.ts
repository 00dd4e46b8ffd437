import { approvalBody } from "../api/approval.ts";
import { promiseBodies, requestBody } from "../api/gate-body.ts";
import type { ROUTES } from "../api/routes.ts";
import type { CommandOutcome } from "../domain/command.ts";
import { commandReply } from "./command-reply.ts";
import type { Door } from "./door.ts";
import { etagOf, findGate, unknownGate } from "./gates.ts";
import type { Once } from "./idempotency.ts";
import type { Handler } from "./mount.ts";
import { changedMeanwhile } from "./preconditions.ts";
import { answer } from "./reply.ts";

export function getApprovals(door: Door): Handler<typeof ROUTES.getApprovals> {
  return async (call) => {
    const view = await findGate(door, call.parameter("name"));
    if (view === null) return unknownGate();
    const approvals = (view.record.run?.approvals ?? []).map(approvalBody);
    return answer(
      200,
      { gate: view.name, request: requestBody(view), approvals, promises: promiseBodies(view) },
      { ETag: etagOf(view) },
    );
  };
}

export function approve(door: Door, once: Once): Handler<typeof ROUTES.approve> {
  return async (call) => {
    const { principal, body } = call;
    const view = await findGate(door, call.parameter("name"));
    if (view === null) return unknownGate();
    const changed = changedMeanwhile(call.header("if-match"), view);
    if (changed !== null) return changed;

    return once({
      principal,
      method: call.method,
      path: call.path,
      body,
      key: call.header("idempotency-key"),
      keyRequired: true,
      run: (keep) => door.controller.approve({ gate: view.name, by: principal, ...body }, keep),
      render: (outcome: CommandOutcome) => commandReply(view.name, outcome, door.config.publicUrl),
    });
  };
}

export function promise(door: Door, once: Once): Handler<typeof ROUTES.promise> {
  return async (call) => {
    const { principal, body } = call;
    const view = await findGate(door, call.parameter("name"));
    if (view === null) return unknownGate();
    const changed = changedMeanwhile(call.header("if-match"), view);
    if (changed !== null) return changed;

    return once({
      principal,
      method: call.method,
      path: call.path,
      body,
      key: call.header("idempotency-key"),
      keyRequired: true,
      run: (keep) => door.controller.promise({ gate: view.name, by: principal, ...body }, keep),
      render: (outcome: CommandOutcome) => commandReply(view.name, outcome, door.config.publicUrl),
    });
  };
}
